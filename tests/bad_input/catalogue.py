"""Bad files as data: what each is called, what it holds, and how it has to be refused.

``Bad.write`` puts one under a folder and returns what a user would hand in. `heavy` ones are made
large on purpose; they are run in a process of their own whose memory is measured.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

Content = bytes | Callable[[], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bad:
    """One thing that is refused whole. `place` is part of where the refusal points."""

    name: str
    files: Mapping[str, Content]
    code: str
    place: str = ""
    handed_in: str = ""  # the folder itself where empty
    heavy: bool = False
    put: Callable[[Path], None] | None = None  # links, pipes and what else is no content

    def write(self, root: Path) -> Path:
        """Write all files under `root` and return the path that is handed in."""
        root.mkdir(parents=True, exist_ok=True)
        for file, content in self.files.items():
            path = root / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content() if callable(content) else content)
        if self.put is not None:
            self.put(root)
        return root / self.handed_in if self.handed_in else root


def one(
    file: str,
    cases: Mapping[str, tuple[Content, str] | tuple[Content, str, str]],
    *,
    heavy: bool = False,
) -> list[Bad]:
    """Bad files that all bear one name; each case is content, code and place."""
    return [
        Bad(
            name=f"{file}: {name}",
            files={file: case[0]},
            code=case[1],
            place=case[2] if len(case) > 2 else "",
            handed_in=file,
            heavy=heavy,
        )
        for name, case in cases.items()
    ]
