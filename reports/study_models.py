"""Studies the models over worlds declared beforehand, and keeps the report.

``python reports/study_models.py`` makes a world of size S for each declared seed, learns every
model on it with the penalty that is served and with scikit-learn's own, and writes
``sample_model_study.html`` and ``.json`` here: coverage of "cannot tell" on a later slice, and how
well the stated reasons name the true cause, beside reasons that explain nothing. Exits 1 where a
served coverage is not kept.
"""

import hashlib
import json
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from workbench import bootstrap
from workbench.analysis.feature_model import INVERSE_PENALTY
from workbench.analysis.model_study import SEEDS, Summary, Tried, kept, summaries, told, tried
from workbench.services import generate, ingest
from workbench.store.audit_frame import facts, framed, safe, table

HERE = Path(__file__).parent
OPERATOR = "operator"


def silent(text: str, share: float) -> None:
    """One line for each world is progress enough."""


def world(seed: int) -> list[Tried]:
    """Every model on one world, in a home of its own that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        desk, out = bootstrap.open(Path(folder) / "home"), Path(folder) / "world"
        generate.generate(out, size="s", seed=seed, bias="planted", progress=silent)
        made = ingest.ingest(desk, out, account=OPERATOR)
        graph, truth = desk.datasets.graph(made.dataset), desk.datasets.truth(made.dataset)
        return [row for m in desk.models.values() for row in tried(m, graph, truth, seed=seed)]


def body(rows: list[Summary]) -> str:
    head = (
        *("model", "inverse penalty", "average precision", "against truth"),
        *("true cases keep their answer", "others keep theirs", "", "cannot tell"),
        "confirmed for each one said",
    )
    cells = [
        (
            safe(row["model"]),
            f"{row['inverse_penalty']:g}",
            f"{row['average_precision']:.3f}",
            f"{row['average_precision_truth']:.3f}",
            covered(row["coverage_true"], row["interval_true"]),
            covered(row["coverage_false"], row["interval_false"]),
            '<b class="pass">kept</b>' if kept(row) else '<b class="fail">not kept</b>',
            f"{100 * row['cannot_tell']:.0f} %",
            ratio(row["seen_per_said"], row["interval_seen"]),
        )
        for row in rows
    ]
    return (
        "<h2>Over all worlds</h2>"
        "<p>Means over worlds; coverages with the 95 % interval of the mean, worlds being what is "
        "counted, since candidates of one world share people. A coverage is not kept where that "
        "interval lies below 95 %. Confirmed for each one said: 1 is calibrated; the geometric "
        "mean over worlds.</p>"
        f'<div class="wide">{table(head, cells)}</div>'
        f"{reasons(rows)}"
    )


def reasons(rows: list[Summary]) -> str:
    head = (
        *("model", "inverse penalty", "reasons stated", "a true cause among them", "F1"),
        *("over blind reasons", "over the best constant", "over shuffled ones", "told apart"),
    )
    cells = [
        (
            safe(row["model"]),
            f"{row['inverse_penalty']:g}",
            share(row["n_stated"], row["n_mapped"]),
            share(row["n_right"], row["n_mapped"]),
            around(row["f1"]),
            judged(row["over_blind"]),
            judged(row["over_constant"]),
            judged(row["over_shuffled"]),
            judged(row["told_apart"], chance=0.5),
        )
        for row in rows
    ]
    said = "".join(f"<p>{safe(verdict(r))}</p>" for r in rows if served(r))
    return (
        "<h2>Do the stated reasons name the true cause?</h2>"
        f"{said}<p>Of true candidates that were put forward. F1 sets the stated reasons against "
        "the true causes. Blind reasons are as many, drawn by lot from those that raised the "
        "score. The best constant is the one to three reasons that, said of every candidate of a "
        "world, agree best with its truth, chosen with the answers at hand. Shuffled ones are the "
        "same explanations, each told of all other candidates. Differences are paired within a "
        "world, with the 95 % interval of their mean over worlds. Told apart: of two candidates of "
        "which one has a cause and the other has not, how often the effect of that reason stands "
        "higher in the one that has it; one half is chance, and no constant does better.</p>"
        f'<div class="wide">{table(head, cells)}</div>'
    )


def verdict(row: Summary) -> str:
    """In a sentence whether the stated reasons say something of the candidate itself."""
    found = {name: told(row[name]) for name in ("over_constant", "over_shuffled")}
    words = {
        "better": "better than",
        "worse": "worse than",
        "not told apart": "not shown to be better than",
    }
    apart = told(row["told_apart"], chance=0.5) == "better"
    return (
        f"{row['model']}: the stated reasons name true causes {words[found['over_constant']]} one "
        f"sentence said of all, and {words[found['over_shuffled']]} the same explanations told of "
        f"other candidates. Their effects {'follow' if apart else 'are not shown to follow'} the "
        "cause from candidate to candidate."
    )


def served(row: Summary) -> bool:
    return row["inverse_penalty"] == INVERSE_PENALTY


def around(found: list[float]) -> str:
    return f"{found[0]:.2f} ({found[1]:.2f} to {found[2]:.2f})" if found else "none"


def judged(found: list[float], *, chance: float = 0.0) -> str:
    sign = {"better": "pass", "worse": "fail"}.get(told(found, chance=chance), "")
    return f'<b class="{sign}">{around(found)}</b>' if sign else around(found)


def covered(share: float, interval: list[float]) -> str:
    low, high = interval
    return f"{100 * share:.1f} % ({100 * low:.1f} to {min(100 * high, 100):.1f})"


def ratio(value: float, interval: list[float]) -> str:
    return f"{value:.2f} ({interval[0]:.2f} to {interval[1]:.2f})"


def share(n: float, of: int) -> str:
    return f"{100 * n / of:.0f} % of {of:,}" if of else "none"


def main() -> int:
    found: list[Tried] = []
    with ProcessPoolExecutor(2) as pool:
        for done, rows in enumerate(pool.map(world, SEEDS), start=1):
            found += rows
            print(f"[{done / len(SEEDS):4.0%}]", file=sys.stderr)
    rows = summaries(found)
    good = all(kept(row) for row in rows if served(row))
    content = json.dumps({"models": rows, "worlds": found}, indent=1)
    (HERE / "sample_model_study.json").write_text(content + "\n", encoding="utf-8")
    page = framed(
        kind="Study of the models",
        title=f"Worlds of size S, seeds {SEEDS[0]} to {SEEDS[-1]}",
        verdict="pass" if good else "fail",
        sentence="Where a model cannot tell, it says so as often as it promises."
        if good
        else "A model rules out the true answer more often than it promises.",
        facts=facts({"Seeds": f"{len(SEEDS)}, declared beforehand", "Made by": "make models"}),
        body=body(rows),
        digest=hashlib.sha256(content.encode()).hexdigest(),
        made_at=datetime.now(UTC),
        logged=False,
    )
    (HERE / "sample_model_study.html").write_bytes(page)
    print(json.dumps(rows, indent=1))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
