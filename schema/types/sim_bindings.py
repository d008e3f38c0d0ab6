"""A SIM's binding to a contract as people see it."""

from __future__ import annotations

from datetime import datetime

import strawberry

from models import sims as model
from resolvers.read.columns import column
from resolvers.read.tables import SIM_BINDINGS
from schema.types import sql_expressions
from schema.types.field_sources import computed, global_id, stored, to_one
from schema.types.links import ContractLink, SimLink
from schema.types.node import Node

_ROW = model.SimBinding


@strawberry.type(description="A SIM and its number in a contract, from one moment to another.")
class SimBinding(Node):
    """A SIM and its number in a contract."""

    id: strawberry.ID = global_id(SIM_BINDINGS)
    database_id: int = stored(column(_ROW, "id"), "The number in the global id; the `id` in REST.")
    sim: SimLink | None = to_one("Sim", column(_ROW, "sim_id"), "The SIM; null once it is deleted.")
    msisdn: str = stored(column(_ROW, "msisdn"), "The phone number that it had.")
    contract: ContractLink = to_one("Contract", column(_ROW, "contract_id"), "The contract that it was in.")
    contract_number: str = computed(sql_expressions.NUMBER_OF_CONTRACT, "Number of that contract.")
    customer_name: str = computed(sql_expressions.CUSTOMER_OF_CONTRACT, "Name of that contract's customer.")
    since: datetime = stored(column(_ROW, "since"), "When it began.")
    until: datetime | None = stored(column(_ROW, "until"), "When it ended; null while it lasts.")
