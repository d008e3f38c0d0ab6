"""Hatchling's hook: a wheel has the parts of the pages for people, fetched beforehand where they are missing."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class VendoredPages(BuildHookInterface[Any]):
    """Runs before a wheel or a source archive is put together."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch what is missing; where that cannot be, it is said, and the pages are plainer."""
        del build_data
        if version != "editable":  # a checkout's `make setup` fetches them itself
            runpy.run_path(str(Path(self.root) / "web" / "vendor.py"), run_name="__main__")
