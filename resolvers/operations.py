"""Every operation that there is: the doors bind these, and nothing else changes anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resolvers import api_keys, comments, contracts, customers, payments, sims, tariffs, tickets, users
from resolvers.billing import policy, run
from resolvers.imports import actions as imports
from resolvers.jobs import actions
from resolvers.registers import actions as registers
from resolvers.registers import providers
from resolvers.webhooks import actions as webhooks
from resolvers.webhooks import tries

if TYPE_CHECKING:
    from resolvers.write.operation import Operation

OPERATIONS: tuple[Operation, ...] = (
    *customers.OPERATIONS,
    *sims.OPERATIONS,
    *tariffs.OPERATIONS,
    *contracts.OPERATIONS,
    *payments.OPERATIONS,
    *tickets.OPERATIONS,
    *comments.OPERATIONS,
    *users.OPERATIONS,
    *api_keys.OPERATIONS,
    *policy.OPERATIONS,
    *run.OPERATIONS,
    *actions.OPERATIONS,
    *webhooks.OPERATIONS,
    *tries.OPERATIONS,
    *imports.OPERATIONS,
    *providers.OPERATIONS,
    *registers.OPERATIONS,
)
