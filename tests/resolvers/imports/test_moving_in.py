"""The page that leads an operator in, tried as it is written, on three invented operators' files."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from click.testing import CliRunner

from abonent.cli import main

HERE = Path(__file__).parent
PAGE = HERE.parents[2] / "docs" / "moving-in.md"


def commands():
    """Each command of the page, and the lines that it is said to print."""
    for block in re.findall(r"```console\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL):
        for part in block.split("$ abonent ")[1:]:
            command, *lines = part.rstrip("\n").split("\n")
            yield command, lines


def test_the_page_leads_in(sqlite_settings, tmp_path, monkeypatch):
    shutil.copytree(HERE / "operators", tmp_path / "files")
    monkeypatch.chdir(tmp_path / "files")
    monkeypatch.setenv("DATABASE_URL", sqlite_settings.database_url)
    tried = list(commands())
    assert len(tried) > 8
    for command, lines in tried:
        done = CliRunner().invoke(main, command.split())
        assert done.exit_code == (1 if any("failed" in line for line in lines) else 0), (command, done.output)
        if lines:
            assert done.stdout.splitlines() == lines, command
    told = done.stdout.splitlines()
    assert told[0] == "number,balance,status"
    assert {"БИ-00017,1250.40,active", "БИ-00019,-350.00,terminated", "БИ-00020,-1000.00,active"} <= set(told)
    assert sorted(line.split(",", 1)[1] for line in told[1:] if line.startswith("CTR-")) == [
        "0.00,suspended",
        "112.34,active",
    ]
