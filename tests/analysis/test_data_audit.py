"""The data audit (T4): measures worked out by hand; alarms where it must, and only there."""

import json
import string

import pandas as pd
import pytest
from builders_delivery import (
    audit,
    audit_of,
    calls,
    involved,
    outcome,
    own_ties,
    persons,
    texts,
    tie,
)

from workbench.analysis.data_audit import SECTIONS, DataAudit
from workbench.analysis.fitness import THRESHOLDS, Found, Measure, gaps, judge, limits
from workbench.domain.errors import BadInput


def found(made: DataAudit, section: str, what: str, **wanted: str) -> Measure:
    """The one measure of a section that says `what` at the place wanted."""
    (one,) = (
        m
        for m in made.sections[section]
        if m.what == what and all(getattr(m, key) == value for key, value in wanted.items())
    )
    return one


def test_a_sound_delivery_breaches_nothing_t4() -> None:
    made = audit({"ties": texts(own_ties())})
    assert made.breached == ()
    assert {o.name for o in made.outcomes if o.verdict == "noted"} == set()
    assert [o.name for o in made.outcomes] == [t.name for t in THRESHOLDS]
    assert outcome(made, "under_represented").verdict == "not_measured"
    assert "0 of 15 thresholds breached" in made.as_text()


def test_each_threshold_has_a_reason_in_words_and_each_section_a_heading() -> None:
    for threshold in THRESHOLDS:
        assert threshold.reason[0] in string.ascii_uppercase
        assert threshold.reason.endswith(".")
    made = audit()
    assert list(made.sections) == list(SECTIONS)
    assert json.loads(json.dumps(made.as_json()))["breached"] == []


# What is missing


def without_birth_dates(group: str, share: float) -> pd.DataFrame:
    """Persons of whom this share of one sex has no birth date, the first ones of it."""
    frame = persons()
    mine = frame.index[frame["sex"] == group]
    frame.loc[mine[: round(share * len(mine))], "birth_date"] = ""
    return frame


def test_empty_cells_are_counted_by_column_and_by_group() -> None:
    made = audit({"persons": without_birth_dates("female", 0.3)})
    assert found(made, "missing", "empty cells", where="persons.birth_date").count == 45
    women = found(made, "missing_by_group", "empty cells", group="female")
    assert (women.n, women.count, women.share) == (150, 45, 0.3)
    assert found(made, "missing_by_group", "empty cells", group="male").count == 0


def test_birth_dates_missing_for_three_in_ten_of_one_group_alarm_t4() -> None:
    gap = outcome(audit({"persons": without_birth_dates("female", 0.3)}), "missing_gap")
    assert (gap.verdict, gap.value) == ("breached", 0.3)
    assert "sex female" in " ".join(gap.places)


