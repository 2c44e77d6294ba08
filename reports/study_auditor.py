"""Studies the bias audit itself, and keeps the report.

``python reports/study_auditor.py`` runs the audit on tables of known truth for each of 100 seeds
declared beforehand and writes ``sample_auditor_study.html`` and ``.json`` here. Exits 1 where the
audit does not keep its promise, or a control that must fail does not.
"""

import hashlib
import json
import sys
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from workbench.analysis.auditor_study import SEEDS, StudyRow, kept, study, trial
from workbench.store.audit_frame import facts, framed, safe, table

_HEAD = ("question", "seen", "promise", "allowed", "")
HERE = Path(__file__).parent


def body(rows: list[StudyRow]) -> str:
    """The rows as a table, and what they say."""
    cells = [
        (
            safe(row["question"]),
            f"{row['n_seen']} of {row['n']}",
            safe(row["promise"]),
            safe(allowed(row)),
            said(row),
        )
        for row in rows
    ]
    return (
        "<h2>What it promises, and what it does</h2>"
        "<p>Each row counts seeds. The bounds are what a promise that is kept exceeds once in a "
        "hundred such studies. Controls are ways of testing in wide use; they must fail here.</p>"
        f'<div class="wide">{table(_HEAD, cells, words=(2, 3, 4))}</div>'
    )


def said(row: StudyRow) -> str:
    if row["least"] is None and row["most"] is None:
        return ""
    return '<b class="pass">kept</b>' if kept(row) else '<b class="fail">not kept</b>'


def allowed(row: StudyRow) -> str:
    if row["least"] is not None:
        return f"{row['least']} or more"
    return "" if row["most"] is None else f"{row['most']} or fewer"


def main() -> int:
    trials = []
    with ProcessPoolExecutor(2) as pool:
        for one in pool.map(trial, SEEDS):
            trials.append(one)
            print(f"[{len(trials) / len(SEEDS):4.0%}]", file=sys.stderr)
    rows = study(trials)
    good = all(map(kept, rows))
    content = json.dumps(rows, indent=1, ensure_ascii=False)
    (HERE / "sample_auditor_study.json").write_text(content + "\n", encoding="utf-8")
    page = framed(
        kind="Study of the auditor",
        title=f"Seeds {SEEDS[0]} to {SEEDS[-1]}",
        verdict="pass" if good else "fail",
        sentence="It keeps its rate of false alarms, and the controls fail where they must."
        if good
        else "A promise is not kept, or a control that must fail does not.",
        facts=facts({"Seeds": f"{len(SEEDS)}, declared beforehand", "Made by": "make auditor"}),
        body=body(rows),
        digest=hashlib.sha256(content.encode()).hexdigest(),
        made_at=datetime.now(UTC),
        logged=False,
    )
    (HERE / "sample_auditor_study.html").write_bytes(page)
    print("\n".join(f"{r['question']:<90}{r['n_seen']:>4} of {r['n']}  {allowed(r)}" for r in rows))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
