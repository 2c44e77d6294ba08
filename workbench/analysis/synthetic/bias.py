"""The bias a world is given: of known size, for one community, and none of it in the null world.

What police record is not what people do. Here one community is stopped more, written up more and
named falsely more, while it takes part in planted networks exactly as often as everybody else.
"""

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Bias:
    """Rates for everybody and for the `group` of `attribute` that is treated differently.

    recording_rate : share of true hidden ties that ever reach a record.
    false_label_rate : share of innocent close pairs falsely written up as associated.
    patrol_rate : petty offences written up per innocent person in two years.
    """

    attribute: str = "community"
    group: str = "velnar"
    recording_rate: float = 0.58
    recording_rate_group: float = 0.58
    false_label_rate: float = 0.01
    false_label_rate_group: float = 0.01
    patrol_rate: float = 0.10
    patrol_rate_group: float = 0.10

    def table(self) -> pd.DataFrame:
        """One row per parameter: value for the group, value elsewhere, expected gap, meaning."""
        rows = [
            (
                "recording_rate",
                self.recording_rate_group,
                self.recording_rate,
                "selection: share of true hidden ties that records confirm",
            ),
            (
                "false_label_rate",
                self.false_label_rate_group,
                self.false_label_rate,
                "fpr of the labels: share of innocent close pairs labelled as tied",
            ),
            (
                "patrol_rate",
                self.patrol_rate_group,
                self.patrol_rate,
                "exposure: petty offences per innocent person that no conduct explains",
            ),
        ]
        frame = pd.DataFrame(rows, columns=["parameter", "value", "value_elsewhere", "measure"])
        frame.insert(1, "attribute", self.attribute)
        frame.insert(2, "group", self.group)
        frame.insert(5, "expected_gap", (frame["value"] - frame["value_elsewhere"]).round(6))
        return frame


NONE = Bias()
PLANTED = Bias(
    recording_rate_group=0.72,
    false_label_rate_group=0.08,
    patrol_rate_group=0.40,
)
