"""What is exported by `?columns=import` is the same again in an empty database (in-and-out.md §4)."""

from __future__ import annotations

import io
import json

import pytest

from abonent.check.run import check
from abonent.worker.worker import Worker
from models.migrations import migrate
from resolvers.imports import uploads
from resolvers.imports.actions import start_import
from resolvers.write.operation import Call, perform
from tests.conftest import opened, settings_for
from tests.factories import Factory, id_only
from tests.resolvers.imports.files import counts

pytestmark = pytest.mark.anyio

SAME = {
    "customers": "phone, document_type, document_number, last_name, email, status, notes, customer_type",
    "tariffs": "name, monthly_fee, tariff_type, is_active, extra_options",
    "sims": "iccid, msisdn, imsi, puk_code, status",
    "contracts": "number, status, suspension_reason, balance, credit_limit, signed_date, activation_date, "
    "termination_date, next_billing_date, external_id, notes",
}


async def rows(database):
    return {
        table: [tuple(map(str, row)) for row in await database.fetch(f"SELECT {names} FROM {table} ORDER BY 1")]
        for table, names in SAME.items()
    }


async def a_life(factory):
    """Rows of every kind, in most states."""
    paid = await factory.active_contract(balance="300.25", external_id="70001")
    await factory.run("contract.suspend", paid.id)
    gone = await factory.active_contract(balance="10.00")
    await factory.run("contract.terminate", gone.id)
    tariff = await factory.postpaid(extra_options={"roaming": True})
    owing = await factory.active_contract(tariff_id=tariff.id, credit_limit="500.00", notes="Строка\nи ещё")
    await factory.run("contract.deduct_balance", owing.id, amount="99.99")
    await factory.run("tariff.deactivate", tariff.id)
    barred = await factory.active_contract()
    await factory.run("customer.block", barred.customer_id)
    lost = await factory.active_contract(balance="1.00")
    await factory.run("sim.block", (await factory.sim_of(lost)).id)
    await factory.run("sim.close", (await factory.sim()).id)
    await factory.contract(notes="=1+1")
    await factory.customer(email="a@b.kg", notes="+7; \"кавычки\", 'апостроф'")


@pytest.mark.parametrize("form", ["csv", "ndjson", "xlsx", "csv&headings=words&separator=;&bom=1"])
async def test_what_is_exported_comes_in_elsewhere_as_it_was(api, factory, tmp_path, form):
    await a_life(factory)
    before = await rows(factory.database)
    there = settings_for(f"sqlite://{tmp_path}/there.sqlite3")
    await migrate(there)
    async with opened(there) as database:
        other = await Factory(database, there).prepare()
        for kind in ("customers", "tariffs", "sims", "contracts"):
            content = (await api.get(f"/{kind}/?columns=import&format={form}&ordering=id")).content
            job = await brought(other, kind, content)
            assert not job["failed"], (kind, job["faults"])
            again = await brought(other, kind, content)
            assert set(counts({"result": again})) == {"unchanged"}, (kind, again)
        assert await rows(database) == before or before_of_postgres(before) == before_of_postgres(await rows(database))
        assert [verdict.told async for verdict in check(database, there) if verdict.wrong] == []


def before_of_postgres(told):
    """JSON and truths are spelt differently by the two databases."""
    spelt = {"True": "1", "False": "0"}
    return {
        table: [tuple(spelt.get(value, value).replace(" ", "") for value in row) for row in some]
        for table, some in told.items()
    }


async def brought(factory, kind, content):
    file = io.BytesIO(content)
    context = await factory.context()
    upload = await uploads.keep(context, f"{kind}.csv", file, context.caller.user_id)
    call = Call(start_import, None, {"kind": kind, "file": upload.id}, id_only)
    done = await perform(context, call)
    await Worker(factory.database, factory.settings).drain()
    ((status, result, error),) = await factory.database.fetch(
        "SELECT status, result, error FROM jobs WHERE id = $1", [done.outcome.id]
    )
    assert (status, error) == ("done", None)
    return result if isinstance(result, dict) else json.loads(result)
