"""Builds the console, the staff's web application at `/`, from its sources in `console/`.

`python -m web.console` is run once, by `make setup`, and again whenever the sources or the schema have changed; it uses
the Node that `web/vendor.py` finds or brings. The program itself builds nothing: without these files the page at `/`
says how to make them.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from web.vendor import NotFetched, npm_command, run

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parent.parent
SOURCES: Final = ROOT / "console"
SCHEMA: Final = ROOT / "schema" / "schema.graphql"
BUILT: Final = Path(__file__).parent / "assets" / "console"
FILES: Final = ("console.js", "console.css")
STAMP: Final = "sources.sha256"


def build() -> None:
    """Build what is not of these sources yet. Raises `NotFetched`, and then what was built before is still there."""
    digest = sources_digest()
    if is_built(digest):
        return
    with tempfile.TemporaryDirectory() as scratch:
        npm = npm_command(Path(scratch))
        path = os.pathsep.join([str(Path(npm[0]).parent), os.environ.get("PATH", "")])
        environment = {**os.environ, "PATH": path}
        run([*npm, "ci", "--ignore-scripts", "--silent"], SOURCES, environment)
        run([*npm, "run", "build"], SOURCES, environment)
    (BUILT / STAMP).write_text(digest)


def is_built(digest: str) -> bool:
    """Whether the files that are there were made of the sources with this digest."""
    stamp = BUILT / STAMP
    return stamp.exists() and stamp.read_text() == digest and all((BUILT / name).exists() for name in FILES)


def sources_digest() -> str:
    """Of all that the console is made of."""
    content = hashlib.sha256()
    for path in _sources():
        content.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return content.hexdigest()


def _sources() -> Iterator[Path]:
    yield SCHEMA
    yield from sorted(path for path in SOURCES.iterdir() if path.is_file())
    written = (path for path in (SOURCES / "src").rglob("*") if path.is_file())
    yield from sorted(path for path in written if "generated" not in path.parts)


def main() -> None:
    """Build it, or say what will be missing."""
    if not SOURCES.is_dir():  # an installed program, which has what was built for it
        return
    try:
        build()
    except NotFetched as error:
        sys.stderr.write(f"There will be no console at /, it could not be built: {error}\n")


if __name__ == "__main__":
    main()
