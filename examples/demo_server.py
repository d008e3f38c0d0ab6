"""A demo of its own, in a folder of its own: seeded, served at a free port, and stopped again."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ABONENT: Final = (sys.executable, "-m", "abonent")
STOP_SECONDS: Final = 15


@dataclass(frozen=True, slots=True)
class Demo:
    """Where it serves, and the passwords by username."""

    port: int
    logins: dict[str, str]

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"


def seed(folder: Path) -> None:
    """Load the demo into a new SQLite file in the folder; its logins are kept beside it."""
    subprocess.run([*ABONENT, "seed"], env=_environment(folder), check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own program


@contextmanager
def serving(folder: Path) -> Iterator[Demo]:
    """The seeded demo of this folder, while it serves."""
    command = [*ABONENT, "serve", "--port", "0"]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(  # noqa: S603 - our own program
            command, env=_environment(folder), stdout=subprocess.PIPE, stderr=log, text=True
        )
        try:
            yield Demo(_port(process, folder), _logins(folder))
        finally:
            process.terminate()
            process.communicate(timeout=STOP_SECONDS)


def _environment(folder: Path) -> dict[str, str]:
    """This process's variables without what it says of another Abonent."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("ABONENT_", "SECRET_KEY"))}
    return kept | {"DATABASE_URL": f"sqlite://{folder}/abonent.sqlite3"}


def _port(process: subprocess.Popen[str], folder: Path) -> int:
    for line in process.stdout or ():
        if found := re.search(r"serves at http://localhost:(\d+)", line):
            return int(found[1])
    raise RuntimeError(f"the demo does not serve:\n{(folder / 'log').read_text(encoding='utf-8')}")


def _logins(folder: Path) -> dict[str, str]:
    text = (folder / "abonent.sqlite3.logins").read_text(encoding="utf-8")
    return dict(line.split() for line in text.splitlines())
