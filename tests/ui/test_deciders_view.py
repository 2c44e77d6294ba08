"""What the tabs beside a release's audit say of minutes, and where they begin."""

from workbench.ui import deciders_view


def test_an_interval_below_a_minute_is_not_spelt_out() -> None:
    said = deciders_view._time_words(
        {
            "minutes_per_decided": 0.2,
            "decided_interval": [0.1, 0.4],
            "minutes_per_supported": 2.0,
            "supported_interval": [0.5, 3.0],
        }
    )
    assert said.endswith(
        " Per decided finding below 1, as is its 95 % interval."
        " Per supported finding 2 (95 % below 1 to 3)."
    )


def test_it_begins_at_the_widest_gap_for_which_a_decider_failed() -> None:
    def row(before: float | None, verdict: str) -> dict[str, object]:
        gaps = {"before": before, "release": 0.1, "after": None}
        return {**gaps, "verdicts": {**dict.fromkeys(gaps, "pass"), "before": verdict}}

    wide, narrow, wider = row(0.3, "fail"), row(0.2, "fail"), row(0.9, "pass")
    assert deciders_view._foremost([narrow, wider, wide]) is wide
    assert deciders_view._foremost([wider, row(None, "insufficient")]) is wider
