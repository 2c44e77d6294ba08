"""``python -m workbench.cli``: the same as ``workbench``."""

from workbench.cli.main import main

main()
