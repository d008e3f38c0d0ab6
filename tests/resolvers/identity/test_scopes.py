"""What a key lets do: the whole table of operations, scopes and roles (events.md §5)."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from models.api_keys import ApiKeyScope
from models.customers import Customer
from models.users import Role, User
from models.webhooks import Webhook
from resolvers.faults import Fault
from resolvers.identity.permissions import BY_NO_KEY, GRANTS, Caller, HeldKey, Permission, require, require_sight
from resolvers.operations import OPERATIONS
from resolvers.sessions import change_password
from resolvers.write.operation import permit

TABLE = """
tickets      ticket.create ticket.update ticket.assign ticket.unassign ticket.start_work ticket.wait ticket.resolve
             ticket.close ticket.reopen ticket.comment comment.update import.start job.cancel
subscribers  customer.create customer.update customer.activate customer.suspend customer.block
             sim.create sim.update sim.activate sim.deactivate sim.block sim.unblock sim.close sim.replace
             contract.create contract.update contract.activate contract.suspend contract.resume contract.terminate
             contract.bill contract.promise contract.change_tariff contract.cancel_tariff_change import.start job.cancel
payments     payment.create payment.update payment.submit payment.process payment.cancel payment.fail
             contract.add_balance contract.deduct_balance import.start job.cancel
             provider.create provider.update provider.delete register.start register.post register_row.resolve
refunds      payment.refund
tariffs      tariff.create tariff.update tariff.activate tariff.deactivate tariff.reprice import.start job.cancel
delete       customer.delete sim.delete tariff.delete contract.delete payment.delete ticket.delete comment.delete
users        user.create user.update user.delete
webhooks     webhook.create webhook.update webhook.delete webhook.rotate_secret webhook.resume webhook.replay
             webhook.test webhook.redeliver
billing      policy.update billing.run contract.postpone contract.waive job.cancel
read
"""
"""Each scope and the operations that a key needs it for; what is in no line, no key may."""
NEVER = {"apikey.create", "apikey.revoke", "user.change_password"}
MINE = 1


def allowed() -> dict[ApiKeyScope, set[str]]:
    blocks = (block.split() for block in re.split(r"\n(?=\S)", TABLE.strip()))
    return {ApiKeyScope(scope): set(names) for scope, *names in blocks}


ALLOWED = allowed()


@dataclass(frozen=True)
class Asking:
    caller: Caller
    token_refused: bool = False


def asking(role: Role, *scopes: ApiKeyScope, limited: bool = True) -> Asking:
    key = HeldKey(7, "", frozenset(scopes) if limited else None)
    return Asking(Caller(MINE, "1c", role, None, key))


def may(context: Asking, operation) -> bool:
    try:
        permit(context, operation, MINE, {})
    except Fault:
        return False
    return True


def by_role(role: Role, operation) -> bool:
    return may(Asking(Caller(MINE, "1c", role, None)), operation)


EVERY = (*OPERATIONS, change_password)


def test_the_table_names_every_operation():
    named = set().union(*ALLOWED.values())
    assert set(ALLOWED) == set(ApiKeyScope)
    assert {one.name for one in EVERY} == (named & {one.name for one in EVERY}) | NEVER
    assert {name for name in named if not name.startswith("webhook.")} <= {one.name for one in EVERY}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("scope", list(ApiKeyScope))
def test_a_key_may_what_both_its_role_and_its_scope_let(role, scope):
    for operation in EVERY:
        expected = operation.name in ALLOWED[scope] and by_role(role, operation)
        assert may(asking(role, scope), operation) is expected, operation.name


@pytest.mark.parametrize("role", list(Role))
def test_a_key_without_scopes_may_all_of_its_role_but_log_in_and_make_keys(role):
    for operation in EVERY:
        expected = operation.name not in NEVER and by_role(role, operation)
        assert may(asking(role, limited=False), operation) is expected, operation.name


@pytest.mark.parametrize("role", list(Role))
def test_several_scopes_let_what_each_of_them_does(role):
    for operation in EVERY:
        either = [may(asking(role, scope), operation) for scope in (ApiKeyScope.PAYMENTS, ApiKeyScope.DELETE)]
        assert may(asking(role, ApiKeyScope.PAYMENTS, ApiKeyScope.DELETE), operation) is any(either), operation.name


def sees(context: Asking, entity) -> bool:
    try:
        require_sight(context, entity, None)
    except Fault:
        return False
    return True


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("scope", list(ApiKeyScope))
def test_what_a_scope_reads(role, scope):
    context = asking(role, scope)
    assert sees(context, Customer) is (scope is ApiKeyScope.READ)
    assert sees(context, User) is (scope is ApiKeyScope.USERS and role in GRANTS[Permission.READ_USERS])
    assert sees(context, Webhook) is (scope is ApiKeyScope.WEBHOOKS and role is Role.ADMIN)
    assert context.caller.sight.users is sees(context, User)
    assert context.caller.sight.webhooks is sees(context, Webhook)


def test_no_key_may_what_is_about_logging_in_or_keys():
    assert {Permission.OWN_SESSIONS, Permission.OWN_KEYS, Permission.MANAGE_KEYS} == BY_NO_KEY


def test_a_refusal_names_the_scope_that_is_missing():
    with pytest.raises(Fault) as caught:
        require(asking(Role.ADMIN, ApiKeyScope.READ), Permission.REFUND)
    assert (caught.value.message.key, caught.value.message.params) == ("key_lacks_scope", {"scopes": "refunds"})
