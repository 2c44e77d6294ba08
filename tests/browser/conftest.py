"""A served home and a real browser. Screenshots are kept in ``WORKBENCH_SCREENSHOTS`` (default
``var/screenshots``)."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from builders_demo import DemoHome
from find_chromium import find_chromium
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

ROOT = Path(__file__).parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LAPTOP = {"width": 1366, "height": 768}
WAIT_MS = 45_000


def screenshots() -> Path:
    """Where screenshots are kept."""
    folder = Path(os.environ.get("WORKBENCH_SCREENSHOTS", ROOT / "var" / "screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@dataclass(frozen=True)
class Served:
    """Where the pages and MLflow are served, and the home behind them."""

    pages: str
    mlflow: str
    home: DemoHome


@pytest.fixture(scope="module")
def served(kept_demo: DemoHome, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """``workbench serve`` on a copy of the demonstration's home, on two free ports."""
    home = tmp_path_factory.mktemp("served") / "home"
    shutil.copytree(kept_demo.path, home)
    demo_home = replace(kept_demo, path=home)
    ports = [_free_port(), _free_port()]
    environment = {
        **os.environ,
        "WORKBENCH_HOME": str(demo_home.path),
        "WORKBENCH_PORT": str(ports[0]),
        "WORKBENCH_MLFLOW_PORT": str(ports[1]),
    }
    command = [sys.executable, "-m", "workbench.cli", "serve"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    pages, mlflow = (f"http://127.0.0.1:{port}" for port in ports)
    try:
        for base in (pages, mlflow):
            _await_health(f"{base}/health", process)
        yield Served(pages=pages, mlflow=mlflow, home=demo_home)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
        if process.stderr:
            process.stderr.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await_health(url: str, process: subprocess.Popen[str]) -> None:
    for _ in range(480):
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            assert process.poll() is None, process.stderr.read() if process.stderr else ""
            time.sleep(0.25)
    raise AssertionError(f"{url} did not answer")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        yield launched
        launched.close()


@dataclass
class Person:
    """Somebody at a laptop of their own, signed in."""

    name: str
    page: Page
    context: BrowserContext
    served: Served
    asked: list[str]

    def go(self, path: str) -> None:
        self.page.goto(f"{self.served.pages}/{path}")
        self.settle()

    def settle(self) -> None:
        """Wait until the page is drawn: the line above it is there and nothing runs."""
        expect(self.page.get_by_text(self.name).first).to_be_visible(timeout=WAIT_MS)
        self.page.wait_for_function(
            "document.querySelector('[data-testid=\"stApp\"]')"
            "?.getAttribute('data-test-script-state') === 'notRunning'",
            timeout=WAIT_MS,
        )

    def see(self, text: str) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible(timeout=WAIT_MS)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name).first.click(timeout=WAIT_MS)
        self.settle()

    def choose(self, label: str) -> None:
        self.page.locator("label").filter(has_text=label).first.click(timeout=WAIT_MS)

    def keep(self, name: str) -> None:
        """Keep a screenshot of the whole page at a laptop's width."""
        self.settle()
        self.page.wait_for_timeout(900)  # animations of the charts end
        main = self.page.locator('[data-testid="stMain"]')
        height = main.evaluate("e => e.scrollHeight")
        self.page.set_viewport_size({**LAPTOP, "height": max(768, min(int(height) + 8, 6000))})
        self.page.wait_for_timeout(900)
        self.page.screenshot(path=screenshots() / f"{name}.png")
        self.page.set_viewport_size(LAPTOP)

    def leave(self) -> None:
        self.context.close()


@pytest.fixture
def sign_in(browser: Browser, served: Served):
    """A function that opens a browser window for an account and signs in."""

    def enter(name: str, *, dark: bool = False) -> Person:
        context = browser.new_context(
            viewport=LAPTOP, color_scheme="dark" if dark else "light", locale="en-GB"
        )
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(served.pages)
        if not dark:
            page.screenshot(path=screenshots() / "sign-in.png")
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(served.home.passwords[name])
        page.get_by_role("button", name="Sign in").click()
        person = Person(name=name, page=page, context=context, served=served, asked=asked)
        person.settle()
        return person

    return enter
