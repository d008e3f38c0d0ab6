"""A few seconds of what `make soak` does for two minutes."""

from __future__ import annotations

import asyncio

import pytest

from tests.hardening.soak import soaked

pytestmark = pytest.mark.long


def test_mixed_load_by_32_clients_meets_no_error_and_loses_no_deposit(live):
    soak = asyncio.run(soaked(live, 3, 1.0))
    assert soak.errors == []
    assert len(soak.answers) == 5
