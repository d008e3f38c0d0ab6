"""The one billing policy, and how it is changed (billing.md §4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from models.billing import BillingPolicy, FirstMonth, RefundUnused, ResumeAnchor
from resolvers.identity.permissions import Permission
from resolvers.value_kinds import Choice, Day, Group, Hundredths, TimeOfDay, Whole, WholeNumbers
from resolvers.write.inputs import given, takes
from resolvers.write.operation import Effect, operation
from resolvers.write.unit_of_work import select

if TYPE_CHECKING:
    from datetime import date

    from resolvers.write.unit_of_work import Work

DAYS = Whole(least=0, most=3_650)


@dataclass(frozen=True, slots=True)
class BillingRulesInput:
    """What may be written of one half of the policy."""

    remind_days: list[int] = takes(
        WholeNumbers(least=1, most=90, count=10), "How many days before a month to remind whoever cannot pay it."
    )
    grace_days: int = takes(DAYS, "How many days a contract goes on with its month unpaid.")
    resume_anchor: ResumeAnchor = takes(Choice(ResumeAnchor), "From which day months count after money has come.")
    terminate_after_days: int | None = takes(
        DAYS, "How many days after a suspension for lack of money the contract ends; never, if null.", nullable=True
    )


@dataclass(frozen=True, slots=True)
class BillingPolicyInput:
    """What may be written of the policy."""

    billing_from: date | None = takes(
        Day(), "Months that begin before this day are not charged; null is off.", nullable=True
    )
    run_at: str | None = takes(
        TimeOfDay(), "Time of day, as `03:30`, at which a worker bills everybody; null is by hand only.", nullable=True
    )
    first_month: FirstMonth = takes(Choice(FirstMonth), "What becomes of the month of the activation.")
    refund_unused: RefundUnused = takes(Choice(RefundUnused), "What comes back when a contract is terminated.")
    promise_max: int = takes(Hundredths(least=0), "How much may be promised at most.")
    promise_days: int = takes(DAYS, "For how many days a promise may be made at most.")
    prepaid: BillingRulesInput = takes(Group(BillingRulesInput), "What holds for contracts on prepaid tariffs.")
    postpaid: BillingRulesInput = takes(Group(BillingRulesInput), "What holds for contracts on postpaid tariffs.")


async def policy_of(work: Work) -> BillingPolicy:
    """The policy as this transaction sees it, read once."""
    (found,) = await work.once(BillingPolicy, lambda: select(work.tx, BillingPolicy, [BillingPolicy.ONLY]))
    return found


@operation(
    "policy.update",
    entity=BillingPolicy,
    effect=Effect.UPDATE,
    graphql="updateBillingPolicy",
    may=Permission.MANAGE_BILLING,
    takes=BillingPolicyInput,
    says="updated",
    only=BillingPolicy.ONLY,
)
async def update_policy(work: Work, policy: BillingPolicy, data: BillingPolicyInput) -> BillingPolicy:
    """Change how contracts are billed; what is not mentioned stays as it is."""
    del work
    wanted: dict[str, Any] = given(data)
    for half in ("prepaid", "postpaid"):
        rules = wanted.pop(half, None)
        if rules is not None:
            wanted |= {f"{half}_{name}": value for name, value in given(rules).items()}
    policy.update_from_dict(wanted)
    return policy


OPERATIONS = (update_policy,)
