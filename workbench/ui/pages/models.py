"""Models: may I rely on this, and where does it fail."""

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from workbench.domain.account import PERMISSIONS, Account, Operation
from workbench.domain.release import AuditVerdict, ReleaseStatus
from workbench.services import behaviour, browse, release
from workbench.services.browse import ModelView, VersionView
from workbench.settings import Settings
from workbench.ui import behaviour_view, components, measures_view, places, session
from workbench.ui.components import Colour
from workbench.ui.words import ago, inert, prompted_sentence, utc

if TYPE_CHECKING:
    from workbench.bootstrap import Desk

_AUDITS: dict[AuditVerdict, tuple[str, Colour]] = {
    AuditVerdict.PASS: ("audit passed", "green"),
    AuditVerdict.FAIL: ("audit failed", "red"),
    AuditVerdict.INSUFFICIENT: ("audit: too little data to tell", "yellow"),
}
_STATES: dict[ReleaseStatus, tuple[str, Colour]] = {
    ReleaseStatus.IN_USE: ("in use", "blue"),
    ReleaseStatus.SUSPENDED: ("stopped", "red"),
    ReleaseStatus.RETIRED: ("retired", "gray"),
}


def page() -> None:
    desk, account = session.current()
    session.require(account, Operation.READ_MODELS)
    components.title("Models", "Whether to rely on one, and where it fails.")
    with st.spinner("Reading the registry", show_time=True):
        models = browse.browse(desk, account=account.name)
    if not models:
        components.empty("There is no model.", "Add a folder under models/; CONTRIBUTING says how.")
        return
    if account.role in PERMISSIONS[Operation.TRACK_EXPERIMENTS]:
        st.link_button(
            "Experiments in MLflow", _mlflow("experiments"), icon=":material/open_in_new:"
        )
    names = {model.name: model.title for model in models}
    wanted = st.query_params.get("model", "")
    chosen = st.segmented_control(
        "Model",
        list(names),
        default=wanted if wanted in names else models[0].name,
        required=True,
        format_func=lambda name: names[name],
        label_visibility="collapsed",
        key="model",
    )
    _model(desk, account, next(model for model in models if model.name == chosen))


def _mlflow(page: str) -> str:
    """The address of a page of MLflow in its view for training, which is not the one it opens."""
    settings = Settings()
    return f"http://{settings.host}:{settings.mlflow_port}/#/{page}?workflowType=machine_learning"


def _model(desk: "Desk", account: Account, model: ModelView) -> None:
    st.header(inert(model.title), anchor=False)
    _status(model)
    version = model.in_use or next(iter(model.versions), None)
    view = None
    if version is not None:
        view = behaviour.behaviour(desk, model.name, version.run_id, account=account.name)
    card, versions, measures, behaves, errs = st.tabs(
        ["Card", f"Versions ({len(model.versions)})", "Measures", "Behaviour", "Where it errs"]
    )
    with card:
        _card(model)
    with versions:
        _versions(desk, account, model)
    with measures:
        measures_view.measures(version, view)
    if version is None or view is None:
        for tab in (behaves, errs):
            with tab:
                behaviour_view.nothing()
        return
    with behaves:
        behaviour_view.behaves(
            view,
            key=version.id,
            page=partial(behaviour.page, desk, model.name, version.run_id, account=account.name),
        )
    with errs:
        behaviour_view.errs(view, key=version.id)


def _status(model: ModelView) -> None:
    """One line: what is in use, or why nothing is."""
    used = model.in_use
    if used is not None and used.release is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            _badges(used)
            st.caption(
                f"Version {used.number} puts findings forward; approved by "
                f"{used.release.approved_by}. One finding is about a {model.unit}."
            )
        if used.release.audit is not AuditVerdict.PASS:
            _approval(used)
        _audited(used)
        return
    stopped = [v for v in model.versions if v.release is not None]
    if stopped:
        st.warning(
            f"Version {stopped[0].number} is stopped: it puts nothing forward, and nothing it "
            "found is acted on.",
            icon=":material/front_hand:",
        )
    else:
        st.caption("No version is approved, so this model puts nothing forward.")


def _audited(version: VersionView) -> None:
    """What an audit that did not pass found, and the way to it."""
    if version.audit is None:
        return
    if version.audit_said:
        st.markdown(inert(f"What its audit found: {version.audit_said}"))
    st.page_link(
        places.FOLDER / "bias_audit.py",
        label="Its bias audit: error rates, and how probabilities hold in each group (Calibration)",
        icon=":material/balance:",
        query_params={"version": version.id},
    )


def _card(model: ModelView) -> None:
    if not model.card:
        components.empty("This model has no card.", "A model without one cannot be judged.")
        return
    with st.container(width=820):
        st.markdown(_without_title(model.card))


