"""Rows for tests, made by the operations themselves, and the contexts of callers of every role."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from models.contracts import Contract
from models.customers import Customer
from models.database import rows
from models.entity import search_text
from models.payments import Payment
from models.sims import Sim
from models.tariffs import Tariff
from models.tickets import Ticket
from models.users import Role, Session, User
from resolvers.context import Context
from resolvers.identity.permissions import Caller
from resolvers.operations import OPERATIONS
from resolvers.words import Language
from resolvers.write.inputs import Mode
from resolvers.write.operation import Answer, Call, perform
from resolvers.write.unit_of_work import select

if TYPE_CHECKING:
    from models.database import Database, Reader, Transaction
    from models.entity import Entity
    from models.settings import Settings
    from resolvers.write.operation import Outcome

E = TypeVar("E", bound="Entity")

BY_NAME = {operation.name: operation for operation in OPERATIONS}


async def id_only(context: Context, reader: Reader, outcome: Outcome) -> bytes:
    """The smallest answer: which row it was."""
    del context, reader
    return str(outcome.id).encode()


class Factory:
    """Makes rows in one database; every value can be given by keyword, and unique ones differ by a counter."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database = database
        self.settings = settings
        self.numbers = count(1)
        self.callers: dict[Role, Caller] = {}

    # --- who calls ------------------------------------------------------------------------------------------------

    async def prepare(self) -> Factory:
        """Make a caller of every role, so that a test's first call changes nothing but what it is about."""

        async def body(tx: Transaction) -> None:
            for role in Role:
                self.callers[role] = await self._caller(tx, role)

        await self.database.write(body)
        return self

    async def _caller(self, tx: Transaction, role: Role) -> Caller:
        """A user of that role with a living session."""
        moment, username = datetime.now(UTC), f"{role}-{next(self.numbers)}"
        user = User(
            username=username,
            username_key=username,
            password="no hash: nobody can log in as this one",
            role=role,
            search=search_text((username,)),
            created_at=moment,
            updated_at=moment,
        )
        await rows.insert(tx, user)
        session = Session(
            id=uuid4(),
            user_id=user.id,
            created_at=moment,
            refreshed_at=moment,
            expires_at=moment + timedelta(days=7),
        )
        await rows.insert(tx, session)
        return Caller(user_id=user.id, username=username, role=role, session_id=session.id)

    async def context(self, role: Role | None = Role.ADMIN, **fields: Any) -> Context:
        """A request by a user of that role, or by nobody."""
        known: dict[str, Any] = {
            "database": self.database,
            "settings": self.settings,
            "caller": self.callers[role] if role else None,
            "language": Language.RU,
            "request_id": uuid4().hex,
            "address": "127.0.0.1",
        }
        return Context(**{**known, **fields})

    # --- what is done ---------------------------------------------------------------------------------------------

    async def run(
        self,
        name: str,
        target: int | None = None,
        /,
        *,
        role: Role | None = Role.ADMIN,
        context: Context | None = None,
        mode: Mode = Mode.FULL,
        key: str | None = None,
        document: str = "",
        rehearse: bool = False,
        **raw: Any,
    ) -> Answer:
        """Perform an operation, `sim.activate`, with its raw arguments. Raises its `Fault`."""
        call = Call(BY_NAME[name], target, raw, id_only, mode=mode, key=key, document=document, dry_run=rehearse)
        return await perform(context or await self.context(role), call)

    async def patch(self, row: Entity, **raw: Any) -> Answer:
        """Update some fields of a row, as an admin; a user's `role` is one of them."""
        operation = BY_NAME[f"{type(row).__name__.lower()}.update"]
        return await perform(await self.context(), Call(operation, row.id, raw, id_only, mode=Mode.PARTIAL))

    async def fresh(self, row: E) -> E:
        """The same row as the database has it now."""
        return await self.get(type(row), row.id)

    async def get(self, model: type[E], row_id: int) -> E:
        (row,) = await select(self.database, model, [row_id])
        return row

    async def _made(self, model: type[E], raw: dict[str, Any]) -> E:
        call = Call(BY_NAME[f"{model.__name__.lower()}.create"], None, raw, id_only)
        answer = await perform(await self.context(), call)
        return await self.get(model, answer.outcome.id)

    # --- rows -----------------------------------------------------------------------------------------------------

    async def customer(self, **raw: Any) -> Customer:
        number = next(self.numbers)
        usual = {
            "first_name": "Айбек",
            "last_name": "Осмонов",
            "phone": f"+996550{number:06d}",
            "document_number": f"ID{number:07d}",
        }
        return await self._made(Customer, {**usual, **raw})

    async def tariff(self, **raw: Any) -> Tariff:
        usual = {"name": f"Безлимит {next(self.numbers)}", "monthly_fee": "500.00"}
        return await self._made(Tariff, {**usual, **raw})

    async def postpaid(self, **raw: Any) -> Tariff:
        return await self.tariff(**{"tariff_type": "postpaid", **raw})

    async def sim(self, **raw: Any) -> Sim:
        number = next(self.numbers)
        usual = {
            "iccid": f"8999650{number:012d}",
            "imsi": f"43705{number:010d}",
            "msisdn": f"+996700{number:06d}",
            "puk_code": f"{number:08d}",
        }
        return await self._made(Sim, {**usual, **raw})

    async def contract(self, **raw: Any) -> Contract:
        """A draft, of a new customer on a new tariff unless they are given."""
        if "customer_id" not in raw:
            raw["customer_id"] = (await self.customer()).id
        if "tariff_id" not in raw:
            raw["tariff_id"] = (await self.tariff()).id
        return await self._made(Contract, raw)

    async def active_contract(self, *, balance: str | None = None, **raw: Any) -> Contract:
        """An active contract with a SIM; `balance` is paid in."""
        contract = await self.contract(**raw)
        await self.run("contract.activate", contract.id, sim_id=(await self.sim()).id)
        if balance is not None:
            await self.run("contract.add_balance", contract.id, amount=balance)
        return await self.fresh(contract)

    async def sim_of(self, contract: Contract) -> Sim:
        """The SIM that is bound to a contract."""
        ((sim_id,),) = await self.database.fetch("SELECT id FROM sims WHERE contract_id = $1", [contract.id])
        return await self.get(Sim, sim_id)

    async def payment(self, **raw: Any) -> Payment:
        """A pending payment of 100.00, on a new draft contract unless one is given."""
        if "contract_id" not in raw:
            raw["contract_id"] = (await self.contract()).id
        return await self._made(Payment, {"amount": "100.00", **raw})

    async def ticket(self, **raw: Any) -> Ticket:
        if "customer_id" not in raw:
            raw["customer_id"] = (await self.customer()).id
        usual = {"subject": "Нет интернета", "description": "Со вчерашнего вечера"}
        return await self._made(Ticket, {**usual, **raw})

    async def service(self, **raw: Any) -> User:
        """A program's user, which has no password."""
        usual = {"username": f"service-{next(self.numbers)}", "kind": "service", "role": Role.OPERATOR.value}
        return await self._made(User, {**usual, **raw})

    async def key(self, user: User, **raw: Any) -> str:
        """A new key of a user's, as a program sends it."""
        operation = BY_NAME["apikey.create"]

        async def shown(context: Context, reader: Reader, outcome: Outcome) -> bytes:
            del context, reader
            return str(outcome.notes["key"]).encode()

        call = Call(operation, None, {"user_id": user.id, "name": "1C", **raw}, shown)
        return (await perform(await self.context(), call)).body.decode()

    async def user(self, **raw: Any) -> User:
        """A user who can log in with the password `correct horse 1`."""
        usual = {"username": f"user-{next(self.numbers)}", "password": "correct horse 1", "role": Role.EMPLOYEE.value}
        return await self._made(User, {**usual, **raw})
