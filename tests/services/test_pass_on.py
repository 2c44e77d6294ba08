"""An audit leaves without its small cells, named to whom and why, and logged before it does."""

import hashlib
import json
from pathlib import Path

import builders
import pytest
from builders import Home, n_entries
from builders_reports import deciders_document, release_document
from sqlalchemy import select, text

from workbench.domain.errors import BadInput, CheckFailed, NotAllowed, NotCleared, NotFound
from workbench.domain.log import EntryKind, commitment
from workbench.services.pass_on import Form, Part, PassedOn, form_of, pass_on
from workbench.services.passed_on import passed_on
from workbench.store import audit_reports
from workbench.store.tables import log_entry

TO, WHY = "The ombudsman", "Asked for in the yearly review of releases."


@pytest.fixture
def built(tmp_path: Path) -> Home:
    made = builders.home(tmp_path / "home")
    for version in (1, 2):
        document = release_document(version=version)
        content = json.dumps(document, sort_keys=True, ensure_ascii=False).encode()
        digest = hashlib.sha256(content).hexdigest()
        audit_reports.keep(made.desk.home, document, digest=digest, now=made.desk.now())
    audit_reports.keep_deciders(made.desk.home, deciders_document(), now=made.desk.now())
    return made


def go(built: Home, form: Form = Form.JSON, **other: object) -> PassedOn:
    said = {"version_id": "callers/1", "recipient": TO, "purpose": WHY, "account": "auditor"}
    return pass_on(built.desk, form=form, **{**said, **other})  # type: ignore[arg-type]


def last_entry(built: Home) -> dict[str, object]:
    with built.desk.database.read() as connection:
        newest = select(log_entry.c.body).order_by(log_entry.c.seq.desc()).limit(1)
        return dict(json.loads(connection.execute(newest).scalar_one()))


def test_it_leaves_without_small_cells_and_names_the_whole(built: Home) -> None:
    whole = {r.version_id: r for r in audit_reports.kept(built.desk.home)}["callers/1"]
    left = go(built)
    document = json.loads(left.content)
    assert document["suppressed"]["whole"] == whole.digest == left.whole
    assert document["suppressed"]["least"] == 10
    assert document["verdict"] == whole.document["verdict"]
    assert "few" in {row["group"] for row in whole.document["groups"]}
    assert "few" not in {row["group"] for row in document["groups"]}
    assert json.loads(whole.json_path.read_bytes()) == whole.document  # what is kept stays whole


def test_it_is_logged_by_whom_what_and_for_whom_before_it_is_had(
    built: Home, tmp_path: Path
) -> None:
    out = tmp_path / "audit.pdf"
    left = go(built, Form.PDF, out=out)
    said = last_entry(built)
    assert (said["kind"], said["what"]) == ("export", "audit of the release as pdf")
    assert said["account"] == built.id_of("auditor")
    assert said["digest"] == hashlib.sha256(out.read_bytes()).hexdigest() == left.digest
    assert (said["audit_digest"], said["model"], said["version"]) == (left.whole, "callers", 1)
    subject = f"passed on {left.digest}"
    salt = built.desk.vault.salt(subject)
    for word, words in (("recipient", TO), ("purpose", WHY)):
        assert said[word] == commitment(salt, words)
        assert built.desk.vault.get(subject, word).decode() == words
    assert TO not in json.dumps(said)


def test_to_whom_it_went_can_be_told_later(built: Home) -> None:
    go(built)
    go(built, Form.PDF, part=Part.DECIDERS, recipient="The data protection officer")
    newest, oldest = passed_on(built.desk, "callers/1", account="supervisor")
    assert (newest.what, newest.recipient) == (
        "audit of the deciders as pdf",
        "The data protection officer",
    )
    assert (oldest.who, oldest.recipient, oldest.purpose) == ("auditor", TO, WHY)
    assert passed_on(built.desk, "callers/2", account="supervisor") == ()
    with pytest.raises(NotAllowed):
        passed_on(built.desk, "callers/1", account="analyst-1")


def test_nothing_is_written_when_the_log_refuses(built: Home, tmp_path: Path) -> None:
    with built.desk.database.write() as connection:
        connection.execute(
            text(
                "create trigger full before insert on log_entry "
                "begin select raise(abort, 'no room'); end"
            )
        )
    out = tmp_path / "audit.html"
    with pytest.raises(NotCleared, match="no room"):
        go(built, Form.HTML, out=out)
    assert not list(tmp_path.glob("audit*"))


@pytest.mark.parametrize("part", Part)
@pytest.mark.parametrize("form", Form)
def test_both_audits_leave_in_each_form(form: Form, part: Part, built: Home) -> None:
    left = go(built, form, part=part)
    assert left.name.endswith(f"_to_pass_on.{form}")
    assert left.content.startswith({"pdf": b"%PDF-", "html": b"<!doctype", "json": b"{"}[form])
    assert left.whole.encode() in left.content or form is Form.PDF


