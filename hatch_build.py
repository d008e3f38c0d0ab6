"""Hatchling's hook: a wheel has the console and the parts of the pages for people, made beforehand where missing."""

from __future__ import annotations

import runpy
import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class VendoredPages(BuildHookInterface[Any]):
    """Runs before a wheel or a source archive is put together."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch what is missing; where that cannot be, it is said, and the pages are plainer."""
        del build_data
        if version != "editable":  # a checkout's `make setup` fetches them itself
            sys.path.insert(0, self.root)  # the packages are not installed where they are built
            for module in ("web.vendor", "web.console"):
                runpy.run_module(module, run_name="__main__")
