"""The example of a REST client does what its document promises."""

import pytest

from examples.rest_client import Abonent, Refused, worked_examples
from models.users import Role

pytestmark = pytest.mark.anyio


@pytest.fixture
def database(app):
    return app.state.database


async def test_the_five_worked_examples_are_answered(http, factory):
    user = await factory.user(role=Role.OPERATOR)
    contract, sim, payment = await factory.contract(), await factory.sim(), await factory.payment()
    api = Abonent(http, user.username, "correct horse 1")
    told = await worked_examples(api, contract.id, sim.id, payment.id)
    assert {row["status"] for row in told[0]["results"]} == {"active"}
    assert told[1]["full_name"] == "Иванов Иван Иванович"
    assert (told[2]["status"], told[2]["data"]["sim"]) == ("success", sim.id)
    assert told[3]["balance_after"] == told[3]["data"]["balance_after"]
    assert told[4]["total"] == 0


async def test_a_refusal_says_why(http, factory):
    user = await factory.user(role=Role.EMPLOYEE)
    with pytest.raises(Refused) as refused:
        await Abonent(http, user.username, "correct horse 1").post("/customers/", {})
    assert (refused.value.status, refused.value.told["code"]) == (403, "permission_denied")
