"""The models' enums as GraphQL enums: SCREAMING_CASE values, each described."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, cast

import strawberry

from models.api_keys import ApiKeyScope
from models.billing import FirstMonth, PeriodStatus, RefundUnused, ResumeAnchor
from models.contracts import ContractStatus, SuspensionReason
from models.customers import CustomerStatus, CustomerType, DocumentType
from models.imports import Imported, OnFault
from models.jobs import JobStatus
from models.payments import PaymentMethod, PaymentStatus, TransactionType
from models.registers import AccountBy, Verdict
from models.sims import ReplaceReason, SimStatus
from models.tariffs import TariffType
from models.tickets import TicketCategory, TicketPriority, TicketStatus
from models.users import Role, UserKind
from models.webhooks import DeliveryStatus, WebhookStatus
from resolvers.faults import STATUS
from resolvers.faults import Code as ErrorCode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from strawberry.types.enum import StrawberryEnumDefinition

__all__ = [
    "AccountBy",
    "ApiKeyScope",
    "ContractStatus",
    "CustomerStatus",
    "CustomerType",
    "DeliveryStatus",
    "DocumentType",
    "ErrorCode",
    "FirstMonth",
    "Imported",
    "JobStatus",
    "OnFault",
    "OrderDirection",
    "PaymentMethod",
    "PaymentStatus",
    "PeriodStatus",
    "RefundUnused",
    "ReplaceReason",
    "ResumeAnchor",
    "Role",
    "SimStatus",
    "SuspensionReason",
    "TariffType",
    "TicketCategory",
    "TicketPriority",
    "TicketStatus",
    "TransactionType",
    "UserKind",
    "Verdict",
    "WebhookStatus",
    "describe",
]


def describe(enum: type[Enum], description: str, values: Mapping[Any, str], name: str | None = None) -> None:
    """Make a GraphQL enum of a Python one; every member must be described."""
    strawberry.enum(enum, name=name or enum.__name__, description=description)
    definition = cast("StrawberryEnumDefinition", cast("Any", enum).__strawberry_definition__)
    for value, member in zip(definition.values, enum, strict=True):
        value.description = values[member]


describe(
    CustomerStatus,
    "Whether a customer is served.",
    {
        CustomerStatus.ACTIVE: "Served; contracts can be made and activated.",
        CustomerStatus.SUSPENDED: "Not served for a while; active contracts and their SIMs are suspended.",
        CustomerStatus.BLOCKED: "Barred: contracts are suspended, and no new one can be made.",
    },
)
describe(
    DocumentType,
    "The kind of document that proves a customer's identity.",
    {
        DocumentType.PASSPORT: "A national passport.",
        DocumentType.ID_CARD: "An identity card.",
        DocumentType.DRIVER_LICENSE: "A driver's licence.",
        DocumentType.FOREIGN_PASSPORT: "A passport for travelling abroad, or of another country.",
    },
)
describe(
    CustomerType,
    "Whether the customer is a person or an organization.",
    {
        CustomerType.INDIVIDUAL: "A private person.",
        CustomerType.ORGANIZATION: "A legal entity, shown by the name of the organization.",
    },
)
describe(
    SimStatus,
    "What a SIM can be used for at the moment.",
    {
        SimStatus.FREE: "In stock: bound to no contract, can be activated for one.",
        SimStatus.ACTIVE: "Bound to an active contract and in service.",
        SimStatus.SUSPENDED: "Bound to a suspended contract; returns to service with it.",
        SimStatus.BLOCKED: "Barred (lost, stolen, abused); keeps its contract, if it has one.",
        SimStatus.CLOSED: "Worn out or lost for good; nothing leads out of this state.",
    },
)
describe(
    ReplaceReason,
    "Why a SIM is replaced by another.",
    {
        ReplaceReason.LOST: "It was lost or stolen.",
        ReplaceReason.FAULTY: "It does not work any more.",
        ReplaceReason.UPGRADE: "The customer needs a newer kind of card.",
    },
)
describe(
    TariffType,
    "When a contract on the tariff pays.",
    {
        TariffType.PREPAID: "In advance: the balance never falls below zero.",
        TariffType.POSTPAID: "Afterwards: the balance may fall to minus the contract's credit limit.",
    },
)
describe(
    ContractStatus,
    "Where a contract is in its life.",
    {
        ContractStatus.DRAFT: "Written but not in force; activated together with its first SIM.",
        ContractStatus.ACTIVE: "In force and in service.",
        ContractStatus.SUSPENDED: "In force, but without service; see the suspension reason.",
        ContractStatus.TERMINATED: "Ended; only settlement of the balance is possible.",
    },
)
describe(
    SuspensionReason,
    "Why a contract is suspended, and so how it resumes.",
    {
        SuspensionReason.MANUAL: "Suspended by itself; resumes by itself.",
        SuspensionReason.INSUFFICIENT_FUNDS: "A month could not be paid; money brings the contract back.",
        SuspensionReason.CUSTOMER: "Suspended together with its customer; resumes when the customer is activated.",
    },
)
describe(
    PeriodStatus,
    "How a month of a contract was settled.",
    {
        PeriodStatus.CHARGED: "Its fee was taken from the balance, or the fee is nothing.",
        PeriodStatus.SKIPPED: "Part of the sale, or begun before fees were charged at all.",
        PeriodStatus.WAIVED: "Not charged, by a supervisor's decision.",
    },
)
describe(
    FirstMonth,
    "What becomes of the month that begins with the activation.",
    {
        FirstMonth.SALE: "It is part of the sale, and not charged.",
        FirstMonth.CHARGE: "Its fee is taken when the contract is activated.",
    },
)
describe(
    RefundUnused,
    "What comes back of a charged month when a contract is terminated in it.",
    {
        RefundUnused.NONE: "Nothing comes back.",
        RefundUnused.DAYS: "The fee for the days after the last one served.",
    },
)
describe(
    ResumeAnchor,
    "From which day months count after money has brought a contract back.",
    {
        ResumeAnchor.TODAY: "From the day on which it came back.",
        ResumeAnchor.KEEP: "From the same day as before: the month in which it came back is charged.",
    },
)
describe(
    TransactionType,
    "Which way the money of a payment goes.",
    {
        TransactionType.PAYMENT: "The customer pays: adds to the balance.",
        TransactionType.CHARGE: "The operator charges for a service: takes from the balance.",
        TransactionType.REFUND: "Money given back for an earlier payment: takes from the balance.",
        TransactionType.CORRECTION: "A correction by hand: adds its amount, which may be negative.",
    },
)
describe(
    PaymentMethod,
    "How a payment was made.",
    {
        PaymentMethod.CASH: "Cash at a point of sale.",
        PaymentMethod.CARD: "A bank card.",
        PaymentMethod.BANK_TRANSFER: "A transfer from a bank account.",
        PaymentMethod.MOBILE_PAYMENT: "A mobile wallet.",
        PaymentMethod.AUTO_PAYMENT: "A standing order of the customer.",
        PaymentMethod.TERMINAL: "A self-service payment terminal.",
        PaymentMethod.SYSTEM: "Made by the system itself, for example a refund.",
    },
)
describe(
    PaymentStatus,
    "Where a payment is on its way into the ledger.",
    {
        PaymentStatus.PENDING: "Entered, not yet posted.",
        PaymentStatus.PROCESSING: "Handed to an external provider, not yet posted.",
        PaymentStatus.SUCCESS: "Posted to the contract's ledger.",
        PaymentStatus.FAILED: "Given up as failed; nothing was posted.",
        PaymentStatus.CANCELLED: "Called off before posting; nothing was posted.",
        PaymentStatus.REFUNDED: "Posted, and given back later by a refund of its own.",
    },
)
describe(
    TicketStatus,
    "Where the work on a ticket stands.",
    {
        TicketStatus.NEW: "Nobody works on it yet.",
        TicketStatus.IN_PROGRESS: "Somebody works on it.",
        TicketStatus.WAITING: "Work waits for something or somebody else.",
        TicketStatus.RESOLVED: "Solved, with a resolution; can be reopened.",
        TicketStatus.CLOSED: "Finished; can be reopened.",
    },
)
describe(
    TicketCategory,
    "What a ticket is about.",
    {
        TicketCategory.TECHNICAL: "Service does not work as it should.",
        TicketCategory.BILLING: "Charges, payments and balances.",
        TicketCategory.TARIFF: "Choosing, changing or understanding a tariff.",
        TicketCategory.SIM: "A SIM card: replacement, block, loss.",
        TicketCategory.COMPLAINT: "The customer is dissatisfied.",
        TicketCategory.OTHER: "Anything else.",
    },
)
describe(
    TicketPriority,
    "How urgent a ticket is; decides when it is due.",
    {
        TicketPriority.LOW: "Due within 72 hours, unless configured otherwise.",
        TicketPriority.MEDIUM: "Due within 24 hours, unless configured otherwise.",
        TicketPriority.HIGH: "Due within 8 hours, unless configured otherwise.",
        TicketPriority.CRITICAL: "Due within 4 hours, unless configured otherwise.",
    },
)
describe(
    JobStatus,
    "Where a job is on its way.",
    {
        JobStatus.QUEUED: "It waits for a worker, or for another job of its kind to end.",
        JobStatus.RUNNING: "A worker is doing it, batch by batch.",
        JobStatus.DONE: "It was done to its end; what single units could not be done, its result names.",
        JobStatus.FAILED: "It could not go on; what its batches had done until then stays.",
        JobStatus.CANCELLED: "It was called off; what its batches had done until then stays.",
    },
)
describe(
    AccountBy,
    "What the accounts of a payment provider's registers are.",
    {
        AccountBy.MSISDN: "Phone numbers.",
        AccountBy.CONTRACT: "Numbers of contracts.",
    },
)
describe(
    Verdict,
    "What came of laying a row of a register beside our payments.",
    {
        Verdict.MATCHED: "Ours is the same.",
        Verdict.ONLY_THEIRS: "We have no such payment; it can be posted.",
        Verdict.ONLY_OURS: "We have a payment that the register does not know.",
        Verdict.DIFFERS: "Ours has another amount, account or day, or is not posted.",
        Verdict.DUPLICATE: "The same number stands in an earlier row.",
        Verdict.OUT_OF_PERIOD: "It is of a day that the register is not about.",
        Verdict.UNREADABLE: "It cannot be understood.",
    },
)
describe(
    Imported,
    "What the rows of an imported file are.",
    {
        Imported.CUSTOMERS: "Customers, known again by their document or their phone.",
        Imported.SIMS: "SIM cards, known again by their ICCID.",
        Imported.TARIFFS: "Tariffs, known again by their name.",
        Imported.CONTRACTS: "Contracts, known again by their number or `external_id`; with customer, tariff and SIM.",
        Imported.PAYMENTS: "Payments, known again by their `transaction_id`.",
        Imported.TICKETS: "Tickets, known again by their customer, subject and description.",
    },
)
describe(
    OnFault,
    "What an import does where a row is at fault.",
    {
        OnFault.SKIP: "The row is left out, all others are brought in.",
        OnFault.STOP: "What stands before it is brought in, the rest is not tried.",
        OnFault.NOTHING: "All or nothing: one row at fault, and none is brought in.",
    },
)
describe(
    WebhookStatus,
    "How delivering to a webhook goes.",
    {
        WebhookStatus.OK: "Nothing waits to be tried again.",
        WebhookStatus.FAILING: "Something could not be delivered, and waits to be tried again.",
        WebhookStatus.PAUSED: "Nothing is sent until it is resumed: an event's last try failed, or it answered 410.",
    },
)
describe(
    DeliveryStatus,
    "Whether an event was taken by a webhook's receiver.",
    {
        DeliveryStatus.WAITING: "It is to be tried, for the first time or again.",
        DeliveryStatus.DELIVERED: "The receiver answered with a status of 2xx.",
    },
)
describe(
    Role,
    "What a user may do; each role may do all that the one before it may.",
    {
        Role.EMPLOYEE: "Reads everything but PUK codes; works on tickets and takes them.",
        Role.OPERATOR: "Also manages customers, SIMs, contracts, payments and balances; assigns tickets to others.",
        Role.SUPERVISOR: "Also manages tariffs, refunds, corrects, deletes, and reads users.",
        Role.ADMIN: "Also manages users and webhooks.",
    },
)


describe(
    UserKind,
    "Who a user is.",
    {
        UserKind.PERSON: "Somebody who logs in with a password.",
        UserKind.SERVICE: "A program: it has no password and cannot log in, and calls with keys.",
    },
)
describe(
    ApiKeyScope,
    "What a key may be limited to, of what its user's role may. A scope that writes does not read, but for the answer "
    "of what it did.",
    {
        ApiKeyScope.READ: "Read everything but users.",
        ApiKeyScope.TICKETS: "Write tickets and work on them.",
        ApiKeyScope.SUBSCRIBERS: "Write customers, SIMs and contracts, and all that is done with them.",
        ApiKeyScope.PAYMENTS: "Write payments and carry them out; move balances.",
        ApiKeyScope.REFUNDS: "Refund payments; with `payments`, also make corrections.",
        ApiKeyScope.TARIFFS: "Write tariffs, and move contracts to their latest terms.",
        ApiKeyScope.DELETE: "Delete anything but users and webhooks.",
        ApiKeyScope.USERS: "Read, write and delete users.",
        ApiKeyScope.WEBHOOKS: "Read, write and delete webhooks.",
        ApiKeyScope.BILLING: "Start billing runs, decide on months, set the policy, call jobs off.",
    },
)


class OrderDirection(Enum):
    """Which end of an ordering comes first."""

    ASC = "asc"
    DESC = "desc"


describe(
    OrderDirection,
    "Which end of an ordering comes first; values that are null come last either way.",
    {
        OrderDirection.ASC: "Smallest, earliest or alphabetically first comes first.",
        OrderDirection.DESC: "Largest, latest or alphabetically last comes first.",
    },
)

CODES: Mapping[ErrorCode, str] = {
    ErrorCode.VALIDATION: "A value is malformed, out of range, already taken, or contradicts another.",
    ErrorCode.INVALID_TRANSITION: "Not possible in the present state of the entity, or of a neighbour that it needs.",
    ErrorCode.INSUFFICIENT_FUNDS: "The balance would fall below the lowest that the contract allows.",
    ErrorCode.PROTECTED: "Cannot be deleted while other things depend on it; the message names them.",
    ErrorCode.PARSE_ERROR: "The request's body cannot be read.",
    ErrorCode.NOT_AUTHENTICATED: "No access token was sent.",
    ErrorCode.TOKEN_NOT_VALID: (
        "The token is malformed, expired or of an ended session; the key is wrong, ended, or not for this network."
    ),
    ErrorCode.INVALID_CREDENTIALS: "Wrong username or password, or a user who is not active.",
    ErrorCode.PERMISSION_DENIED: "The caller's role may not do this, or the key's scopes leave it out.",
    ErrorCode.NOT_FOUND: "There is no entity with the given id.",
    ErrorCode.METHOD_NOT_ALLOWED: "The HTTP method is not supported at this address.",
    ErrorCode.CURSOR_EXPIRED: "The events after this cursor are no longer kept in the feed.",
    ErrorCode.CONFLICT: "The entity is not as the caller expects it; `changes` tell what has become of it since.",
    ErrorCode.PAYLOAD_TOO_LARGE: "The request's body is larger than allowed.",
    ErrorCode.UNSUPPORTED_MEDIA_TYPE: "The request's body is not JSON.",
    ErrorCode.IDEMPOTENCY_MISMATCH: "The idempotency key was used before with other arguments.",
    ErrorCode.LIMIT_EXCEEDED: "More is asked for than one request may bring; the message says of what.",
    ErrorCode.THROTTLED: "Too many failed attempts, or a minute's budget is spent; try again later.",
    ErrorCode.INTERNAL_ERROR: "A fault of the server's own.",
    ErrorCode.SERVICE_UNAVAILABLE: "The database cannot be reached at the moment.",
}

describe(
    ErrorCode,
    "Why something was refused: stable codes, the same as REST's in upper case.",
    {code: f"{description} HTTP status {STATUS[code]} in REST." for code, description in CODES.items()},
    name="ErrorCode",
)
