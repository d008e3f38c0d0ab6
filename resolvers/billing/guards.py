"""What contracts' and payments' operations need besides the right state, as far as no argument decides it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from models.billing import FirstMonth
from models.contracts import Contract, ContractStatus, SuspensionReason
from models.customers import Customer, CustomerStatus
from models.payments import PaymentStatus, TransactionType
from models.tariffs import TariffType
from resolvers.faults import Code, Fault, invalid_transition
from resolvers.read.sources import Expression, Kind
from resolvers.settlement import SERVED, insufficient
from resolvers.words import Message
from resolvers.write.guards import Fact, Guard, Held, Seen
from resolvers.write.unit_of_work import Lock

if TYPE_CHECKING:
    from resolvers.write.unit_of_work import Work


def _of(name: str, table: str, key: str, column: str, kind: Kind = Kind.TEXT) -> Fact:
    """A column of the row that a foreign key names."""
    return Fact(name, Expression(f"(SELECT n_.{column} FROM {table} n_ WHERE n_.id = {{t}}.{key})", kind))


def _of_policy(column: str, kind: Kind) -> Fact:
    return Fact(column, Expression(f"(SELECT b_.{column} FROM billing_policy b_)", kind))


# --- the customer -------------------------------------------------------------------------------------------------


async def _find_customer_status(work: Work, contract: Contract) -> str:
    return (await work.lock_owner(Customer, contract.customer_id, Lock.SHARE)).status


_CUSTOMER_STATUS: Final = Fact(
    "customer_status",
    Expression("(SELECT n_.status FROM customers n_ WHERE n_.id = {t}.customer_id)", Kind.TEXT),
    _find_customer_status,
)


def _require_active_customer(seen: Seen) -> None:
    status = CustomerStatus(seen.facts[_CUSTOMER_STATUS.name])
    if status is not CustomerStatus.ACTIVE:
        raise invalid_transition(Customer(id=seen.row.customer_id), status, (CustomerStatus.ACTIVE,))


ACTIVE_CUSTOMER: Final = Guard(_require_active_customer, ("customer_id",), (_CUSTOMER_STATUS,))
"""The contract's customer is active."""
ACTIVE_CUSTOMER_LATER: Final = Guard(_require_active_customer, ("customer_id",), (_CUSTOMER_STATUS,), Held.BODY)
"""The same, asked once the SIM has been looked at."""


# --- money --------------------------------------------------------------------------------------------------------

_BILLING_FROM: Final = _of_policy("billing_from", Kind.DAY)
_FIRST_MONTH: Final = _of_policy("first_month", Kind.TEXT)
_FEE: Final = _of("fee", "tariff_terms", "terms_id", "monthly_fee", Kind.INTEGER)
_ACCOUNT: Final = ("balance", "credit_limit", "promised_amount", "promised_until")


def _billing_is_on(seen: Seen) -> bool:
    since = seen.facts[_BILLING_FROM.name]
    return since is not None and since <= seen.day.isoformat()


def _require_billing(seen: Seen) -> None:
    if not _billing_is_on(seen):
        raise Fault(Code.INVALID_TRANSITION, Message("billing_is_off"))


BILLING_IS_ON: Final = Guard(_require_billing, (), (_BILLING_FROM,), Held.BODY)


def _require_first_fee(seen: Seen) -> None:
    if seen.facts[_FIRST_MONTH.name] == FirstMonth.CHARGE and _billing_is_on(seen):
        _require_funds(seen.row, -seen.facts[_FEE.name], seen.day)


FIRST_FEE: Final = Guard(_require_first_fee, _ACCOUNT, (_BILLING_FROM, _FIRST_MONTH, _FEE), Held.BODY)
"""Where the month of the activation is charged, there is money for it."""


def _require_funds(contract: Contract, amount: int, day: date, field: str | None = None) -> None:
    floor = contract.floor(day)
    if amount < 0 and contract.balance + amount < floor:
        raise insufficient(contract.balance, amount, floor, field)


# --- promises -----------------------------------------------------------------------------------------------------

_TARIFF_TYPE: Final = _of("tariff_type", "tariffs", "tariff_id", "tariff_type")


def _require_promisable(seen: Seen) -> None:
    contract = seen.row
    if seen.facts[_TARIFF_TYPE.name] != TariffType.PREPAID:
        raise Fault(Code.INVALID_TRANSITION, Message("promise_prepaid_only", {"id": contract.id}))
    if contract.suspension_reason not in {None, SuspensionReason.INSUFFICIENT_FUNDS}:
        raise invalid_transition(contract, contract.status, (ContractStatus.ACTIVE,))
    until = contract.promised_until
    if until is not None and (until >= seen.day or contract.balance < 0):
        raise Fault(Code.INVALID_TRANSITION, Message("promise_is_open", {"id": contract.id}))


PROMISABLE: Final = Guard(_require_promisable, (*_ACCOUNT, "suspension_reason"), (_TARIFF_TYPE,), Held.BODY)
"""A prepaid contract without a promise, which nothing but money keeps from being served."""


def _require_scheduled_change(seen: Seen) -> None:
    if seen.row.scheduled_tariff_id is None:
        raise Fault(Code.INVALID_TRANSITION, Message("no_tariff_change", {"id": seen.row.id}))


SCHEDULED_CHANGE: Final = Guard(_require_scheduled_change, ("scheduled_tariff_id",))


# --- payments -----------------------------------------------------------------------------------------------------

_PAYMENT: Final = ("contract_id", "transaction_type", "amount")
_CONTRACT_STATUS: Final = _of("contract_status", "contracts", "contract_id", "status")
_CONTRACT: Final = (
    _CONTRACT_STATUS,
    *(_of(name, "contracts", "contract_id", name, Kind.INTEGER) for name in _ACCOUNT[:3]),
    _of("promised_until", "contracts", "contract_id", "promised_until", Kind.DAY),
)


def _account(facts: Any) -> Contract:
    """A payment's contract, as far as money goes."""
    until = facts["promised_until"]
    contract = Contract(**{name: facts[name] for name in _ACCOUNT[:3]})
    contract.promised_until = None if until is None else date.fromisoformat(until)
    return contract


def _require_postable(seen: Seen) -> None:
    payment = seen.row
    status = ContractStatus(seen.facts[_CONTRACT_STATUS.name])
    if status not in SERVED and payment.transaction_type is TransactionType.CHARGE:
        raise invalid_transition(Contract(id=payment.contract_id), status, SERVED)
    _require_funds(_account(seen.facts), payment.signed_amount(), seen.day)


POSTABLE: Final = Guard(_require_postable, _PAYMENT, _CONTRACT, Held.BODY)
"""The payment's contract can bear it."""


def _require_refundable(seen: Seen) -> None:
    payment = seen.row
    if payment.transaction_type is not TransactionType.PAYMENT:
        params = {"id": payment.id, "type": payment.transaction_type}
        raise Fault(Code.INVALID_TRANSITION, Message("not_refundable", params))


REFUNDABLE: Final = Guard(_require_refundable, ("transaction_type",))
"""Only what was paid can be given back."""


def _require_refund(seen: Seen) -> None:
    if seen.row.status is PaymentStatus.SUCCESS:
        left = seen.row.amount - seen.row.refunded_amount
        _require_funds(_account(seen.facts), -left, seen.day, "amount")


REFUND_FUNDS: Final = Guard(_require_refund, (*_PAYMENT, "refunded_amount"), _CONTRACT, Held.BODY)
"""All that is left of a payment can be given back."""