def test_what_is_hidden_of_the_burden_is_told_beside_the_rates(built: Home) -> None:
    document = deciders_document()
    document["burden"] |= {"areas": {"drugs": 57, "fraud": 3}}  # 3 are few, so 57 would give 3 back
    audit_reports.keep_deciders(built.desk.home, document, now=built.desk.now())
    left = go(built, part=Part.DECIDERS)
    burden = json.loads(left.content)["burden"]
    assert burden["areas"] == {"drugs": None, "fraud": None}
    assert None not in [count for key, count in burden.items() if key.startswith("n_")]
    assert "; 2 counts of the burden" in left.hidden
    assert left.hidden in go(built, Form.HTML, part=Part.DECIDERS).content.decode()


def test_a_model_alone_means_its_newest_audited_version(built: Home) -> None:
    left = go(built, version_id="callers")
    assert json.loads(left.content)["version"] == 2


def test_who_may_not_pass_an_audit_on_is_told_who_may(built: Home) -> None:
    before = n_entries(built, EntryKind.EXPORT)
    for name in ("analyst-1", "administrator"):
        with pytest.raises(NotAllowed, match="pass an audit on"):
            go(built, account=name)
    assert n_entries(built, EntryKind.EXPORT) == before


@pytest.mark.parametrize(
    "wrong",
    [{"recipient": " "}, {"purpose": "."}, {"least": 2}, {"version_id": "callers/7"},
     {"version_id": "nobody"}],
    ids=str,
)  # fmt: skip
def test_a_receiver_a_purpose_and_an_audit_are_needed(
    wrong: dict[str, object], built: Home, tmp_path: Path
) -> None:
    before = n_entries(built, EntryKind.EXPORT)
    with pytest.raises((BadInput, NotFound)):
        go(built, out=tmp_path / "a.json", **wrong)
    assert not (tmp_path / "a.json").exists()
    assert n_entries(built, EntryKind.EXPORT) == before


def test_an_audit_that_was_changed_does_not_leave(built: Home) -> None:
    report = audit_reports.kept(built.desk.home)[0]
    report.json_path.write_bytes(report.json_path.read_bytes().replace(b'"fail"', b'"pass"'))
    with pytest.raises(CheckFailed, match="was changed"):
        go(built)


def test_the_name_of_the_file_says_the_form() -> None:
    assert form_of(Path("a.PDF")) is Form.PDF
    with pytest.raises(BadInput, match=r"\.pdf, \.html or \.json"):
        form_of(Path("a.docx"))


@pytest.mark.parametrize("part", Part)
def test_what_left_leaves_with_the_same_forms_again(part: Part, built: Home) -> None:
    first = go(built, part=part, least=12)
    assert last_entry(built)["least"] == 12
    assert go(built, part=part).content == first.content  # untold: as before, not as usual
    before = n_entries(built, EntryKind.EXPORT)
    with pytest.raises(BadInput, match=f"without counts below 12 .*{first.whole[:12]}"):
        go(built, part=part, least=15)
    assert n_entries(built, EntryKind.EXPORT) == before
    assert [one.least for one in passed_on(built.desk, "callers/1", account="auditor")] == [12, 12]


def test_another_version_on_the_same_dataset_leaves_with_the_same_forms(built: Home) -> None:
    go(built, least=12)
    with pytest.raises(BadInput, match="below 12"):
        go(built, version_id="callers/2", least=10)
    assert go(built, version_id="callers/2").least == 12


def test_another_audit_of_the_same_version_does_not_follow_the_first(built: Home) -> None:
    first = go(built)
    document = release_document() | {"margin": 0.1}
    content = json.dumps(document, sort_keys=True, ensure_ascii=False).encode()
    digest = hashlib.sha256(content).hexdigest()
    audit_reports.keep(built.desk.home, document, digest=digest, now=built.desk.now())
    with pytest.raises(BadInput, match=f"left before .audit {first.whole[:12]}"):
        go(built)


@pytest.mark.parametrize(
    ("readings", "findings", "may"),
    [(63, 60, False), (60, 60, False), (72, 60, True), (72, 64, False), (72, 72, True)],
)
def test_a_later_audit_of_deciders_leaves_once_it_differs_in_more_than_a_few(
    readings: int, findings: int, may: bool, built: Home
) -> None:
    first = go(built, part=Part.DECIDERS)
    later = deciders_document()
    later["truth"] |= {"n_readings": readings, "n_findings": findings}
    later["margin"] = 0.06
    audit_reports.keep_deciders(built.desk.home, later, now=built.desk.now())
    if may:
        assert go(built, part=Part.DECIDERS).whole != first.whole
        return
    with pytest.raises(BadInput, match=f"differs in {readings - 60} readings of {findings - 60} f"):
        go(built, part=Part.DECIDERS)
