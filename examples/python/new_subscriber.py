"""A new subscriber by a generated, typed client: customer, SIM, contract, first payment, first ticket, termination.

The client is made from the server's own description by ariadne-codegen, and is not kept: `make examples` makes it.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).parent / "generated"))

from abonent_client import (  # where the generator puts it
    AbonentClient,
    ActivateContractInput,
    AddContractBalanceInput,
    CreateContractInput,
    CreateCustomerInput,
    CreateSimInput,
    CreateTicketInput,
    ErrorCode,
    LoginInput,
    TerminateContractInput,
    TicketCategory,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")


class Refused(Exception):
    """What the server would not do: the code is for programs, the message for people."""


class Told(Protocol):
    """What every generated error has."""

    @property
    def code(self) -> ErrorCode: ...
    @property
    def message(self) -> str: ...


class Payload(Protocol):
    """What every answer of a mutation has."""

    @property
    def errors(self) -> Sequence[Told]: ...


P = TypeVar("P", bound=Payload)


def there(value: T | None) -> T:
    """The value, which is there whenever nothing was refused."""
    if value is None:
        raise Refused("the answer has a gap")
    return value


def done(payload: P | None) -> P:
    """The answer of a mutation that was carried out. Raises `Refused` if it was not."""
    for error in there(payload).errors:
        raise Refused(error.code.value, error.message)
    return there(payload)


def digits(count: int) -> str:
    return "".join(random.choices("0123456789", k=count))


async def sign(api: AbonentClient) -> tuple[str, str]:
    """A customer, a SIM card and a contract in draft; gives the ids of contract and SIM."""
    tariff = there((await api.tariffs_on_offer()).tariffs).nodes[0]
    person = CreateCustomerInput(
        first_name="Айжан", last_name="Бекова", phone=f"+996550{digits(6)}", document_number=f"ID{digits(9)}"
    )
    customer = there(done((await api.register_customer(person)).create_customer).customer)
    card = CreateSimInput(iccid=f"8999601{digits(12)}", imsi=f"43701{digits(10)}", msisdn=f"+996551{digits(6)}")
    sim = there(done((await api.stock_sim(card)).create_sim).sim)
    wanted = CreateContractInput(customer_id=customer.id, tariff_id=tariff.id)
    contract = there(done((await api.sign_contract(wanted)).create_contract).contract)
    print(f"{customer.full_name}: contract {contract.status.value}, tariff {tariff.name}")
    await complain(api, customer.id, contract.id)
    return contract.id, sim.id


async def complain(api: AbonentClient, customer: str, contract: str) -> None:
    """The first ticket."""
    wanted = CreateTicketInput(
        customer_id=customer,
        contract_id=contract,
        subject="Нет сети",
        description="С утра нет сети в Оше",
        category=TicketCategory.TECHNICAL,
    )
    ticket = there(done((await api.open_ticket(wanted)).create_ticket).ticket)
    print(f"ticket {ticket.status.value}")


async def live(api: AbonentClient, contract: str, sim: str) -> None:
    """Connected, paid for, and ended."""
    connect = ActivateContractInput(id=contract, sim_id=sim)
    connected = there(done((await api.connect_sim(connect)).activate_contract).contract)
    print(f"contract {connected.status.value}, SIM {there(connected.sim).status.value}")
    try:
        done((await api.connect_sim(connect)).activate_contract)
    except Refused as refused:
        print(f"connecting it again: {refused.args[0]}")
    money = AddContractBalanceInput(id=contract, amount=Decimal("500.50"), idempotency_key=str(uuid4()))
    for _ in range(2):  # the same key: a retry posts nothing
        paid = done((await api.deposit(money)).add_contract_balance)
    print(f"balance {paid.old_balance} -> {paid.new_balance}, payment {there(paid.payment).status.value}")
    done((await api.end_contract(TerminateContractInput(id=contract))).terminate_contract)


async def main() -> None:
    """The whole story, against a running server."""
    url = os.environ["ABONENT_GRAPHQL"]
    async with AbonentClient(url) as guest:
        who = LoginInput(username=os.environ["ABONENT_USER"], password=os.environ["ABONENT_PASSWORD"])
        token = there(done((await guest.log_in(who)).login).access)
    async with AbonentClient(url, headers={"Authorization": f"Bearer {token}"}) as api:
        contract, sim = await sign(api)
        await live(api, contract, sim)
        left = await api.what_is_left(contract, sim)
        ended = there(left.contract)
        print(f"contract {ended.status.value}, balance {ended.balance}, SIM {there(left.sim).status.value}")
        print(f"payments {ended.payments.total_count}, tickets {ended.tickets.total_count}")


if __name__ == "__main__":
    asyncio.run(main())
