"""With CI=true no test is skipped in silence: a skip fails unless `allowed_skips.txt` names the test and says why."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ALLOWED = Path(__file__).with_name("allowed_skips.txt")


def allowed_skips(text: str) -> dict[str, str]:
    """Node ids and the reasons why they may be skipped: `tests/x.py::test_y  reason`, `#` begins a comment."""
    lines = (line.partition("#")[0].split(maxsplit=1) for line in text.splitlines())
    return {parts[0]: parts[1].strip() for parts in lines if len(parts) == 2}


def is_allowed(node_id: str) -> bool:
    """Whether the test itself, or the file or class that it is in, is listed."""
    return any(node_id.startswith(listed) for listed in allowed_skips(ALLOWED.read_text(encoding="utf-8")))


def refuse(report) -> None:
    """Turn a skip that nobody allowed into a failure."""
    is_skip = report.skipped and not hasattr(report, "wasxfail")
    if os.environ.get("CI") == "true" and is_skip and not is_allowed(report.nodeid):
        why = report.longrepr[-1] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{why}\nWith CI=true nothing is skipped, but for what {ALLOWED.name} names with a reason."


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    report = yield
    refuse(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report():
    report = yield
    refuse(report)
    return report
