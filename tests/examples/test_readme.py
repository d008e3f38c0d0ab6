"""Every command that a document shows is run against a fresh demo, and answers what the document shows."""

import shutil

import pytest

from examples.demo_server import seed
from tests.examples.consoles import ROOT, masked, play, steps


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    seed(folder)
    return folder


@pytest.mark.parametrize("name", ["README.md", "docs/errors.md"])
def test_commands_answer_what_is_shown(name, demo, tmp_path):
    folder = shutil.copytree(demo, tmp_path / "own")
    shown = steps((ROOT / name).read_text(encoding="utf-8"))
    outputs = play([step.command for step in shown], folder)
    assert len(outputs) == len(shown) > 0
    for step, output in zip(shown, outputs, strict=True):
        assert masked(output) == masked(step.output), step.command
