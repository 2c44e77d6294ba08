"""The bias a world is given: of known size, for one community, and none of it in the null world.

What police record is not what people do. Here one community is stopped more, written up more,
named falsely more and misspelt more, while it takes part in planted networks exactly as often as
everybody else. Every draw is made whatever the bias, so that two worlds of one seed differ in the
rows that bias touches and in no others.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

COLUMNS = (
    "parameter",
    "attribute",
    "group",
    "value",
    "value_elsewhere",
    "n",
    "n_elsewhere",
    "expected_gap",
    "expected_fpr_gap",
    "expected_fnr_gap",
    "expected_selection_gap",
    "measure",
)
_OWN_DISTRICTS = 0.2  # two of ten districts of a state are a community's own
_Row = tuple[str, float, float, float, float, float, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bias:
    """Rates for everybody and for the `group` of `attribute` that is treated differently.

    recording_rate : share of true hidden ties that ever reach a record.
    false_label_rate : share of innocent close pairs falsely written up as associated, and of
        innocent look-alikes of laundering written up as laundering.
    data_error_rate : share of rows in the register of persons that a clerk misspelt.
    patrol_rate : petty offences written up per person in two years that no conduct explains.
    proxy_pull : share of a community that lives in its own two districts of a state by descent;
        the rest live anywhere. District is the declared proxy.
    """

    attribute: str = "community"
    group: str = "velnar"
    recording_rate: float = 0.58
    recording_rate_group: float = 0.58
    false_label_rate: float = 0.01
    false_label_rate_group: float = 0.01
    data_error_rate: float = 0.03
    data_error_rate_group: float = 0.03
    patrol_rate: float = 0.10
    patrol_rate_group: float = 0.10
    proxy_pull: float = 0.0

    def table(self, units: Mapping[str, tuple[int, int]]) -> pd.DataFrame:
        """One row per parameter (`COLUMNS`): values, and the gaps to expect, group minus others.

        `units` says by parameter to how many units the rate applies, in the group and elsewhere:
        ties, innocent close pairs, people. The selection gaps of the first two follow from the
        share of ties among all close pairs.

        The false-positive gap is that of the named label among those of whom it is not true, the
        false-negative gap among those of whom it is. Neither counts what bias does not touch.
        """
        n_tied, n_close = sum(units["recording_rate"]), sum(units["false_label_rate"])
        tied_share = n_tied / max(1, n_tied + n_close)
        rows = [
            self._recording(tied_share),
            self._false_label(tied_share),
            self._data_error(),
            self._patrol(),
            self._proxy(),
        ]
        made = ("attribute", "group", "n", "n_elsewhere", "expected_gap")
        frame = pd.DataFrame(rows, columns=[c for c in COLUMNS if c not in made])
        frame["n"] = [units[name][0] for name in frame["parameter"]]
        frame["n_elsewhere"] = [units[name][1] for name in frame["parameter"]]
        frame["attribute"], frame["group"] = self.attribute, self.group
        frame["expected_gap"] = frame["value"] - frame["value_elsewhere"]
        gaps = [c for c in COLUMNS if c.startswith("expected")]
        frame[gaps] = frame[gaps].round(6) + 0.0  # no minus zero
        return frame[list(COLUMNS)]

    def _recording(self, tied_share: float) -> _Row:
        gap = self.recording_rate_group - self.recording_rate
        return (
            "recording_rate", self.recording_rate_group, self.recording_rate,
            0.0, -gap, gap * tied_share,
            "selection: share of true hidden ties that records confirm",
        )  # fmt: skip

    def _false_label(self, tied_share: float) -> _Row:
        gap = self.false_label_rate_group - self.false_label_rate
        return (
            "false_label_rate", self.false_label_rate_group, self.false_label_rate,
            gap, 0.0, gap * (1 - tied_share),
            "fpr of the labels: share of innocent close pairs labelled as tied",
        )  # fmt: skip

    def _data_error(self) -> _Row:
        gap = self.data_error_rate_group - self.data_error_rate
        return (
            "data_error_rate", self.data_error_rate_group, self.data_error_rate,
            0.0, gap, -gap,
            "fnr of exact matching: share of register rows misspelt, so that no name agrees",
        )  # fmt: skip

    def _patrol(self) -> _Row:
        gap = written_up(self.patrol_rate_group) - written_up(self.patrol_rate)
        return (
            "patrol_rate", self.patrol_rate_group, self.patrol_rate,
            gap, 0.0, gap,
            "exposure: petty offences per person that no conduct explains; gaps: having any",
        )  # fmt: skip

    def _proxy(self) -> _Row:
        own = self.proxy_pull + (1 - self.proxy_pull) * _OWN_DISTRICTS
        elsewhere = (1 - self.proxy_pull) * _OWN_DISTRICTS
        return (
            "proxy_pull", own, elsewhere,
            own - elsewhere, 0.0, own - elsewhere,
            "proxy: share living in the group's own two districts of a state; gaps: of a rule that "
            "selects by these two",
        )  # fmt: skip


def written_up(rate: float) -> float:
    """Chance that a person is written up by a patrol at all, at `rate` per person in two years.

    Each of the two years writes a person up once at most, with half the rate.
    """
    return 1 - (1 - rate / 2) ** 2
