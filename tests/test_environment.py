"""When `make` takes the environment that it finds, and when it makes it anew."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CHECK = ROOT / ".ci" / "check-venv"


def usable(folder: Path, *asked_for: str) -> bool:
    """Whether `.venv` in the folder would be taken."""
    return subprocess.run([CHECK, ".venv", *asked_for], cwd=folder, capture_output=True, check=False).returncode == 0


@pytest.fixture
def folder(tmp_path):
    """A folder with an environment that can be used."""
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "abonent").write_text(f"#!{tmp_path}/.venv/bin/python\n")
    python = tmp_path / ".venv" / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    return tmp_path


def test_a_good_one_is_taken(folder):
    assert usable(folder)


def test_one_that_is_not_there_or_half_made_is_not(folder, tmp_path):
    assert not usable(tmp_path / ".venv")
    (folder / ".venv" / "bin" / "abonent").unlink()
    assert not usable(folder)


def test_one_that_was_made_in_another_folder_is_not(folder, tmp_path):
    moved = tmp_path / "moved"
    moved.mkdir()
    (folder / ".venv").rename(moved / ".venv")
    assert not usable(moved)


def test_one_whose_python_is_gone_is_not(folder):
    python = folder / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/usr/bin/python2.6")
    assert not usable(folder)


def test_one_of_a_python_that_has_lost_its_packages_or_is_too_old_is_not(folder):
    (folder / ".venv" / "bin" / "python").write_text("#!/bin/sh\nexit 1\n")
    assert not usable(folder)


def test_one_of_another_version_than_was_asked_for_is_not(folder, tmp_path):
    other = tmp_path / "python3"
    other.write_text("#!/bin/sh\necho Python 3.99.0\n")
    other.chmod(0o755)
    assert not usable(folder, str(other))
    assert usable(folder, sys.executable)
