"""The endpoint over HTTP, as the tests of `schema/` have it."""

from tests.schema.conftest import door

__all__ = ["door"]
