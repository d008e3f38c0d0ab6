"""With CI=true a skip that nobody allowed is a failure."""

from __future__ import annotations

import pytest

from tests import skips
from tests.skips import allowed_skips, refuse


def skipped(node_id):
    return pytest.TestReport(node_id, ("x.py", 1, "x"), {}, "skipped", ("x.py", 1, "Skipped: no node here"), "call")


@pytest.fixture
def allowed(tmp_path, monkeypatch):
    """The list under test; with CI=true."""
    file = tmp_path / "allowed_skips.txt"
    file.write_text("# why not\ntests/x.py::test_a  Node is not everywhere\n")
    monkeypatch.setattr(skips, "ALLOWED", file)
    monkeypatch.setenv("CI", "true")


@pytest.mark.usefixtures("allowed")
def test_a_skip_that_is_not_listed_fails_and_says_why():
    report = skipped("tests/x.py::test_b")
    refuse(report)
    assert report.failed
    assert report.longrepr.startswith("Skipped: no node here\nWith CI=true nothing is skipped")


@pytest.mark.usefixtures("allowed")
def test_a_listed_skip_stays_one():
    report = skipped("tests/x.py::test_a[1]")
    refuse(report)
    assert report.skipped


@pytest.mark.usefixtures("allowed")
def test_elsewhere_a_skip_stays_one(monkeypatch):
    monkeypatch.delenv("CI")
    report = skipped("tests/x.py::test_b")
    refuse(report)
    assert report.skipped


def test_an_entry_without_a_reason_allows_nothing():
    assert allowed_skips("tests/x.py::test_a\ntests/y.py  because\n") == {"tests/y.py": "because"}
