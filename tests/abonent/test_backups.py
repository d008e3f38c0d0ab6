"""Copies of an SQLite database: made while it is in use, and put back whatever lies beside the file."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing

import pytest

from abonent.backups import back_up, restore
from models.database import Unavailable
from models.database.sqlite import database_file
from models.migrations import migrate
from tests.conftest import opened, settings_for

NAMES = "SELECT username FROM users ORDER BY id"


@pytest.fixture
def settings(sqlite_settings):
    return sqlite_settings


@pytest.fixture
def file(settings):
    return database_file(settings.database_url)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def names(path):
    with closing(sqlite3.connect(path)) as connection:
        return [name for (name,) in connection.execute(NAMES)]


async def test_a_copy_has_what_was_committed_though_it_is_in_the_wal_alone(factory, file, tmp_path):
    await factory.user(username="bermet")
    assert file.with_name(file.name + "-wal").stat().st_size
    back_up(file, tmp_path / "copy.sqlite3")
    assert "bermet" in names(tmp_path / "copy.sqlite3")


async def test_a_copy_is_its_owners_alone(file, tmp_path):
    back_up(file, tmp_path / "copy.sqlite3")
    assert mode(tmp_path / "copy.sqlite3") == 0o600


def test_no_file_is_overwritten_by_a_copy(file, tmp_path):
    (tmp_path / "copy.sqlite3").write_text("my thesis")
    with pytest.raises(Unavailable, match="is there already"):
        back_up(file, tmp_path / "copy.sqlite3")
    assert (tmp_path / "copy.sqlite3").read_text() == "my thesis"


def test_where_no_copy_can_be_written_nothing_is_left(file, tmp_path):
    with pytest.raises(Unavailable):
        back_up(file, tmp_path / "nowhere" / "copy.sqlite3")
    assert not list(tmp_path.rglob("*copy*"))


async def _story(settings, file, copy):
    """A copy with one user; then a second one, whom only the database's own -wal knows."""
    from tests.factories import Factory  # noqa: PLC0415

    async with opened(settings) as database:
        factory = await Factory(database, settings).prepare()
        await factory.user(username="before")
        back_up(file, copy)
        await factory.user(username="after")
        return [path.read_bytes() for path in (file, file.with_name(file.name + "-wal"))]


async def test_a_copy_is_restored_beside_an_old_wal(settings, file, tmp_path):
    content, wal = await _story(settings, file, tmp_path / "copy.sqlite3")
    file.write_bytes(content)  # as after a crash: the last commits are in the -wal
    file.with_name(file.name + "-wal").write_bytes(wal)
    aside = restore(tmp_path / "copy.sqlite3", file)
    assert "before" in names(file)
    assert "after" not in names(file)
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert "after" in names(aside)
    assert mode(file) == 0o600


async def test_an_old_wal_without_its_database_does_no_harm(settings, file, tmp_path):
    _, wal = await _story(settings, file, tmp_path / "copy.sqlite3")
    file.unlink()
    file.with_name(file.name + "-wal").write_bytes(wal)
    restore(tmp_path / "copy.sqlite3", file)
    assert "after" not in names(file)


async def test_a_damaged_database_gives_way_to_the_copy(settings, file, tmp_path):
    await _story(settings, file, tmp_path / "copy.sqlite3")
    file.write_bytes(b"no database" * 1000)
    aside = restore(tmp_path / "copy.sqlite3", file)
    assert "before" in names(file)
    assert aside.read_bytes().startswith(b"no database")


async def test_nothing_is_restored_while_somebody_has_the_database_open(file, tmp_path, factory):
    back_up(file, tmp_path / "copy.sqlite3")
    await factory.user(username="somebody")
    with pytest.raises(Unavailable, match="is in use: stop the server first"):
        restore(tmp_path / "copy.sqlite3", file)
    assert "somebody" in names(file)
    assert not list(tmp_path.glob("*.before-*"))
    assert [path.name for path in tmp_path.glob(".*")] == []


def damaged(content):
    return content[:8192] + b"\xff" * 8192 + content[16384:]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda _: b"no database" * 1000, "no sound copy"),
        (lambda _: b"", "no sound copy"),
        (damaged, "is damaged|no sound copy"),
    ],
)
async def test_a_copy_that_is_none_is_refused_and_nothing_changes(settings, file, tmp_path, spoil, words):
    copy = tmp_path / "copy.sqlite3"
    await _story(settings, file, copy)
    copy.write_bytes(spoil(copy.read_bytes()))
    with pytest.raises(Unavailable, match=words):
        restore(copy, file)
    assert "after" in names(file)


async def test_a_copy_of_a_newer_version_is_refused(file, tmp_path):
    copy = tmp_path / "copy.sqlite3"
    back_up(file, copy)
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("INSERT INTO schema_migrations VALUES ('9999_of_tomorrow', 'x')")
        connection.commit()
    with pytest.raises(Unavailable, match="newer version"):
        restore(copy, file)


def test_the_database_itself_is_no_copy(file):
    with pytest.raises(Unavailable, match="is the database itself"):
        restore(file, file)


async def test_a_copy_makes_a_database_where_there_was_none(settings, file, tmp_path):
    await _story(settings, file, tmp_path / "copy.sqlite3")
    assert restore(tmp_path / "copy.sqlite3", tmp_path / "new" / "abonent.sqlite3") is None
    assert "before" in names(tmp_path / "new" / "abonent.sqlite3")


# --- who may read -------------------------------------------------------------------------------------------------


async def test_the_database_and_what_is_beside_it_are_their_owners_alone(tmp_path):
    settings = settings_for(f"sqlite://{tmp_path}/new/abonent.sqlite3")
    await migrate(settings)
    async with opened(settings) as database:

        async def add(work):
            await work.fetch("UPDATE schema_migrations SET name = name")

        await database.write(add)
        await database.fetch("SELECT 1")
        kept = {path.name: mode(path) for path in (tmp_path / "new").iterdir()}
    assert {"abonent.sqlite3", "abonent.sqlite3-wal", "abonent.sqlite3-shm"} <= set(kept)
    assert set(kept.values()) == {0o600}
    assert mode(tmp_path / "new") == 0o700


async def test_a_file_of_an_earlier_version_is_closed_to_others(settings, file):
    file.chmod(0o644)
    await migrate(settings)
    assert mode(file) == 0o600
