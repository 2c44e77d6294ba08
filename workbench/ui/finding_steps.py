"""The five steps of a finding. Each is drawn only when the one before it is done.

The order is kept by the services and the database; here it is only shown.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import streamlit as st

from workbench.domain.account import Account
from workbench.domain.decision import Verdict
from workbench.domain.finding import Claim
from workbench.services import labels, review
from workbench.ui import acting, components, evidence, nearest, ordinary, reasons
from workbench.ui.words import inert, local

if TYPE_CHECKING:
    from workbench.bootstrap import Desk
    from workbench.services.review import Progress, Receipt

VIEWS = (Verdict.SUPPORTED, Verdict.NOT_SUPPORTED, Verdict.CANNOT_TELL)
MEANING = {
    Verdict.SUPPORTED: "the records bear it out; clears for an action, alone or with others",
    Verdict.NOT_SUPPORTED: "the records do not bear it out; blocks every action",
    Verdict.ALREADY_KNOWN: "true, and known before; no error of the model",
    Verdict.NOT_RELEVANT: "perhaps true, but nothing to this case; no error of the model",
    Verdict.CANNOT_TELL: "the records do not suffice either way",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """One person's way through one finding, as far as they have come."""

    desk: "Desk"
    account: Account
    progress: "Progress"
    names: dict[str, str] = field(default_factory=dict)  # labels of what the records speak of

    @property
    def id(self) -> str:
        return self.progress.finding_id

    def draw(self) -> None:
        """The steps that are open, from the first to where this person stands."""
        with components.asking() as asked:
            claim = review.read(self.desk, self.id, account=self.account.name)
            self.names.update(labels.labels(self.desk, self.id, account=self.account.name))
        if not asked.ok:
            return
        self._claim(claim)
        self._view()
        if self.progress.judged:
            self._why(claim)
        if self.progress.unveiled:
            self._decide()
        if self.progress.decided:
            acting.draw(self.desk, self.account, self.progress, claim)

    def _claim(self, claim: Claim) -> None:
        """What is recorded, in words and with grades; the picture comes with step 3."""
        _heading(1, "Claim and records")
        evidence.stated(claim)
        if not self.progress.judged:
            self._records(claim)
            return
        with st.expander(f"What is recorded: {len(claim.records)} records", expanded=False):
            self._records(claim)

    def _records(self, claim: Claim) -> None:
        evidence.records(claim, self.names, key=f"records_{self.id}", now=self.desk.now())

    def _view(self) -> None:
        _heading(2, "Your view")
        judgement = self.progress.judgement
        if judgement is None:
            self._view_form()
            return
        st.markdown(
            f"**{inert(judgement.verdict.label)}**, {judgement.confidence} of 100 sure. "
            f"Sealed {local(judgement.judged_at)}; it can be read, not changed."
        )
        st.text(judgement.reason)

    def _view_form(self) -> None:
        st.caption(
            "From the records alone. Once sealed it stays as it is, and what the model said opens."
        )
        with st.form(f"view_{self.id}"):
            verdict = st.radio(
                "Do the records bear the claim out?",
                VIEWS,
                index=None,
                format_func=lambda v: v.label,
                horizontal=True,
            )
            confidence = st.number_input(
                "How sure, from 0 (a guess) to 100 (certain)", 0, 100, value=None, step=5, width=330
            )
            reason = st.text_input("Why, in a line", max_chars=1000)
            sent = st.form_submit_button("Seal my view", type="primary", icon=":material/lock:")
        if not sent:
            return
        if verdict is None or confidence is None:
            _missing("a view" if verdict is None else "how sure you are")
            return
        with components.asking() as asked:
            review.judge(
                self.desk,
                self.id,
                account=self.account.name,
                verdict=verdict,
                confidence=int(confidence),
                reason=reason,
            )
        if asked.ok:
            st.rerun()

    def _why(self, claim: Claim) -> None:
        _heading(3, "Why it was found")
        if not self.progress.unveiled:
            st.caption(
                "Score, reasons and limits, beside your own view. That you saw them is logged."
            )
            if st.button(
                "Show why it was found", type="primary", icon=":material/visibility:", key="unveil"
            ):
                with components.asking() as asked:
                    review.unveil(self.desk, self.id, account=self.account.name)
                if asked.ok:
                    st.rerun()
            return
        with components.asking() as asked:
            assessment = review.unveil(self.desk, self.id, account=self.account.name)
        judgement = self.progress.judgement
        if not asked.ok or judgement is None:
            return
        reasons.side_by_side(judgement, assessment)
        reasons.three_columns(assessment)
        ordinary.told(assessment, {record.id: record for record in claim.records})
        reasons.explained(assessment, key=f"why_{self.id}")
        nearest.draw(self.desk, self.account, self.id)
        _rests_on(self.desk, claim, self.names)
        left, right = st.columns(2)
        with left:
            reasons.error_rates(assessment.group_rates, key=f"rates_{self.id}")
        with right:
            reasons.limits(assessment)

    def _decide(self) -> None:
        _heading(4, "Decide")
        decision = self.progress.decision
        if decision is None:
            self._decision_form("decide")
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
        self._others()
        self._anew()

    def _anew(self) -> None:
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
            assessment = review.unveil(self.desk, self.id, account=self.account.name)
        judgement = self.progress.judgement
        if not asked.ok or judgement is None:
            return
        with st.container(border=True):
            st.markdown("**Decide anew**")
            reasons.side_by_side(judgement, assessment)
            reasons.three_columns(assessment)
            st.caption("The latest of your decisions counts; all of them stay in the log.")
            self._decision_form("decide_anew")

    def _decision_form(self, form: str) -> None:
        name = f"{form}_{self.id}"
        with st.form(name):
            verdict = st.radio(
                "Verdict",
                list(Verdict),
                index=None,
                format_func=lambda v: v.label,
                captions=[MEANING[v] for v in Verdict],
                key=f"{name}_verdict",
            )
            reason = st.text_area(
                "Reason, in a sentence or two", height=80, max_chars=4000, key=f"{name}_reason"
            )
            sent = st.form_submit_button(
                "Decide", type="primary", icon=":material/gavel:", shortcut="Alt+D"
            )
        key = components.key_of(name)
        if not sent:
            return
        if verdict is None:
            _missing("a verdict")
            return
        with components.asking() as asked:
            receipt = review.decide(
                self.desk,
                self.id,
                account=self.account.name,
                verdict=verdict,
                reason=reason,
                key=key,
            )
        if asked.ok:
            components.renew(name)
            st.session_state[f"receipt_{self.id}"] = receipt
            st.session_state.pop(f"looked_again_{self.id}", None)
            st.rerun()

    def _others(self) -> None:
        """What other people decided, which one sees only from here on."""
        if not self.progress.others:
            st.caption("Nobody else has decided this finding yet.")
            return
        for pseudonym, verdict, decided_at in self.progress.others:
            st.markdown(
                f"{inert(pseudonym)} decided: **{inert(verdict.label)}**, {local(decided_at)}."
            )
        if self.progress.contested:
            st.warning(
                "This finding is contested: one of its readers found it not supported, so nothing "
                "can be done on it.",
                icon=":material/warning:",
            )