def test_birth_dates_missing_for_three_in_ten_of_everybody_do_not_alarm() -> None:
    frame = persons()
    frame.loc[frame.index[(frame.index // 6) % 10 < 3], "birth_date"] = ""
    made = audit({"persons": frame})
    women = found(made, "missing_by_group", "empty cells", group="female")
    assert women.share == 0.3
    assert outcome(made, "missing_gap").verdict == "holds"


def test_a_gap_that_chance_explains_is_no_alarm() -> None:
    rows = [
        Measure(where="t.c", what="empty", n=30, count=6, attribute="sex", group="f"),
        Measure(where="t.c", what="empty", n=30, count=2, attribute="sex", group="m"),
    ]
    (one, other) = gaps(rows)
    assert (round(one.value, 4), one.certain, other.certain) == (0.1333, False, False)
    assert judge("missing_gap", [one, other], 0.1).verdict == "holds"


def test_a_group_under_thirty_is_not_compared() -> None:
    rows = [
        Measure(where="t.c", what="empty", n=29, count=29, attribute="sex", group="f"),
        Measure(where="t.c", what="empty", n=900, count=0, attribute="sex", group="m"),
    ]
    assert gaps(rows) == []


def test_a_role_that_a_quarter_of_the_rows_lacks_alarms() -> None:
    frame = involved(40)
    frame.loc[frame.index % 4 == 0, "role"] = ""
    one = outcome(audit({"involved": frame.iloc[:30]}), "missing_meaning")
    assert (one.verdict, one.places) == ("breached", ("involved.role",))
    assert one.value == pytest.approx(8 / 30, abs=1e-6)


# What is there twice


def test_rows_and_persons_that_are_there_twice_are_counted() -> None:
    frame = persons()
    again = frame.iloc[:9].assign(id=[f"X{i}" for i in range(9)])
    elsewhere = frame.iloc[9:14].assign(
        id=[f"Y{i}" for i in range(5)],
        name=[" ".join(reversed(n.upper().split())) for n in frame["name"].iloc[9:14]],
        source="Navy register",
    )
    made = audit({"persons": pd.concat([frame, again, elsewhere], ignore_index=True)})
    rows = found(made, "duplicates", "repeats another row in all but the id", where="persons")
    assert (rows.n, rows.count) == (314, 9)
    same = found(made, "duplicates", "name and birth date of another in the same source")
    other = found(made, "duplicates", "name and birth date of another in another source")
    assert (same.count, other.count) == (9, 10)
    assert outcome(made, "duplicate_rows").verdict == "breached"  # 9 / 314 = 0.0287
    assert outcome(made, "repeated_persons").verdict == "breached"


def test_a_swapped_day_and_month_is_the_same_birth_date() -> None:
    frame = persons(60)
    frame.loc[0, "birth_date"] = "1950-03-11"
    again = frame.iloc[:1].assign(id="X", birth_date="1950-11-03")
    made = audit({"persons": pd.concat([persons(), again, frame.iloc[:1].assign(id="Z")])})
    what = "name and birth date of another in the same source"
    assert found(made, "duplicates", what).count == 1


def test_calls_known_to_the_day_alone_are_no_duplicates() -> None:
    frame = calls()
    frame["occurred_at"] = frame["occurred_at"].str.slice(0, 10)
    made = audit({"calls": pd.concat([frame, frame], ignore_index=True)})
    assert not [m for m in made.sections["duplicates"] if m.where == "calls"]


# What cannot be, and what hangs in the air


def test_impossible_values_are_counted_by_rule() -> None:
    people = persons()
    people.loc[0, "birth_date"] = "2019-01-01"  # suspect at four
    people.loc[1, "birth_date"] = "1890-01-01"
    people.loc[2, "birth_date"] = "01.02.1990"
    people.loc[3, "birth_date"] = "2031-01-01"
    ring = calls()
    ring.loc[:14, "duration"] = "90000"
    ring.loc[15, "duration"] = "long"
    ring.loc[16, "known_at"] = "2024-02-02T00:00:00Z"
    both = pd.concat([involved(), involved(1).assign(role="victim")], ignore_index=True)
    made = audit({"persons": people, "calls": ring, "involved": both})
    counts = {(m.where, m.what): (m.n, m.count) for m in made.sections["impossible"] if m.count}
    assert counts == {
        ("persons.birth_date", "no date such as 1990-01-31"): (300, 1),
        ("persons.birth_date", "not born yet, or over 120 years ago"): (300, 2),
        ("calls.duration", "no number from 0 to 86400"): (1080, 16),
        ("calls.known_at", "lies in the future"): (1080, 1),
        ("involved_in", "suspect under 8 years of age"): (30, 1),
        ("involved_in", "suspect and victim of the same offence"): (30, 1),
    }
    assert outcome(made, "impossible_values").verdict == "breached"


def test_ends_that_no_table_states_alarm_where_a_table_states_their_kind() -> None:
    made = audit({"persons": persons(260)})
    people = found(made, "orphans", "only a link names it", where="person")
    assert (people.n, people.count) == (264, 4)  # suspects P260, P270, P280 and P290 have no row
    assert found(made, "orphans", "only a link names it", where="phone").share == 1.0
    assert outcome(made, "dangling_ends").verdict == "holds"  # no table states phones
    fewer = audit({"persons": persons(60)})
    assert outcome(fewer, "dangling_ends").places == ("person",)


def test_entities_without_a_link_are_counted() -> None:
    made = audit()
    assert found(made, "orphans", "no link", where="person").count == 270
    assert found(made, "orphans", "no link", where="offence").count == 0


# Coverage


def test_a_missing_month_of_one_source_alarms_t4() -> None:
    made = audit({"calls": calls(without="BM network 2023-07")})
    one = outcome(made, "silent_months")
    assert (one.verdict, one.value, one.n_places) == ("breached", 1.0, 1)
    assert one.places == ("calls · BM network (2023-07)",)
    (stream,) = (s for s in made.coverage if s.source == "BM network")
    assert (stream.n, stream.usual_month, stream.months["2023-07"]) == (330, 30.0, 0)


def test_a_source_that_stops_early_alarms_and_a_full_year_does_not() -> None:
    frame = calls()
    assert outcome(audit({"calls": frame}), "silent_months").verdict == "holds"
    stopped = frame[(frame["source"] != "AV network") | (frame["occurred_at"] < "2023-11")]
    one = outcome(audit({"calls": stopped.reset_index(drop=True)}), "silent_months")
    assert one.places == ("calls · AV network (2023-11, 2023-12)",)


def test_a_source_with_few_records_a_month_has_no_silence_to_speak_of() -> None:
    made = audit({"calls": calls(without="BM network 2023-07", per_month=15)})
    assert outcome(made, "silent_months").verdict == "not_measured"


def test_what_is_still_to_come_by_its_usual_lateness_is_no_silence() -> None:
    """Known 40 days later and cut at the end of December, November is thin and December empty."""
    frame = calls()
    at = pd.to_datetime(frame["occurred_at"], utc=True) + pd.Timedelta(days=40)
    late = frame.assign(known_at=at.dt.strftime("%Y-%m-%dT%H:%M:%SZ"))
    cut = late[(at < "2024-01-01") | (frame["occurred_at"] > "2023-12-27")]
    made = audit({"calls": cut.reset_index(drop=True)})
    (stream, *_) = made.coverage
    assert stream.late_days == (40.0, 40.0, 40.0)
    assert stream.months["2023-12"] < 0.25 * 30
    assert outcome(made, "silent_months").verdict == "holds"


def test_silent_days_are_listed_where_a_day_has_a_usual_count() -> None:
    days = pd.date_range("2023-01-01", "2023-03-31").strftime("%Y-%m-%d")
    rows = [
        {
            "caller": f"T{k}",
            "callee": f"T{k + 1}",
            "duration": str(k),
            "source": "one network",
            "occurred_at": f"{day}T10:{k % 60:02}:00Z",
            "known_at": f"{day}T20:00:00Z",
        }
        for day in days
        for k in range(10 if day == "2023-02-14" else 60)
    ]
    (stream, *_) = audit({"calls": texts(rows)}).coverage
    assert stream.silent_days == ("2023-02-14",)


def test_what_is_known_half_a_year_late_is_noted_and_blocks_nothing() -> None:
    at = pd.to_datetime(involved()["occurred_at"]) + pd.Timedelta(days=200)
    frame = involved().assign(known_at=at.dt.strftime("%Y-%m-%d"))
    frame = frame[at < "2024-02-01"].reset_index(drop=True)
    made = audit({"involved": pd.concat([frame] * 6, ignore_index=True)})
    assert outcome(made, "late_arrival").verdict == "noted"
    assert "late_arrival" not in made.breached


# Who is in it


def test_groups_and_states_are_counted_with_their_denominators() -> None:
    made = audit()
    assert found(made, "states", "persons", where="AV").count == 100
    women = found(made, "groups", "persons", attribute="sex", group="female", where="")
    assert (women.n, women.count) == (300, 150)
    in_av = found(made, "groups", "persons", attribute="sex", group="female", where="AV")
    assert (in_av.n, in_av.count) == (100, 50)
    assert made.attributes == ("sex",)  # 300 birth dates are no groups


def test_a_group_that_is_missing_from_one_state_alarms_t4() -> None:
    frame = persons()
    men = frame["member_state"] == "CV"
    frame.loc[men, "sex"] = "male"
    one = outcome(audit({"persons": frame}), "absent_groups")
    assert (one.verdict, one.places) == ("breached", ("sex female in CV",))


def test_a_group_without_any_link_alarms_t4() -> None:
    ties = texts(own_ties(100))
    women = persons().loc[lambda f: f["sex"] == "female", "id"]
    kept = ties[~ties["a"].isin(women) & ~ties["b"].isin(women)].reset_index(drop=True)
    named = involved()[lambda f: ~f["person"].isin(women)].reset_index(drop=True)
    one = outcome(audit({"ties": kept, "involved": named}), "absent_groups")
    assert (one.verdict, one.places) == ("breached", ("sex female in links",))


def test_a_group_is_measured_against_the_population_that_the_dataset_names() -> None:
    frame = persons()
    women = frame.index[frame["sex"] == "female"]
    frame.loc[women[:90], "sex"] = "male"  # 60 women of 300
    population = {"sex": {"female": 0.5, "male": 0.5}}
    one = outcome(audit({"persons": frame}, population=population), "under_represented")
    assert (one.verdict, one.value, one.places) == ("breached", 0.4, ("sex female",))
    assert outcome(audit(population=population), "under_represented").verdict == "holds"
    nobody = audit({"persons": frame.assign(sex="male")}, population=population)
    assert outcome(nobody, "under_represented").value == 0.0


def test_a_small_group_is_noted() -> None:
    frame = persons()
    frame.loc[:11, "sex"] = "other"
    one = outcome(audit({"persons": frame}), "small_groups")
    assert (one.verdict, one.value, one.places) == ("noted", 12.0, ("sex other",))


# Who was recorded as what, by whom


def suspects(n_women: int, n_men: int, *, weak: int = 0) -> pd.DataFrame:
    """So many women and men suspects in offences E0 to E29; `weak` of the women graded X."""
    frame = persons()
    women = frame.loc[frame["sex"] == "female", "id"].tolist()[:n_women]
    men = frame.loc[frame["sex"] == "male", "id"].tolist()[:n_men]
    said = pd.concat([involved()] * 4, ignore_index=True).iloc[: n_women + n_men]
    said = said.assign(person=women + men)
    said.loc[: weak - 1, "source_grade"] = "X"
    return said


def test_suspects_are_counted_per_group_and_by_the_source_that_says_so() -> None:
    made = audit({"involved": suspects(15, 45)})
    women = found(made, "labels", "persons recorded as suspect", group="female")
    assert (women.n, women.count) == (150, 15)
    by_police = [
        (m.source, m.n, m.count)
        for m in made.sections["labels"]
        if m.what == "suspect records by source" and m.group == "female"
    ]
    assert by_police == [("AV police", 15, 5), ("BM police", 15, 5), ("CV police", 15, 5)]


def test_a_gap_between_groups_in_what_was_recorded_is_noted_and_blocks_nothing() -> None:
    made = audit({"involved": suspects(15, 45)})  # 0.1 against 0.3
    one = outcome(made, "label_gap")
    assert (one.verdict, one.value) == ("noted", 0.2)
    assert made.breached == ()


def test_labels_on_weaker_ground_for_one_group_alarm_t4() -> None:
    made = audit({"involved": suspects(50, 50, weak=20)})
    one = outcome(made, "label_grade_gap")
    assert (one.verdict, one.value) == ("breached", 0.4)
    assert outcome(made, "unassessed_labels").value == 0.2


def test_labels_that_nobody_could_assess_alarm_and_ungraded_tables_are_not_measured() -> None:
    made = audit({"involved": suspects(50, 50).assign(information_grade="4")})
    assert outcome(made, "unassessed_labels").verdict == "breached"
    bare = suspects(50, 50).drop(columns=["source_grade", "information_grade"])
    assert outcome(audit({"involved": bare}), "unassessed_labels").verdict == "not_measured"


# Circular reporting


def test_the_same_report_through_two_states_is_one_origin_and_alarms_t4() -> None:
    """40 pairs said by AV; 15 of them again by BM, citing AV's report: 15 of 55 are passed on."""
    passed = [
        tie(f"P{2 * i}", f"P{2 * i + 1}", "BM", report=f"R{i}", origin="?", day="2023-06-01")
        for i in range(15)
    ]
    made = audit({"ties": texts(own_ties() + passed)})
    said = found(made, "circular", "passes on another state's report")
    assert (said.n, said.count) == (55, 15)
    pairs = found(made, "circular", "pair that several states name, on one origin alone")
    assert (pairs.n, pairs.count) == (15, 15)
    assert outcome(made, "circular_reporting").verdict == "breached"


def test_two_states_with_reports_of_their_own_corroborate_each_other() -> None:
    own = [
        tie(f"P{2 * i + 1}", f"P{2 * i}", "BM", report=f"S{i}", origin=f"Q{i}", day="2023-05-02")
        for i in range(40)
    ]
    made = audit({"ties": texts(own_ties() + own)})
    said = found(made, "circular", "passes on another state's report")
    assert (said.n, said.count) == (80, 0)
    assert found(made, "circular", "pair that several states name, on one origin alone").count == 0


def test_an_origin_is_followed_through_a_chain_of_reports() -> None:
    """AV's R1 of origin O; BM passes on R1 with no origin named; CV cites BM's and R1's origin."""
    chain = [
        tie("P0", "P1", "AV", report="R1", origin="O", day="2023-05-02"),
        tie("P1", "P0", "BM", report="R1", origin="", day="2023-05-09"),
        tie("P0", "P1", "CV", report="R2", origin="O", day="2023-05-20"),
        tie("P0", "P2", "CV", report="R2", origin="O", day="2023-05-20"),  # another pair
    ]
    made = audit({"ties": texts(chain)})
    said = found(made, "circular", "passes on another state's report")
    assert (said.n, said.count) == (4, 2)
    assert outcome(made, "circular_reporting").verdict == "not_measured"  # too few to tell


def test_without_reports_the_same_day_in_two_states_is_the_hint() -> None:
    rows = own_ties() + [{**one, "member_state": "BM"} for one in own_ties(12)]
    bare = texts(rows).drop(columns=["report", "origin"])
    made = audit({"ties": bare})
    said = found(made, "circular", "same two persons, same day, another state")
    assert (said.n, said.count) == (52, 12)
    assert outcome(made, "circular_reporting").verdict == "breached"  # 12 / 52 = 0.23


# Grades, limits, words


def test_grades_and_handling_codes_are_counted_by_table() -> None:
    made = audit({"involved": suspects(50, 50, weak=20)})
    assert found(made, "grades", "source_grade X", where="involved").count == 20
    assert found(made, "grades", "handling H3", where="persons").count == 300


def test_a_limit_that_the_dataset_moves_is_shown_beside_ours() -> None:
    frame = without_birth_dates("female", 0.3)
    one = outcome(audit({"persons": frame}, own_limits={"missing_gap": 0.4}), "missing_gap")
    assert (one.verdict, one.limit, one.default) == ("holds", 0.4, 0.1)
    assert "moved from 0.1" in one.in_words


def test_a_limit_of_another_name_is_refused() -> None:
    with pytest.raises(BadInput, match="missing_gab"):
        limits({"missing_gab": 0.4})
    with pytest.raises(BadInput, match="missing_gap"):
        limits({"missing_gap": -1.0})


def test_an_outcome_says_value_limit_and_places() -> None:
    one = judge("silent_months", [Found("a", 3.0), Found("b", 1.0), Found("c", 0.0)], 0)
    assert one.places == ("a", "b")
    assert one.in_words.endswith("of what is usual: 3 (at most 0); a, b.")
    assert judge("silent_months", [], 0).in_words.endswith("nothing here to measure.")


def test_a_share_carries_wilsons_interval() -> None:
    said = Measure(where="t", what="w", n=10, count=0).as_json()
    assert (said["share"], said["interval"]) == (0.0, [0.0, 0.2775])
    assert Measure(where="t", what="w", n=0, count=0).as_json()["share"] is None


def test_a_delivery_of_calls_alone_is_audited_too() -> None:
    made = audit_of({"calls": calls()}, sensitive=())
    assert made.breached == ()
    assert outcome(made, "missing_gap").verdict == "not_measured"
