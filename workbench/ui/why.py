"""Step 3: why it was found. What it rests on first, then what speaks for and against, the
ordinary story, and only then what the model said of it and where it errs."""

from typing import TYPE_CHECKING

import streamlit as st

from workbench.domain.account import Account
from workbench.domain.decision import Judgement
from workbench.domain.finding import Assessment, Claim
from workbench.services.labels import Spoken
from workbench.ui import evidence, group_rates, nearest, ordinary, reasons, timeline

if TYPE_CHECKING:
    from workbench.bootstrap import Desk


def draw(
    desk: "Desk",
    account: Account,
    claim: Claim,
    assessment: Assessment,
    spoken: Spoken,
    *,
    judgement: Judgement | None,
) -> None:
    """All of the step; `judgement` is one's own, None for one who never decides."""
    finding_id = claim.finding_id
    _rests_on(claim, spoken)
    reasons.three_columns(assessment)
    ordinary.told(assessment, claim, spoken)
    if judgement is None:
        reasons.model_view(assessment)
    else:
        reasons.side_by_side(judgement, assessment)
    reasons.explained(assessment, key=f"why_{finding_id}")
    nearest.draw(desk, account, finding_id)
    reasons.limits(assessment)
    group_rates.draw(desk, account, assessment, key=f"rates_{finding_id}")


def _rests_on(claim: Claim, spoken: Spoken) -> None:
    """The picture with the records behind what is selected in it, and the events in time."""
    st.markdown("**What it rests on, and when that happened**")
    _picture(claim, spoken)
    timeline.timeline(claim, key=f"timeline_{claim.finding_id}")


@st.fragment
def _picture(claim: Claim, spoken: Spoken) -> None:
    """A choice in the picture draws anew what stands beneath it, and nothing else of the page."""
    chosen = evidence.picture(claim, key=f"picture_{claim.finding_id}")
    evidence.selected(claim, chosen, spoken, key=f"selected_{claim.finding_id}")