def _without_title(card: str) -> str:
    """The card below its first heading, which the page has said already."""
    first, _, rest = card.lstrip().partition("\n")
    return rest if first.startswith("# ") else card


def _badges(version: VersionView) -> None:
    if version.release is not None:
        label, colour = _STATES[version.release.status]
        st.badge(label, color=colour)
    else:
        st.badge("proposed", color="gray")
    if version.audit is None:
        st.badge("not audited", color="yellow")
    else:
        label, colour = _AUDITS[version.audit]
        st.badge(label, color=colour)


def _versions(desk: "Desk", account: Account, model: ModelView) -> None:
    if not model.versions:
        components.empty(
            "No version is registered.",
            "A data scientist trains a model and registers the run: workbench train, then "
            "workbench register.",
        )
        return
    for version in model.versions:
        with st.container(border=True, key=f"version_{version.id.replace('/', '_')}"):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"**Version {version.number}**", width="content")
                _badges(version)
            _facts(desk, account, version)
            _approval(version)
            if version != model.in_use:
                _audited(version)
            _acts(desk, account, version)


def _facts(desk: "Desk", account: Account, version: VersionView) -> None:
    st.caption(
        f"Trained {ago(version.trained_at, now=desk.now())} by {version.trained_by} on "
        f"{inert(version.dataset)} with seed {version.seed}.",
        help=utc(version.trained_at),
    )
    if version.choice:
        st.markdown(inert(version.choice))
    if any(version.prompted.values()):
        st.caption(prompted_sentence(version.prompted))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("Run", width="content")
        components.identifier(version.run_id, key=f"run_{version.id}")
        st.caption("SHA-256 of what is served", width="content")
        components.identifier(version.digest, key=f"digest_{version.id}")
        if account.role in PERMISSIONS[Operation.TRACK_EXPERIMENTS]:
            st.link_button(
                "This run in MLflow",
                _mlflow(f"experiments/{version.experiment}/runs/{version.run_id}"),
                icon=":material/open_in_new:",
                type="tertiary",
            )


def _approval(version: VersionView) -> None:
    approved = version.release
    if approved is None:
        return
    excused = "" if approved.audit is AuditVerdict.PASS else " and excused its audit"
    st.markdown(
        f"{inert(approved.approved_by)} approved it{excused}: *{inert(approved.reason)}*",
        help=utc(approved.approved_at),
    )


def _acts(desk: "Desk", account: Account, version: VersionView) -> None:
    """What this account may do with this version: approve, stop or restart it."""
    approved = version.release
    if approved is None:
        if account.role in PERMISSIONS[Operation.APPROVE_RELEASE]:
            _approve(desk, account, version)
    elif approved.status is ReleaseStatus.IN_USE:
        if account.role in PERMISSIONS[Operation.STOP_MODEL]:
            _stop(desk, account, version)
    elif (
        approved.status is ReleaseStatus.SUSPENDED
        and account.role in PERMISSIONS[Operation.RESTART_MODEL]
    ):
        _restart(desk, account, version)


def _approve(desk: "Desk", account: Account, version: VersionView) -> None:
    if version.audit is None:
        st.caption("It can be approved once it was audited for bias (Bias audit).")
        return
    form = f"approve_{version.id}"
    excuse = version.audit is not AuditVerdict.PASS
    label = "Why it may be used although its audit did not pass" if excuse else "Why it may be used"
    with st.form(form, border=False):
        reason = st.text_area(label, height=80, key=f"reason_{form}")
        given = st.form_submit_button("Approve for use", icon=":material/verified:")
    if given:
        with components.asking() as asked:
            release.approve(
                desk,
                version.id,
                account=account.name,
                reason=reason,
                key=components.key_of(form),
            )
        if asked.ok:
            components.renew(form)
            st.rerun()


def _stop(desk: "Desk", account: Account, version: VersionView) -> None:
    with st.popover("Stop it", icon=":material/front_hand:"), st.form(f"stop_{version.id}"):
        st.markdown(
            "It puts nothing forward from now on, and nothing it found is acted on. A supervisor "
            "other than you restarts it."
        )
        reason = st.text_area("Why it is stopped", height=80, key=f"reason_stop_{version.id}")
        given = st.form_submit_button("Stop it now", type="primary")
    if given:
        with components.asking() as asked:
            release.suspend(desk, version.id, account=account.name, reason=reason)
        if asked.ok:
            st.rerun()


def _restart(desk: "Desk", account: Account, version: VersionView) -> None:
    with st.form(f"restart_{version.id}", border=False):
        reason = st.text_area("Why it may be used again", height=80, key=f"again_{version.id}")
        given = st.form_submit_button("Restart it", icon=":material/restart_alt:")
    if given:
        with components.asking() as asked:
            release.restart(desk, version.id, account=account.name, reason=reason)
        if asked.ok:
            st.rerun()


page()
