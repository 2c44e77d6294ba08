"""What is true of this home as a whole and has to stand on every page."""

from dataclasses import dataclass

from workbench.domain.account import Account
from workbench.store.desk import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """`demonstration`: the home was made by the demonstration; `witnessed`: somebody outside
    co-signs the log's checkpoints; `simulated`: this account acts in the demonstration only."""

    demonstration: bool
    witnessed: bool
    simulated: bool

    @property
    def badges(self) -> tuple[tuple[str, str], ...]:
        """Each badge that is true, with the sentence behind it."""
        all_of_them = (
            (
                self.demonstration,
                "demonstration",
                "Everything here is synthetic and was made by the demonstration.",
            ),
            (
                self.simulated,
                "simulated",
                "This account was made by the demonstration; what it does is marked as simulated.",
            ),
            (
                not self.witnessed,
                "not independently witnessed",
                "Nobody outside co-signs the decision log's checkpoints, so whoever holds its "
                "key could rewrite it unseen.",
            ),
        )
        return tuple((badge, why) for true, badge, why in all_of_them if true)


def title_of(desk: Desk, model: str) -> str:
    """The model's title, or its name where this workbench does not have the model any more."""
    return desk.models[model].title if model in desk.models else model


def standing(desk: Desk, account: Account) -> Standing:
    """Read from the home and from `account`; nothing here co-signs checkpoints yet."""
    return Standing(
        demonstration=(desk.home / "demo.json").exists(),
        witnessed=False,
        simulated=account.simulated,
    )
