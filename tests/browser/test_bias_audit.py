"""What of an audit can be taken in a browser without being passed on: nothing but its verdict."""

import pytest
from playwright.sync_api import expect

from workbench import bootstrap

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.xdist_group("browser")]

ARTIFACT = "get-artifact?run_uuid={run}&path={path}"


def test_mlflow_has_digest_and_verdict_of_an_audit_and_no_figure_of_it(sign_in, served) -> None:
    person = sign_in("data-scientist")
    desk = bootstrap.open(served.home.path)
    version = desk.registry.versions("money_flow")[-1]
    assert desk.registry.audit_report(version.audit_digest)["groups"]
    listed = person.context.request.get(
        f"{served.mlflow}/ajax-api/2.0/mlflow/artifacts/list?run_id={version.run_id}"
    ).json()
    names = {file["path"] for file in listed["files"]}
    assert "card.md" in names
    assert "audit" not in names
    got = person.context.request.get(
        f"{served.mlflow}/" + ARTIFACT.format(run=version.run_id, path="card.md")
    )
    assert got.status == 200
    for path in (f"audit/{version.audit_digest}.json", "mitigation.html", "mitigation.json"):
        refused = person.context.request.get(
            f"{served.mlflow}/" + ARTIFACT.format(run=version.run_id, path=path)
        )
        assert refused.status >= 400, path
        assert len(refused.body()) < 2_000
    person.leave()


def test_charts_of_the_bias_audit_page_offer_neither_a_download_nor_a_copy(sign_in) -> None:
    person = sign_in("auditor")
    person.go("bias_audit")
    chart = person.page.locator('[data-testid="stVegaLiteChart"]').first
    expect(chart).to_be_visible()
    chart.hover()
    for label in ("Download", "Copy"):
        buttons = person.page.locator(f"button[kind=elementToolbar][aria-label^={label}]")
        assert buttons.count() > 0
        for i in range(buttons.count()):
            expect(buttons.nth(i)).to_be_hidden()
    person.leave()