def read_only(desk: "Desk", account: Account, finding_id: str, *, purpose: str) -> None:
    """Claim and records, and the model's part once somebody decided, for one who never decides."""
    with components.asking() as asked:
        claim = review.read(desk, finding_id, account=account.name, purpose=purpose)
        names = labels.labels(desk, finding_id, account=account.name)
    if not asked.ok:
        return
    _heading(1, "Claim and records")
    evidence.stated(claim)
    evidence.records(claim, names, key=f"records_{finding_id}", now=desk.now())
    _heading(3, "Why it was found")
    with components.asking() as asked:
        assessment = review.unveil(desk, finding_id, account=account.name, purpose=purpose)
    if not asked.ok:
        return
    reasons.model_view(assessment)
    reasons.three_columns(assessment)
    ordinary.told(assessment, {record.id: record for record in claim.records})
    reasons.explained(assessment, key=f"why_{finding_id}")
    _rests_on(desk, claim, names)
    reasons.error_rates(assessment.group_rates, key=f"rates_{finding_id}")
    reasons.limits(assessment)


def _rests_on(desk: "Desk", claim: Claim, names: dict[str, str]) -> None:
    """The picture with the records behind what is selected in it, and the events in time."""
    st.markdown("**What it rests on, and when that happened**")
    chosen = evidence.picture(claim, key=f"picture_{claim.finding_id}", height=360)
    key = f"selected_{claim.finding_id}"
    evidence.selected(claim, chosen, names, key=key, now=desk.now())
    evidence.timeline(claim, key=f"timeline_{claim.finding_id}")


def _heading(number: int, text: str) -> None:
    st.header(f"{number}  {text}", anchor=False, divider="gray")


def _missing(what: str) -> None:
    st.error(f"Choose {what} first; nothing is preset.", icon=":material/error:")


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
