"""Every action from every state, typed from the table of contract §2: where it leads, or that it is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from resolvers.faults import Code
from tests.contents import refused_with
from tests.states import (
    CONTRACT_STATES,
    CUSTOMER_STATES,
    PAYMENT_STATES,
    SIM_STATES,
    contract_in,
    customer_in,
    payment_in,
    sim_in,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from models.database import Database
    from models.entity import Entity
    from tests.factories import Factory

Moves = dict[str, dict[str, str]]
"""Action → starting state → the state that it leads to; what is not here is refused."""

CUSTOMERS: Moves = {
    "activate": {"suspended": "active", "blocked": "active"},
    "suspend": {"active": "suspended"},
    "block": {"active": "blocked", "suspended": "blocked"},
}
SIMS: Moves = {
    "activate": {"free": "active"},
    "deactivate": {"active": "free", "suspended": "free", "bound and blocked": "blocked"},
    "close": {"free": "closed", "blocked": "closed"},
    "block": {"free": "blocked", "active": "blocked", "suspended": "blocked"},
    "unblock": {"blocked": "free", "bound and blocked": "active"},
}
CONTRACTS: Moves = {
    "activate": {"draft": "active"},
    "suspend": {"active": "suspended"},
    "resume": {"suspended": "active"},
    "terminate": {
        "draft": "terminated",
        "active": "terminated",
        "suspended": "terminated",
        "suspended for its customer": "terminated",
    },
    "add_balance": {
        "draft": "draft",
        "active": "active",
        "suspended": "suspended",
        "suspended for its customer": "suspended",
        "terminated": "terminated",
    },
    "deduct_balance": {
        "draft": "draft",
        "active": "active",
        "suspended": "suspended",
        "suspended for its customer": "suspended",
    },
}
PAYMENTS: Moves = {
    "submit": {"pending": "processing"},
    "process": {"pending": "success", "processing": "success"},
    "cancel": {"pending": "cancelled", "processing": "cancelled"},
    "fail": {"pending": "failed", "processing": "failed"},
    "refund": {"success": "refunded"},
}


async def _nothing(factory: Factory) -> dict[str, Any]:
    del factory
    return {}


async def _free_sim(factory: Factory) -> dict[str, Any]:
    return {"sim_id": (await factory.sim()).id}


async def _draft(factory: Factory) -> dict[str, Any]:
    return {"contract_id": (await factory.contract()).id}


async def _amount(factory: Factory) -> dict[str, Any]:
    del factory
    return {"amount": "10.00"}


ARGUMENTS: Mapping[str, Callable[[Factory], Awaitable[dict[str, Any]]]] = {
    "contract.activate": _free_sim,
    "sim.activate": _draft,
    "contract.add_balance": _amount,
    "contract.deduct_balance": _amount,
}


@pytest.mark.parametrize(
    ("entity", "states", "row_in", "moves"),
    [
        ("customer", CUSTOMER_STATES, customer_in, CUSTOMERS),
        ("sim", SIM_STATES, sim_in, SIMS),
        ("contract", CONTRACT_STATES, contract_in, CONTRACTS),
        ("payment", PAYMENT_STATES, payment_in, PAYMENTS),
    ],
    ids=["customer", "sim", "contract", "payment"],
)
async def test_each_action_leads_where_the_table_says_and_from_elsewhere_is_refused(
    *,
    factory: Factory,
    database: Database,
    subtests: pytest.Subtests,
    entity: str,
    states: Sequence[str],
    row_in: Callable[[Factory, str], Awaitable[Entity]],
    moves: Moves,
) -> None:
    for action in moves:
        for state in states:
            with subtests.test(f"{entity} {action} from {state}"):
                name = f"{entity}.{action}"
                row = await row_in(factory, state)
                raw = await ARGUMENTS.get(name, _nothing)(factory)
                call = factory.run(name, row.id, **raw)
                if state in moves[action]:
                    await call
                    assert (await factory.fresh(row)).status == moves[action][state]
                else:
                    await refused_with(database, Code.INVALID_TRANSITION, call)
