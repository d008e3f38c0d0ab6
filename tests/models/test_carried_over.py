"""What was written before texts had one form is carried over to it, and rows that would then be one are named."""

from __future__ import annotations

import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from models import migrations
from models.database.engine import Unavailable
from models.migrations import migrate
from tests.conftest import opened, settings_for
from tests.models.rows import valid

BEFORE = "text_forms"
"""Migrations from this one on are yet to come."""
ROW = {"users": ("username_key",), "customers": ("document_key",), "sessions": (), "tariffs": ()}


@pytest.fixture
async def old(unmigrated_url, tmp_path, monkeypatch):
    """A database as the version before left it; `migrate` afterwards brings it up to date."""
    folder = tmp_path / "migrations"
    shutil.copytree(Path(str(files(migrations))), folder)
    for dialect in ("sqlite", "postgres"):
        listed = sorted((folder / dialect).glob("*.sql"))
        first = next(place for place, file in enumerate(listed) if BEFORE in file.name)
        for file in listed[first:]:
            file.unlink()
    with monkeypatch.context() as patched:
        patched.setattr(migrations, "files", lambda _: folder)
        await migrate(settings_for(unmigrated_url))
    return settings_for(unmigrated_url)


async def put(settings, table, **columns):
    """A row as that version had it."""
    row = valid(table, **columns)
    row = {name: value for name, value in row.items() if name not in ROW[table]}
    async with opened(settings) as database:
        marks = ", ".join(f"${place}" for place in range(1, len(row) + 1))
        sql = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks}) RETURNING id"
        ((row_id,),) = await database.write(lambda tx: tx.fetch(sql, list(row.values())))
    return row_id


async def kept(settings, sql):
    async with opened(settings) as database:
        return await database.fetch(sql)


async def test_texts_are_composed_and_their_keys_are_written(old):
    await put(old, "users", username="User\u00df", search="userss")
    name = "и\u0306е\u0308лка"
    await put(old, "customers", last_name=name, document_number="АN – 1", search=name, email="ΐ@B.kg", email_key="x")
    await migrate(old)
    assert await kept(old, "SELECT username, username_key FROM users") == [("Userß", "userss")]
    sql = "SELECT last_name, document_number, document_key, search, email_key FROM customers"
    assert await kept(old, sql) == [("йёлка", "АN – 1", "an1", "йелка", "ΐ@b.kg")]


async def test_a_session_goes_on_with_its_refresh_token(old):
    token = "6b1f8c1e-5f0e-4b62-9d0b-0d5b7a0c8f11"
    user_id = await put(old, "users")
    await put(old, "sessions", user_id=user_id, refresh_jti=token)
    await migrate(old)
    async with opened(old) as database:
        ((jti, used_at),) = await database.fetch("SELECT jti, used_at FROM refresh_tokens")
    assert (str(jti), used_at) == (token, None)


@pytest.mark.parametrize(
    ("table", "one", "other", "named"),
    [
        ("users", {"username": "aibek"}, {"username": "Aibek"}, "1 (aibek) and 2 (Aibek)"),
        ("customers", {"document_number": "AN 1"}, {"document_number": "аn-1"}, "1 (AN 1) and 2 (аn-1)"),
        (
            "customers",
            {"email": "й@b.kg", "email_key": "й@b.kg"},
            {"email": "и\u0306@b.kg", "email_key": "и\u0306@b.kg"},
            "1 (й@b.kg) and 2 (й@b.kg)",
        ),
    ],
)
async def test_rows_that_would_be_one_are_named_and_nothing_is_changed(old, table, one, other, named):
    await put(old, table, **one)
    await put(old, table, **other)
    with pytest.raises(Unavailable) as caught:
        await migrate(old)
    assert named in str(caught.value)
    shown = next(iter(one))
    assert await kept(old, f"SELECT {shown} FROM {table} ORDER BY id") == [(one[shown],), (other[shown],)]
    await put(old, table)  # the version before goes on


async def test_documents_of_two_kinds_do_not_clash(old):
    await put(old, "customers", document_number="AN 1")
    await put(old, "customers", document_number="an1", document_type="id_card")
    assert await migrate(old)
