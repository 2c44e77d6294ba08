"""Driving pages in AppTest: signed in by a real session row, read as a reader reads them."""

import re
from pathlib import Path
from typing import Any

from builders_casework import Town, signed_in
from streamlit.testing.v1 import AppTest

from workbench.domain.account import Account

MAIN = str(Path(__file__).parents[1] / "workbench" / "ui" / "entry" / "script.py")


def opened(at: Town, who: Account, page: str, **query: str) -> AppTest:
    """The page ``pages/<page>.py`` as `who` sees it, with these query parameters."""
    app = AppTest.from_file(MAIN, default_timeout=60)
    app.user = signed_in(at.desk, who)
    app.switch_page(f"../pages/{page}.py")
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def words(app: AppTest) -> str:
    """All text on the page, tables included."""
    parts = [e.value for e in (*app.markdown, *app.caption, *app.text)]
    parts += [e.value for e in (*app.title, *app.header, *app.subheader)]
    parts += [e.value for e in (*app.error, *app.warning, *app.info)]
    parts += [button.label for button in app.button]
    parts += [frame.value.to_string() for frame in (*app.dataframe, *app.table)]
    return plain("\n".join(str(part) for part in parts))


def plain(text: str) -> str:
    """What a reader sees of Markdown whose marks were made inert, breaks and spaces as usual."""
    usual = text.replace("\u2011", "-").replace("\u00a0", " ")
    return re.sub(r"\\(\W)", r"\1", usual)


def headings(app: AppTest) -> list[str]:
    return [str(header.value) for header in app.header]


def press(app: AppTest, label: str) -> AppTest:
    """Press the first button of this label."""
    return next(b for b in app.button if plain(b.label) == label).click().run()


def findings_listed(app: AppTest) -> list[str]:
    """Ids of the findings of a list, in its order, from the buttons that open them."""
    buttons = [b for b in app.button if "_open_F-" in str(b.key)]
    return [str(b.key).rpartition("_")[2] for b in buttons]


def field(app: AppTest, label: str) -> Any:
    """The first field whose label begins so: a text, a number, a choice."""
    fields = (*app.radio, *app.number_input, *app.text_input, *app.text_area, *app.selectbox)
    return next(f for f in fields if plain(f.label).startswith(label))
