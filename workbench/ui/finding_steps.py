"""The five steps of a finding. Each is drawn only when the one before it is done.

The order is kept by the services and the database; here it is only shown.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from workbench.domain.account import Account
from workbench.domain.finding import Assessment, Claim
from workbench.services import labels, review
from workbench.services.labels import Spoken
from workbench.ui import (
    acting,
    answers,
    case_views,
    components,
    evidence,
    others,
    places,
    reasons,
    repeated,
    why,
)
from workbench.ui.words import inert, local

if TYPE_CHECKING:
    from workbench.bootstrap import Desk
    from workbench.services.review import Progress, Receipt

STEPS = ("Claim and records", "Your view", "Why it was found", "Decide", "Act")


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """One person's way through one finding, as far as they have come."""

    desk: "Desk"
    account: Account
    progress: "Progress"

    @property
    def id(self) -> str:
        return self.progress.finding_id

    def draw(self) -> None:
        """The steps that are open, from the first to where this person stands."""
        with components.asking() as asked:
            claim = review.read(self.desk, self.id, account=self.account.name)
            spoken = labels.spoken(self.desk, self.id, account=self.account.name)
        if not asked.ok:
            return
        case_views.remember(claim)
        self._claim(claim, spoken)
        self._view()
        if self.progress.judged:
            self._why(claim, spoken)
        if self.progress.unveiled:
            self._decide()
        if self.progress.decided:
            heading(5)
            acting.draw(self.desk, self.account, self.progress, claim)

    def _claim(self, claim: Claim, spoken: Spoken) -> None:
        """What is recorded, in words and with grades; the picture comes with step 3."""
        heading(1)
        evidence.stated(claim)
        repeated.told(self.desk, self.account, claim)
        key = f"records_{self.id}"
        if not self.progress.judged:
            evidence.records(claim, spoken, key=key)
            return
        with st.expander(f"What is recorded: {evidence.counted(claim)}"):
            evidence.records(claim, spoken, key=key)

    def _view(self) -> None:
        heading(2)
        judgement = self.progress.judgement
        if judgement is None:
            answers.view(self.desk, self.account, self.id)
            return
        st.markdown(
            f"**{inert(judgement.verdict.label)}**, {judgement.confidence} of 100 sure. "
            f"Sealed {local(judgement.judged_at)}; it can be read, not changed."
        )
        st.text(judgement.reason)

    def _why(self, claim: Claim, spoken: Spoken) -> None:
        heading(3)
        if not self.progress.unveiled:
            st.caption(
                "Score, reasons and limits, beside your own view. That you saw them is logged."
            )
            st.button(
                "Show why it was found", type="primary", icon=":material/visibility:", key="unveil",
                on_click=components.press, args=("unveil", self._unveil),
            )  # fmt: skip
            components.refusal("unveil")
            return
        with components.asking() as asked:
            assessment = self._unveil()
        judgement = self.progress.judgement
        if asked.ok and judgement is not None:
            why.draw(self.desk, self.account, claim, assessment, spoken, judgement=judgement)

    def _unveil(self) -> Assessment:
        return review.unveil(self.desk, self.id, account=self.account.name)

    def _decide(self) -> None:
        heading(4)
        decision = self.progress.decision
        if decision is None:
            answers.decision(self.desk, self.account, self.id, form="decide")
            return
        st.markdown(
            f"You decided: **{inert(decision.verdict.label)}**, {local(decision.decided_at)}."
        )
        st.text(decision.reason)
        receipt: Receipt | None = st.session_state.get(f"receipt_{self.id}")
        if receipt is not None:
            _receipt(receipt)
        else:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.caption("Decision", width="content")
                components.identifier(decision.id, key=f"decision_{self.id}")
        others.told(self.desk, self.account, self.progress)
        self._anew(decision.id)

    def _anew(self, last: str) -> None:
        """Two steps: look at the assessment again, which is logged, then decide."""
        looked = f"looked_again_{self.id}"
        if looked not in st.session_state:
            with st.container(horizontal=True, vertical_alignment="center"):
                pressed = st.button("Look again", icon=":material/visibility:", key=looked + "_go")
                st.caption("To decide anew. Your earlier decision stays in the log.")
            if not pressed:
                return
            with components.asking() as asked:
                review.unveil(self.desk, self.id, account=self.account.name, again=True)
            if asked.ok:
                st.session_state[looked] = True
                st.rerun()
            return
        with components.asking() as asked:
            assessment = self._unveil()
        judgement = self.progress.judgement
        if not asked.ok or judgement is None:
            return
        with st.container(border=True):
            st.markdown("**Decide anew**")
            reasons.three_columns(assessment)
            reasons.side_by_side(judgement, assessment)
            st.caption("The latest of your decisions counts; all of them stay in the log.")
            answers.decision(self.desk, self.account, self.id, form=f"decide_anew_{last}")


def read_only(desk: "Desk", account: Account, finding_id: str, *, purpose: str) -> None:
    """Claim and records, and once somebody decided, the model's part and what people said, for
    one who never decides."""
    with components.asking() as asked:
        claim = review.read(desk, finding_id, account=account.name, purpose=purpose)
        spoken = labels.spoken(desk, finding_id, account=account.name)
    if not asked.ok:
        return
    heading(1)
    evidence.stated(claim)
    repeated.told(desk, account, claim)
    evidence.records(claim, spoken, key=f"records_{finding_id}")
    heading(3)
    with components.asking() as asked:
        assessment = review.unveil(desk, finding_id, account=account.name, purpose=purpose)
        progress = review.progress(desk, finding_id, account=account.name)
    if not asked.ok:
        return
    why.draw(desk, account, claim, assessment, spoken, judgement=None)
    heading(4, "What people decided")
    others.told(desk, account, progress)
    heading(5, "What was done")
    acting.done(desk, account, finding_id)


def heading(number: int, text: str = "") -> None:
    """The heading of a step, which the rail above leads to."""
    st.header(
        f"{number}  {text or STEPS[number - 1]}", anchor=places.anchor(number), divider="gray"
    )


def _receipt(receipt: "Receipt") -> None:
    """The place of the decision in the log, for its decider to keep."""
    with st.container(border=True):
        st.markdown(":material/receipt_long: **Receipt**")
        st.markdown(f"Decision {inert(receipt.decision_id)} is entry {receipt.entry} of the log.")
        if receipt.checkpoint:
            st.caption(
                f"Proven by {len(receipt.path)} digests up to a signed checkpoint. "
                "Keep it: with it anyone can check that the log still holds your decision."
            )
            text = "\n".join(
                [f"decision {receipt.decision_id}", f"entry {receipt.entry}", *receipt.path, ""]
            )
            st.download_button(
                "Keep the receipt",
                text + receipt.checkpoint,
                file_name=f"receipt-{receipt.decision_id}.txt",
                mime="text/plain",
                key=f"receipt_{receipt.decision_id}",
            )
        else:
            st.caption("The checkpoint that covers it is signed within a second.")
