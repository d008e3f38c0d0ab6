"""A door through which files are brought in."""

from __future__ import annotations

import pytest

from tests.resolvers.imports.files import Door
from tests.rest_compat.conftest import Api


@pytest.fixture
def database(app):
    return app.state.database


@pytest.fixture
def api(http, factory):
    return Api(http, factory)


@pytest.fixture
def door(api):
    return Door(api)
