"""Modules import one way: no circle, not even of imports for types alone."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

import grimp

ROOMS = ("models", "resolvers", "web", "schema", "rest_compat", "abonent")
ENTITIES = ("schema.types", "models")
"""Which name each other: a customer has contracts, and a contract its customer."""


def _both_entities(*modules):
    return {module.rpartition(".")[0] for module in modules} in [{room} for room in ENTITIES]


def test_no_circle_of_imports():
    graph = grimp.build_graph(*ROOMS)
    imports = {
        module: {
            other for other in graph.find_modules_directly_imported_by(module) if not _both_entities(module, other)
        }
        for module in graph.modules
    }
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        raise AssertionError(" <- ".join(error.args[1])) from None
