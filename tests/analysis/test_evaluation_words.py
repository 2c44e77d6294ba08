"""Each measure of an evaluation stands on a line, with what it is held against."""

from typing import Any

from workbench.analysis.evaluation_words import evaluation_lines

DOCUMENT: dict[str, Any] = {
    "model": "callers", "dataset": "world", "unit": "pair", "n_candidates": 7672, "n_true": 325,
    "auc": 0.8725, "average_precision": 0.0905, "threshold": 0.018461, "precision": 0.10833,
    "recall": 0.08, "f1": 0.092, "n_lost": 234, "calibration_error": None, "against": "truth",
    "as_of": "2025-01-01T00:00:00+00:00", "n_left_out": 5789,
    "intervals": {"auc": [0.8273, 0.9137]}, "run_id": "81ef", "estimator": "logistic_regression",
    "baseline": {"feature": "calls", "sign": -1.0, "auc": 0.5853, "average_precision": 0.0214},
    "reasons_right": {
        "n_found": 26, "n_mapped": 26, "n_stated": 26, "n_right": 25, "n_withheld": 0,
        "share": 0.9615, "interval": [0.7647, 1.0], "stated": {"f1": 0.7948},
        "blind": {"f1": 0.1594}, "f1_over": {"blind": {"verdict": "better"}},
        "told_apart": {"value": 0.971, "interval": [0.8788, 1.0]},
    },
}  # fmt: skip


def test_lines_say_against_what_and_among_what_the_missed_are_counted() -> None:
    assert evaluation_lines(DOCUMENT) == [
        "callers (logistic_regression, run 81ef) on dataset world",
        "Against the truth, on 7,672 candidates (each a pair) as of 2025-01-01; 5,789 that it "
        "learnt from or was calibrated on are left out.",
        "The run's own measures are against records, on its later test slice: other candidates and "
        "other labels, so the two are not to be compared.",
        "true cases          325, of which 234 never became candidates (n_lost, among the missed)",
        "put forward         from a probability of 0.0185 on",
        "auc                 0.873 (0.827 to 0.914)",
        "average precision   0.0905",
        "precision           0.108",
        "recall              0.08: 26 found of 325; 91 were candidates",
        "f1                  0.092",
        "calibration error   -",
        "simplest rule       less calls ranks higher: auc 0.585, average precision 0.0214",
        "reasons             25 of 26 found name a true cause: 0.962 (0.765 to 1)",
        "reasons, f1         0.795, beside reasons that explain nothing: blind 0.159 (stated: "
        "better)",
        "reasons told apart  0.971 (0.879 to 1), where one half is chance",
    ]


def test_a_run_that_keeps_no_rule_is_said_to_have_none() -> None:
    lines = evaluation_lines(DOCUMENT | {"baseline": {}})
    assert (
        "simplest rule       not measured: the run does not keep it, or there are no"
        in "\n".join(lines)
    )
