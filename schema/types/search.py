"""The one box over everything: what is found by whatever somebody says."""

from __future__ import annotations

import strawberry

from resolvers.read.find import Findable, Reason
from schema.types.enums import describe
from schema.types.node import Node

describe(
    Reason,
    "Which property of a match was found.",
    {
        Reason.PHONE: "A phone number: the customer's own, or that of a SIM.",
        Reason.DOCUMENT: "The number of an identity document.",
        Reason.EMAIL: "An email address.",
        Reason.ICCID: "The number of a SIM card itself.",
        Reason.IMSI: "The number of a subscriber in the network.",
        Reason.CONTRACT_NUMBER: "A contract's number, its zeros left out or not.",
        Reason.TRANSACTION_ID: "The transaction id of a payment.",
        Reason.NAME: "A customer's name, or what an organization is called.",
        Reason.TEXT: "Words of a longer text, such as a ticket's subject.",
    },
    name="SearchReason",
)
describe(
    Findable,
    "What can be searched over.",
    {
        Findable.CUSTOMER: "Customers, by phone, email, document and names.",
        Findable.CONTRACT: "Contracts, by number; by their customers' names where customers are not searched.",
        Findable.SIM: "SIM cards, by phone number, ICCID and IMSI.",
        Findable.PAYMENT: "Payments, by transaction id.",
        Findable.TICKET: "Support tickets, by what they say.",
    },
    name="SearchType",
)


@strawberry.type(description="A match, with what of it was found.")
class SearchEdge:
    """A match."""

    match: str = strawberry.field(description="What of it was found, as it is kept: the number, the name.")
    reason: Reason = strawberry.field(description="Which property that is.")
    node: Node = strawberry.field(
        description="What was found. A number answers whoever it belongs to: the customer, where its SIM has one."
    )


@strawberry.type(description="Matches, best first.")
class SearchConnection:
    """Matches, best first."""

    edges: list[SearchEdge] = strawberry.field(
        description="Exact identifiers first, then what begins or ends like them, then names."
    )
