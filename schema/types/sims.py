"""The SIM card as people see it."""

from __future__ import annotations

from datetime import datetime

import strawberry

from models import sims as model
from resolvers import bindings, journal
from resolvers.identity.permissions import PUK_HIDDEN_FROM
from resolvers.read.columns import column
from resolvers.read.tables import SIMS
from schema.types import sql_expressions
from schema.types.available import AvailableAction
from schema.types.connections import Connection
from schema.types.enums import SimStatus
from schema.types.field_sources import actions, computed, global_id, stored, to_many, to_one
from schema.types.links import ContractLink, EventLink, SimBindingLink
from schema.types.node import Node

_ROW = model.Sim


@strawberry.type(description="A SIM card: in stock, or bound to one contract.")
class Sim(Node):
    """A SIM card: in stock, or bound to one contract."""

    id: strawberry.ID = global_id(SIMS)
    database_id: int = stored(column(_ROW, "id"), "The number in the global id; the `id` in REST.")
    iccid: str = stored(column(_ROW, "iccid"), "Number of the card itself, 19 or 20 digits.")
    imsi: str = stored(column(_ROW, "imsi"), "Number of the subscriber in the network, 15 digits.")
    msisdn: str = stored(column(_ROW, "msisdn"), "Phone number in E.164, unique among SIMs that are not closed.")
    puk_code: str | None = stored(
        column(_ROW, "puk_code", PUK_HIDDEN_FROM), "Code that unlocks the card; null for employees, whatever it is."
    )
    status: SimStatus = stored(column(_ROW, "status"), "What the SIM can be used for at the moment.")
    contract: ContractLink | None = to_one(
        "Contract", column(_ROW, "contract_id"), "The contract that the SIM is bound to, if any."
    )
    contract_number: str | None = computed(
        sql_expressions.NUMBER_OF_CONTRACT, "Number of the contract it is bound to, if any."
    )
    customer_name: str | None = computed(
        sql_expressions.CUSTOMER_OF_CONTRACT, "Name of that contract's customer, if any."
    )
    activated_at: datetime | None = stored(column(_ROW, "activated_at"), "When it was last bound to a contract.")
    deactivated_at: datetime | None = stored(
        column(_ROW, "deactivated_at"), "When it last left a contract; null while it is bound."
    )
    available_actions: list[AvailableAction] = actions()
    created_at: datetime = stored(column(_ROW, "created_at"), "When the SIM was registered.")
    updated_at: datetime = stored(column(_ROW, "updated_at"), "When anything about the SIM last changed.")
    bindings: Connection[SimBindingLink] = to_many(
        bindings.LIST, "sim_id", "The contracts that it was in, and with which number, newest first."
    )
    history: Connection[EventLink] = to_many(
        journal.HISTORY, "entity_id", "Every change of the SIM, newest first.", entity=_ROW.prefix
    )
