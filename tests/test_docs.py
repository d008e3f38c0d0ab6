"""What the documents name is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from resolvers.faults import STATUS, Code

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([*ROOT.glob("docs/**/*.md"), *ROOT.glob("*.md")])
PLACES = ("abonent", "models", "resolvers", "web", "schema", "rest_compat", "tests", "benchmarks", "docs", "examples")
_FILE = re.compile(rf"`((?:{'|'.join(PLACES)})/[\w/.-]+)(?:: (\w+)\(\))?`")
_LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_that_a_document_names_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    missing = [name for name, _ in _FILE.findall(text) if not (ROOT / name).exists()]
    missing += [link for link in _LINK.findall(text) if not (document.parent / link).exists()]
    missing += [
        f"{name}: {function}"
        for name, function in _FILE.findall(text)
        if function and (ROOT / name).is_file() and f"def {function}(" not in (ROOT / name).read_text(encoding="utf-8")
    ]
    assert missing == []


def test_every_error_code_is_explained_with_its_status() -> None:
    text = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    explained = {name: int(status) for name, status in re.findall(r"^\| `([a-z_]+)` \| (\d+) \|", text, re.MULTILINE)}
    assert explained == {code.value: STATUS[code] for code in Code}


def test_every_test_that_the_threat_table_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs" / "security.md").read_text(encoding="utf-8")))
    sources = "\n".join(file.read_text(encoding="utf-8") for file in ROOT.glob("tests/**/test_*.py"))
    assert named - set(re.findall(r"def (test_\w+)\(", sources)) == set()
