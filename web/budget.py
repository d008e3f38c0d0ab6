"""A request's price, taken from its caller's budget, and what its answer tells of that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resolvers.faults import Code, Fault
from resolvers.identity.budgets import Budget, budget_of, spend
from resolvers.words import Message

if TYPE_CHECKING:
    from starlette.requests import Request

    from resolvers.context import Context


async def charge(request: Request, context: Context, cost: int) -> None:
    """Take what a request costs from its caller's budget: once, however often it is tried. Raises `throttled`.

    What is left stands in the request's state, from where it gets into the answer's headers (`abonent/middleware.py`).
    """
    owned = budget_of(context.caller, context.settings) if context.caller else None
    if owned is None:
        return
    told: Budget | None = getattr(request.state, "budget", None)
    if told is None:
        told = request.state.budget = await spend(context.database, *owned, cost, context.clock())
    if told.refused:
        raise Fault(Code.THROTTLED, Message("budget_spent", {"seconds": told.reset}), retry_after=told.reset)
