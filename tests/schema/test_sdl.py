"""The schema as it is published: committed as printed, broken knowingly or not at all, described to the last value."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from graphql import (
    build_schema,
    find_breaking_changes,
    get_named_type,
    graphql_sync,
    is_enum_type,
    is_input_object_type,
    is_interface_type,
    is_introspection_type,
    is_object_type,
)

from resolvers.faults import Code
from resolvers.operations import OPERATIONS
from resolvers.write.refusals import own_codes
from schema.mutations import codes
from schema.schema import GRAPHQL, sdl

ROOT = Path(__file__).parents[2]
COMMITTED = ROOT / "schema" / "schema.graphql"

OWN = [named for named in GRAPHQL.type_map.values() if not is_introspection_type(named)]
WITH_FIELDS = [
    named for named in OWN if is_object_type(named) or is_interface_type(named) or is_input_object_type(named)
]
FIELDS = [(f"{named.name}.{name}", field) for named in WITH_FIELDS for name, field in named.fields.items()]
ARGUMENTS = [
    (f"{path}({name})", argument) for path, field in FIELDS for name, argument in getattr(field, "args", {}).items()
]
VALUES = [
    (f"{named.name}.{name}", value) for named in OWN if is_enum_type(named) for name, value in named.values.items()
]
EVERYTHING = [(named.name, named) for named in OWN] + FIELDS + ARGUMENTS + VALUES


def test_the_committed_schema_is_the_one_that_runs():
    assert COMMITTED.read_text() == sdl() + "\n", "run: make schema"


def test_the_schema_says_what_it_is_about():
    asked = graphql_sync(GRAPHQL, "{ __schema { description } }")
    assert "telecom operator" in asked.data["__schema"]["description"]
    assert build_schema(sdl()).description == asked.data["__schema"]["description"]


def test_what_breaks_clients_is_named_in_the_changelog():
    """Against the schema of the commit before, so that printing the new one over the old hides nothing."""
    before = _of_the_commit_before()
    breaking = find_breaking_changes(build_schema(before), build_schema(sdl()))
    told = (ROOT / "CHANGELOG.md").read_text() if (ROOT / "CHANGELOG.md").exists() else ""
    assert [change.description for change in breaking if change.description not in told] == []


def _of_the_commit_before():
    """Where there is none (a first commit, an archive without history), nothing can have been broken."""
    git = shutil.which("git")
    shown = git and subprocess.run(
        [git, "show", "HEAD^:schema/schema.graphql"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return shown.stdout if shown and shown.returncode == 0 else COMMITTED.read_text()


def _words(text):
    return re.findall(r"[a-z0-9]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", text).lower())


def test_everything_says_more_than_its_name():
    assert [f"{path}: {thing.description!r}" for path, thing in EVERYTHING if not _says_more(path, thing)] == []


def _says_more(path, thing):
    """At least two words besides articles, one of which is not in the name."""
    name = re.split(r"[.(]", path)[-1].rstrip(")")
    said = [word for word in _words(thing.description or "") if word not in {"the", "a", "an", "of", "s"}]
    return len(said) > 1 and bool(set(said) - set(_words(name)))


def test_types_are_in_pascal_case():
    assert [named.name for named in OWN if not re.fullmatch(r"([A-Z][a-z0-9]*)+|ID|JSON", named.name)] == []


def test_fields_and_arguments_are_in_camel_case():
    names = [path.rpartition(".")[2] for path, _ in FIELDS] + [path.rpartition("(")[2][:-1] for path, _ in ARGUMENTS]
    assert [name for name in names if not re.fullmatch(r"[a-z]+([A-Z][a-z0-9]*|[0-9]+)*", name)] == []


def test_enum_values_are_in_screaming_case():
    assert [path for path, _ in VALUES if not re.fullmatch(r"[A-Z]+(_[A-Z]+)*", path.rpartition(".")[2])] == []


MUTATIONS = re.findall(
    r"\w+",
    """
    createCustomer updateCustomer deleteCustomer activateCustomer suspendCustomer blockCustomer
    createSim updateSim deleteSim activateSim deactivateSim blockSim unblockSim closeSim replaceSim
    createTariff updateTariff deleteTariff activateTariff deactivateTariff
    createContract updateContract deleteContract activateContract suspendContract resumeContract terminateContract
    addContractBalance deductContractBalance billContract grantPromisedPayment postponeSuspension waivePeriod
    changeTariff cancelTariffChange repriceContracts updateBillingPolicy startBillingRun startImport
    createApiKey revokeApiKey
    startRegister postRegisterRows resolveRegisterRow createPaymentProvider updatePaymentProvider deletePaymentProvider
    createPayment updatePayment deletePayment submitPayment processPayment cancelPayment failPayment refundPayment
    createTicket updateTicket deleteTicket assignTicket unassignTicket startTicketWork waitTicket resolveTicket
    closeTicket reopenTicket commentTicket updateTicketComment deleteTicketComment
    createUser updateUser deleteUser
    cancelJob
    createWebhook updateWebhook deleteWebhook rotateWebhookSecret resumeWebhook replayWebhook
    testWebhook redeliverWebhook
    login refreshToken logout changePassword
    """,
)


def test_there_is_a_mutation_for_every_write():
    assert sorted(GRAPHQL.mutation_type.fields) == sorted(MUTATIONS)


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutation_takes_one_input_and_answers_errors(name):
    field = GRAPHQL.mutation_type.fields[name]
    title = name[0].upper() + name[1:]
    assert {argument: str(given.type) for argument, given in field.args.items()} == {"input": f"{title}Input!"}
    assert str(field.type) == f"{title}Payload"
    assert str(field.type.fields["errors"].type) == "[UserError!]!"


ENTITIES = {
    "customer": "Customer",
    "sim": "Sim",
    "tariff": "Tariff",
    "contract": "Contract",
    "payment": "Payment",
    "ticket": "Ticket",
    "user": "User",
}


@pytest.mark.parametrize(("name", "typename"), ENTITIES.items())
def test_an_entity_is_read_by_id_and_in_pages(name, typename):
    queries = GRAPHQL.query_type.fields
    assert str(queries[name].type) == typename
    assert str(queries[name].args["id"].type) == "ID!"
    pages = queries[name + "s"]
    assert str(pages.type).rstrip("!") == f"{typename}Connection"
    assert {argument: str(given.type) for argument, given in pages.args.items()} == {
        "first": "Int",
        "after": "String",
        "last": "Int",
        "before": "String",
        "filter": f"{typename}Filter",
        "search": "String",
        "orderBy": f"[{typename}Order!]",
    }


NODES = [*ENTITIES.values(), "LedgerEntry", "Event", "Job", "Webhook", "WebhookDelivery", "ApiKey"]


@pytest.mark.parametrize("typename", NODES)
def test_an_entity_is_a_node(typename):
    named = GRAPHQL.type_map[typename]
    assert [interface.name for interface in named.interfaces] == ["Node"]
    assert str(named.fields["id"].type) == "ID!"
    assert str(named.fields["databaseId"].type) == "Int!"


def test_staff_is_no_node():
    assert sorted(GRAPHQL.type_map["Staff"].fields) == ["databaseId", "fullName", "id", "openTicketsCount", "username"]
    assert list(GRAPHQL.type_map["Staff"].interfaces) == []


@pytest.mark.parametrize(
    ("mutation", "told"),
    [
        ("activateContract", ["`OPERATOR`, `SUPERVISOR`, `ADMIN`", "From: `DRAFT`", "`INVALID_TRANSITION`"]),
        ("deductContractBalance", ["`INSUFFICIENT_FUNDS`"]),
        ("refundPayment", ["For: `SUPERVISOR`, `ADMIN`", "From: `SUCCESS`"]),
        ("deleteCustomer", ["`PROTECTED`", "`NOT_FOUND`"]),
        ("createUser", ["For: `ADMIN`"]),
        ("login", ["`INVALID_CREDENTIALS`", "`THROTTLED`"]),
    ],
)
def test_a_mutation_says_who_may_call_it_and_how_it_can_be_refused(mutation, told):
    description = GRAPHQL.mutation_type.fields[mutation].description
    assert [phrase for phrase in told if phrase not in description] == []


def test_secrets_cannot_be_read_filtered_or_ordered_by():
    assert "password" not in GRAPHQL.type_map["User"].fields
    named = [path for path, _ in FIELDS + VALUES if re.search(r"(Filter|OrderField)\.", path)]
    assert [path for path in named if re.search(r"puk|password", path, re.IGNORECASE)] == []


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_both_doors_tell_the_same_refusals_and_an_id_that_is_none_is_among_a_mutations(operation):
    assert set(own_codes(operation)) <= set(codes(operation))
    assert set(codes(operation)) - set(own_codes(operation)) <= {Code.VALIDATION}
    assert not operation.has_target or Code.VALIDATION in codes(operation)


def test_every_id_that_is_taken_or_told_says_what_it_looks_like():
    ids = [(path, one.description) for path, one in FIELDS + ARGUMENTS if str(get_named_type(one.type)) == "ID"]
    assert len(ids) > 100
    assert [path for path, said in ids if not re.search(r"`[a-z]{3}_7`", said)] == []
