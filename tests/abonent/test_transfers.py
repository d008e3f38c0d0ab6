"""`abonent import` and `abonent export`: whole files in and out at the console."""

from __future__ import annotations

import csv
import io

import pytest
from click.testing import CliRunner

from abonent.cli import main
from abonent.transfers import bring_in, exported, keep_result, told_of_import
from models.jobs import JobStatus
from resolvers.faults import Invalid
from tests.resolvers.imports.files import HEADINGS, PEOPLE, as_csv


async def whole(database, settings, kind, **query):
    return b"".join([piece async for piece in exported(database, settings, kind, {"format": "csv", **query})])


async def test_a_file_is_brought_in_and_written_out(database, settings, tmp_path):
    file = tmp_path / "клиенты.csv"
    file.write_bytes(as_csv([*PEOPLE, ("Никто",)], separator=";", encoding="utf-16"))
    job = await bring_in(database, settings, "customers", file, {})
    assert (job.status, job.done, job.failed, job.created_by_id) == (JobStatus.DONE, 3, 1, None)
    told = told_of_import(file, job)
    assert "3 created, 1 failed" in told
    assert "row 5, first_name: This field is required" in told
    result = await keep_result(database, job, file, tmp_path / "results")
    assert result.read_bytes().decode("utf-16").splitlines()[0].endswith("import_result;import_id;import_error")

    text = (await whole(database, settings, "customers", columns="import", ordering="id")).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [tuple(row[name] for name in HEADINGS) for row in rows] == list(PEOPLE)
    some = await whole(database, settings, "customers", phone="0550000002", columns="id")
    assert some.decode().splitlines() == ["id", rows and some.decode().splitlines()[1]]
    with pytest.raises(Invalid):
        await whole(database, settings, "customers", fone="0550000002")


def test_the_commands(sqlite_settings, tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", sqlite_settings.database_url)
    file = tmp_path / "people.csv"
    file.write_bytes(as_csv(PEOPLE))
    done = CliRunner().invoke(main, ["import", "customers", str(file), "--dry-run"])
    assert (done.exit_code, "3 created" in done.output) == (0, True), done.output
    done = CliRunner().invoke(main, ["import", "customers", str(file)])
    assert (done.exit_code, "3 created" in done.output) == (0, True), done.output
    done = CliRunner().invoke(main, ["export", "customers", "--filter", "status=active", "--format", "ndjson"])
    assert (done.exit_code, len(done.stdout_bytes.splitlines())) == (0, 3), done.output
    assert CliRunner().invoke(main, ["export", "customers", "--filter", "status"]).exit_code == 2
    file.write_bytes(as_csv([("Никто",)]))
    assert CliRunner().invoke(main, ["import", "customers", str(file)]).exit_code == 1
