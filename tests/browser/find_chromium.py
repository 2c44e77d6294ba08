"""Finds a chromium for the browser tests, or installs one, or says which command would.

In this order: chromium on the PATH, the one Playwright downloaded earlier, Debian's package
where this account may install it. Prints the path.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def find_chromium() -> str | None:
    """Path of a chromium that is already here, or None."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache/ms-playwright"))
    return next((str(p) for p in sorted(cache.glob("chromium-*/chrome-linux*/chrome"))), None)


def install_chromium() -> None:
    """Install Debian's chromium where this account may."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "update"], ["apt-get", "install", "-y", "chromium"]):
            subprocess.run(command, check=False, env=environment, stdout=sys.stderr)


if __name__ == "__main__":
    if not find_chromium():
        install_chromium()
    path = find_chromium()
    if not path:
        sys.exit(
            "The browser tests need a chromium and none was found; "
            "run: sudo apt-get install chromium, then make test again."
        )
    print(path)
