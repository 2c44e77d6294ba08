"""What an audit of deciders says of who added to a gap."""

from typing import Any

from workbench.analysis.deciders_words import deciders_sentence

FAIL, PASS, SHORT = "fail", "pass", "insufficient"
ADDED = "By community, wrongly put forward differs between groups beyond the margin and beyond"


def side(attribute: str, gaps: tuple[float, ...], verdicts: tuple[str, ...]) -> dict[str, Any]:
    who = ("before", "release", "after")
    return {"attribute": attribute, "metric": "fpr", **dict(zip(who, gaps, strict=True))} | {
        "verdicts": dict(zip(who, verdicts, strict=True))
    }


def change(attribute: str, value: float, interval: list[float]) -> dict[str, Any]:
    return {
        "attribute": attribute,
        "metric": "fpr",
        "worse": "two",
        "better": "one",
        "n": [80, 90],
        "before": 0.12,
        "release": 0.05,
        "after": 0.12 + value,
        "after_less_before": {"value": value, "interval": interval},
        "after_less_release": {"value": 0.07 + value, "interval": [0.01, 0.2]},
    }


def said(rows: list[dict[str, Any]], **found: Any) -> str:
    return deciders_sentence(
        {"gaps": {"truth": rows}, "truth": {"n_comparable": 300} | found}, "truth"
    )


def test_a_wide_gap_of_a_few_does_not_hide_that_a_change_cannot_be_told() -> None:
    rows = [
        side("sex", (0.2, 0.3, 1.0), (PASS, PASS, SHORT)),  # widest, and of nobody sure
        side("community", (0.12, 0.05, 1.0), (FAIL, PASS, SHORT)),
    ]
    kept = [change("sex", 0.8, [0.1, 1.0]), change("community", 0.02, [-0.05, 0.09])]
    sentence = said(rows, changes=kept)
    assert sentence == (
        f"{ADDED} chance for: people, before the score. Here two less one is, in points: people, "
        "before the score 12, the release 5, people, after the score 14. Whether people added to "
        "it or took from it once they saw the score cannot be told: after less before is 2 points "
        "(95 % -5 to 9). It then lies 9 points above that of the release (95 % 1 to 20)."
    )


def test_an_interval_that_leaves_out_none_says_that_people_added_or_took() -> None:
    rows = [side("community", (0.12, 0.05, 0.2), (FAIL, PASS, FAIL))]
    added = said(rows, changes=[change("community", 0.08, [0.02, 0.14])])
    assert "Once they saw the score people added 8 points to it (95 % 2 to 14)." in added
    took = said(rows, changes=[change("community", -0.06, [-0.1, -0.02])])
    assert "Once they saw the score people took 6 points from it (95 % -10 to -2)." in took


def test_where_no_change_is_known_it_says_why() -> None:
    rows = [side("community", (0.12, 0.05, 0.2), (FAIL, PASS, FAIL))]
    assert said(rows, changes=[]).endswith("fewer than two groups have 10 readings to count.")
    assert said(rows).endswith("was not measured when this audit was made; audit again.")
    left = {
        "gaps": {"truth": rows},
        "truth": {"n_comparable": 300, "changes": []},
        "suppressed": {},
    }
    assert deciders_sentence(left, "truth").endswith("is hidden: it is of too few.")
