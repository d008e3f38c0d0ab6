"""What is foretold of operations equals what really happens: for every operation × state × role (screens.md §3)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from models.billing import BillingPolicy
from models.comments import Comment
from models.jobs import Job
from models.users import Role, User
from resolvers.available import Available, available, sources_of
from resolvers.faults import Code, Fault, Invalid
from resolvers.read.compiler import compile_root
from resolvers.read.selection import CONTEXT, ById, Foretold, Object
from resolvers.read.tables import TABLES_BY_TYPENAME
from resolvers.words import Language, say
from resolvers.write.inputs import Mode
from resolvers.write.operation import Call, Effect, perform
from tests import states
from tests.factories import id_only

if TYPE_CHECKING:
    from collections.abc import Mapping

    from models.entity import Entity
    from resolvers.context import Context
    from resolvers.write.operation import Operation
    from tests.factories import Factory


async def untouched(factory: Factory) -> list[Entity]:
    """Rows that nothing depends on, of every type that can be deleted."""
    return [await factory.customer(), await factory.tariff(), await factory.contract(), await factory.payment()]


async def of_a_suspended_customer(factory: Factory) -> list[Entity]:
    """Contracts that only their customer keeps from being served."""
    contracts = [await states.contract_in(factory, state) for state in ("draft", "suspended")]
    for contract in contracts:
        await factory.run("customer.suspend", contract.customer_id)
    return [await factory.fresh(contract) for contract in contracts]


async def bearers(factory: Factory) -> list[Entity]:
    """Contracts and payments that money, or a charge, decides on."""
    poor = await factory.active_contract(balance="5")
    rich = await factory.active_contract(balance="500")
    over = await states.contract_in(factory, "terminated")
    kinds = [(poor, "charge", "6"), (rich, "charge", "6"), (over, "charge", "6"), (over, "payment", "6")]
    made = [
        await factory.payment(contract_id=contract.id, transaction_type=kind, amount=amount)
        for contract, kind, amount in [*kinds, (poor, "correction", "-6"), (rich, "correction", "-6")]
    ]
    paid = await factory.payment(contract_id=poor.id, amount="7")
    await factory.run("payment.process", paid.id)
    await factory.run("contract.deduct_balance", poor.id, amount="10")
    charged = await factory.payment(contract_id=rich.id, transaction_type="charge", amount="1")
    await factory.run("payment.process", charged.id)
    return [poor, rich, over, *[await factory.fresh(one) for one in (*made, paid, charged)]]


async def billed(factory: Factory) -> list[Entity]:
    """Contracts whose tariff, promise or scheduled change decides, with billing on."""
    await factory.run("policy.update", BillingPolicy.ONLY, billing_from="2026-01-01", first_month="charge")
    postpaid = await factory.postpaid()
    limited = await factory.contract(tariff_id=postpaid.id, credit_limit="1000")
    promised = await factory.contract(tariff_id=(await factory.tariff(monthly_fee="0")).id)
    await factory.run("contract.activate", promised.id, sim_id=(await factory.sim()).id)
    scheduled = await factory.contract(tariff_id=(await factory.tariff(monthly_fee="0")).id)
    await factory.run("contract.activate", scheduled.id, sim_id=(await factory.sim()).id)
    await factory.run("contract.promise", promised.id, amount="10", days=2)
    await factory.run("contract.change_tariff", scheduled.id, tariff_id=postpaid.id, when="next_month")
    poor = await factory.contract()
    await factory.run("billing.run", dry_run=True)
    (job,) = await factory.database.fetch("SELECT id FROM jobs")
    await factory.run("billing.run", dry_run=True, role=Role.SUPERVISOR)
    jobs = [await factory.get(Job, job[0]), await factory.get(Job, job[0] + 1)]
    return [limited, poor, *jobs, *[await factory.fresh(one) for one in (promised, scheduled)]]


async def worked_on(factory: Factory) -> list[Entity]:
    """Tickets of every state, assigned to nobody, to the caller of some role, or to another."""
    made = []
    for verb, raw in (
        (None, {}),
        ("start_work", {}),
        ("wait", {}),
        ("resolve", {"resolution": "Готово"}),
        ("close", {}),
    ):
        for role in (Role.EMPLOYEE, Role.ADMIN):
            ticket = await factory.ticket()
            await factory.run("ticket.assign", ticket.id, user_id=factory.callers[role].user_id)
            if verb:
                await factory.run(f"ticket.{verb}", ticket.id, **raw)
            made.append(await factory.fresh(ticket))
    told = [
        await factory.run("ticket.comment", made[0].id, body="Звонили", role=role)
        for role in (Role.EMPLOYEE, Role.ADMIN)
    ]
    comments = [await factory.get(Comment, one.outcome.notes["comment_id"]) for one in told]
    return [await factory.ticket(), *made, *comments]


async def everything(factory: Factory) -> list[Entity]:
    rows = [await states.customer_in(factory, state) for state in states.CUSTOMER_STATES]
    rows += [await states.sim_in(factory, state) for state in states.SIM_STATES]
    rows += [await states.contract_in(factory, state) for state in states.CONTRACT_STATES]
    rows += [await states.payment_in(factory, state) for state in states.PAYMENT_STATES]
    rows += await untouched(factory)
    rows += await of_a_suspended_customer(factory)
    rows += await bearers(factory)
    rows += await worked_on(factory)
    callers = [await factory.get(User, factory.callers[role].user_id) for role in Role]
    return [*rows, *callers, await factory.user(), await factory.user(role="admin")]


VALID = {
    "sim.activate": lambda made: {"contract_id": made["draft"].id},
    "sim.replace": lambda made: {"new_sim_id": made["free"].id, "reason": "lost"},
    "contract.activate": lambda made: {"sim_id": made["free"].id},
    "contract.add_balance": lambda _: {"amount": "1"},
    "contract.deduct_balance": lambda _: {"amount": "0.01"},
    "contract.promise": lambda _: {"amount": "1", "days": 1},
    "contract.postpone": lambda made: {"until": made["tomorrow"], "reason": "Просил"},
    "contract.waive": lambda _: {"reason": "Сбой"},
    "contract.change_tariff": lambda made: {"tariff_id": made["tariff"].id, "when": "next_month"},
    "ticket.assign": lambda made: {"user_id": made["caller"]},
    "ticket.resolve": lambda _: {"resolution": "Готово"},
    "comment.update": lambda _: {"body": "Звонили ещё раз"},
    "ticket.comment": lambda _: {"body": "Звонили"},
}
"""Arguments with which nothing is wrong, of operations that need some."""


async def test_every_operation_in_every_state_by_every_role(factory: Factory) -> None:
    await hold(factory, await everything(factory))


async def test_contracts_and_jobs_while_billing_is_on(factory: Factory) -> None:
    await hold(factory, await billed(factory))


async def test_the_last_admin(factory: Factory) -> None:
    """Who is needed is not to be deleted, whatever else."""
    await hold(factory, [await factory.get(User, factory.callers[Role.ADMIN].user_id)])


async def hold(factory: Factory, rows: list[Entity]) -> None:
    """For every row, role and operation: what is foretold is what a rehearsal of the call comes to."""
    free = await factory.tariff(monthly_fee="0")
    made = {
        "draft": await factory.contract(tariff_id=free.id),
        "free": await factory.sim(),
        "tariff": await factory.tariff(),
    }
    wrong = []
    for role in Role:
        context = await factory.context(role)
        assert context.caller is not None
        tomorrow = context.today(context.clock()) + timedelta(days=1)
        with_caller = made | {"caller": context.caller.user_id, "tomorrow": tomorrow.isoformat()}
        for row in rows:
            for one in await foretold(context, row):
                happens = await tried(context, one.operation, row, with_caller)
                if not equal(one, happens):
                    wrong.append((one.operation.name, str(role), row.row(), told(one.refusal), told(happens)))
    assert wrong == []


async def foretold(context: Context, row: Entity) -> list[Available]:
    """As a screen is told, by one statement."""
    typename, found = type(row).__name__, list[Available]()

    def tell(context: Context, read: Mapping[str, Any]) -> None:
        found.extend(available(typename, context, read))

    asked = Object(TABLES_BY_TYPENAME[typename], (Foretold("actions", sources_of(typename), tell),))
    plan = compile_root(ById(asked, lambda variables: variables["id"]), context.database.dialect)
    assert await plan.run(context.database, {"id": row.id, CONTEXT: context}) == b'{"actions":null}'
    return found


async def tried(context: Context, operation: Operation, row: Entity, made: Mapping[str, Any]) -> Fault | None:
    """What the call comes to."""
    raw = VALID.get(operation.name, lambda _: {})(made)
    mode = Mode.PARTIAL if operation.effect is Effect.UPDATE else Mode.FULL
    try:
        await perform(context, Call(operation, row.id, raw, id_only, mode, dry_run=True))
    except Fault as refusal:
        return refusal
    return None


def equal(one: Available, happens: Fault | None) -> bool:
    """What is allowed fails by its arguments only; what is not, for the reason that was told."""
    if one.refusal is not None:
        return told(one.refusal) == told(happens)
    an_amount = one.operation.name == "contract.deduct_balance" and told(happens)[0] is Code.INSUFFICIENT_FUNDS
    return happens is None or isinstance(happens, Invalid) or an_amount


def told(refusal: Fault | None) -> tuple[Code | None, str]:
    return (None, "") if refusal is None else (refusal.code, say(refusal.message, Language.EN))
