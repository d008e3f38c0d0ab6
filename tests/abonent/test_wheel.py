"""An installed program is whole: its pages have their parts, and its data are not kept among the packages."""

from __future__ import annotations

import re
import stat
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.abonent.test_serving import Server
from web import pages

ROOT = Path(__file__).parent.parent.parent

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        not pages.have("console.js", "graphiql.js", "swagger-ui.js"), reason="the pages' parts are not fetched"
    ),
]


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """The folder of installed packages; what they depend on is that of this environment."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site-packages")
    return folder / "site-packages"


@dataclass
class Installed:
    """What the installed program showed and left behind."""

    home: Path
    statuses: dict[str, int]
    """By the address of everything that its pages load."""
    printed: str


@pytest.fixture(scope="module")
def seen(installed, tmp_path_factory) -> Installed:
    home = tmp_path_factory.mktemp("home")
    own = {"PYTHONPATH": str(installed), "DATABASE_URL": "", "ABONENT_ADMIN_PASSWORD": ""}
    server = Server(home, **own, HOME=str(home), XDG_DATA_HOME="")
    try:
        statuses = {address: httpx.get(server.url + address).status_code for address in _loaded(server.url)}
        server.stop()
        return Installed(home, statuses, server.process.stdout.read())
    finally:
        server.close()


def _loaded(url: str) -> list[str]:
    shown = [httpx.get(url + path, headers={"Accept": "text/html"}).text for path in ("/", "/graphql", "/api/docs/")]
    return re.findall(r'(?:src|href)="(/static/[^"]+)"', "".join(shown))


def test_a_wheel_has_what_runs_and_nothing_else(installed):
    packages = {path.name for path in installed.iterdir() if path.suffix != ".dist-info"}
    assert packages == {"abonent", "models", "resolvers", "web", "schema", "rest_compat"}
    assert list((installed / "models" / "migrations" / "postgres").glob("*.sql"))


def test_its_pages_have_their_parts(seen):
    parts = ("console.js", "console.css", "graphiql.js", "graphiql.css", "swagger-ui.js")
    assert {f"/static/{name}" for name in parts} <= seen.statuses.keys()
    assert set(seen.statuses.values()) == {200}


def test_its_data_are_in_the_users_folder_and_the_start_says_so(seen, installed):
    kept = seen.home / ".local" / "share" / "abonent" / "abonent.sqlite3"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert f"sqlite://{kept}" in seen.printed
    assert not (installed / "data").exists()


def test_the_start_says_that_there_is_no_user_yet_and_how_to_make_one(seen):
    assert "There is no user yet. Make one: abonent createuser NAME" in seen.printed
