"""The systemd unit is one that systemd understands."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

UNIT = Path(__file__).parent.parent.parent / "deploy" / "abonent.service"

ANALYZE = shutil.which("systemd-analyze") or ""

pytestmark = pytest.mark.skipif(not ANALYZE, reason="systemd is missing")


def test_systemd_finds_nothing_to_object_to(tmp_path):
    unit = tmp_path / "abonent.service"
    text = UNIT.read_text(encoding="utf-8")
    assert "/opt/abonent/bin/abonent " in text
    unit.write_text(text.replace("/opt/abonent/bin/abonent ", f"{sys.executable} -m abonent "), encoding="utf-8")
    done = subprocess.run([ANALYZE, "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr + done.stdout) == (0, "")


def test_it_is_shut_off_from_what_it_does_not_need(tmp_path):
    unit = tmp_path / "abonent.service"
    unit.write_text(UNIT.read_text(encoding="utf-8"), encoding="utf-8")
    command = [ANALYZE, "security", "--offline=true", "--threshold=25", str(unit)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-300:] + done.stderr
