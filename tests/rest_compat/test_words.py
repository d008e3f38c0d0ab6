"""Every word that a person reads is there in both languages, and no word is kept for nothing."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

from models import api_keys, billing, contracts, customers, imports, jobs, payments, registers, sims, tariffs, tickets
from models import users as user_models
from models import webhooks as webhook_models
from resolvers.faults import Code
from resolvers.words import CATALOGUE, Language, Message, say, word
from resolvers.words.choices import CHOICES
from resolvers.words.descriptions import RUSSIAN
from rest_compat.openapi.document import document
from rest_compat.routes import PREFIX, endpoints
from schema.types.entities import TYPES

ROOT = Path(__file__).parents[2]
PACKAGES = ("resolvers", "web", "schema", "rest_compat", "abonent")
ENUMS = (
    customers.CustomerStatus,
    customers.DocumentType,
    customers.CustomerType,
    tariffs.TariffType,
    contracts.ContractStatus,
    contracts.SuspensionReason,
    billing.PeriodStatus,
    billing.FirstMonth,
    billing.RefundUnused,
    billing.ResumeAnchor,
    sims.SimStatus,
    sims.ReplaceReason,
    payments.TransactionType,
    payments.PaymentMethod,
    payments.PaymentStatus,
    tickets.TicketStatus,
    tickets.TicketCategory,
    tickets.TicketPriority,
    jobs.JobStatus,
    imports.Imported,
    imports.OnFault,
    registers.AccountBy,
    registers.Verdict,
    user_models.Role,
    webhook_models.WebhookStatus,
    webhook_models.DeliveryStatus,
    user_models.UserKind,
    api_keys.ApiKeyScope,
)


def is_russian(text):
    return re.search("[а-яё]", text, re.IGNORECASE) is not None


# --- the description of the REST API ------------------------------------------------------------------------------


@cache
def told(language):
    """Every text for people in the document: descriptions and summaries."""
    return frozenset(_told(document(endpoints(), PREFIX, language)))


def _told(part):
    if isinstance(part, list):
        for one in part:
            yield from _told(one)
    if isinstance(part, dict):
        yield from (part[key] for key in ("description", "summary") if isinstance(part.get(key), str))
        for key, one in part.items():
            if key not in {"example", "examples"}:
                yield from _told(one)


def test_every_text_of_the_rest_description_has_its_russian():
    assert len(told(Language.RU)) > 300
    assert [text for text in told(Language.RU) if not is_russian(text)] == []


def test_the_russian_description_leaves_no_sentence_in_english():
    """A code, a name of a field or `TXN-…` in backticks is the same in both; a run of English words is not."""
    bare = {re.sub("`[^`]*`", "", text) for text in told(Language.RU)}
    assert [text for text in bare if re.search(r"[A-Za-z]+ [a-z]+ [a-z]+", text)] == []


def test_the_english_description_has_no_russian_but_names():
    bare = {re.sub(r"`[^`]*`|\(ИНН\)", "", text) for text in told(Language.EN)}
    assert [text for text in bare if is_russian(text)] == []


def test_no_russian_description_is_unused():
    said = "\n".join(told(Language.RU))
    assert [english for english, russian in RUSSIAN.items() if russian not in said] == []


def test_no_russian_description_stands_for_a_text_that_is_said_no_more():
    said = "\n".join(told(Language.EN))
    assert [english for english in RUSSIAN if english not in said] == []


# --- messages -----------------------------------------------------------------------------------------------------

KEYED = {"Message": 0, "Refused": 0, "invalid": 1}
"""Calls that name a message, and which of their arguments does."""


@cache
def trees():
    """The sources that say something, parsed; the catalogue itself is not among them."""
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if "words" not in path.parts]
    return [ast.parse(path.read_text()) for path in files]


def literals(node):
    return {one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)}


def obstacles(tree):
    """What keeps a row from being deleted is named by the arguments of `unreferenced`."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    refusing = [call for call in calls if getattr(call.func, "id", None) == "unreferenced"]
    return {keyword.arg for call in refusing for keyword in call.keywords}


def keys_of(call):
    """The keys that a call names, both of `"a" if … else "b"`; none where it is not named on the spot."""
    name = getattr(call.func, "id", getattr(call.func, "attr", None))
    place = KEYED.get(name)
    named = [call.args[place]] if place is not None and len(call.args) > place else []
    for argument in (*named, *(keyword.value for keyword in call.keywords if keyword.arg == "says")):
        branches = [argument.body, argument.orelse] if isinstance(argument, ast.IfExp) else [argument]
        yield from (one.value for one in branches if isinstance(one, ast.Constant) and isinstance(one.value, str))


def test_every_message_that_the_sources_name_is_in_the_catalogue():
    calls = [node for tree in trees() for node in ast.walk(tree) if isinstance(node, ast.Call)]
    keys = {key for call in calls for key in keys_of(call)}
    assert len(keys) > 80
    assert keys - set(CATALOGUE) == set()


@pytest.mark.parametrize("code", [code for code in Code if code is not Code.VALIDATION])
def test_every_code_of_a_refusal_has_its_message(code):
    assert code.value in CATALOGUE


@pytest.mark.parametrize(
    "typename",
    [
        "Customer",
        "Sim",
        "Tariff",
        "Contract",
        "Payment",
        "Ticket",
        "User",
        "ApiKey",
        "Job",
        "Webhook",
        "PaymentProvider",
    ],
)
def test_every_entity_has_its_name(typename):
    assert typename in CATALOGUE


def test_no_message_is_unused():
    said = {text for tree in trees() for text in (*literals(tree), *obstacles(tree))} | set(Code) | set(TYPES)
    said |= {f"limit_{text}" for text in said}
    assert set(CATALOGUE) - said == set()


def test_messages_are_russian_in_russian_and_english_in_english():
    assert [key for key, (russian, _) in CATALOGUE.items() if not is_russian(russian)] == []
    assert [key for key, (_, english) in CATALOGUE.items() if is_russian(english)] == []


def test_a_message_has_the_same_gaps_in_both_languages():
    def gaps(text):
        return {gap for _, gap, _, _ in Formatter().parse(text) if gap}

    assert [key for key, (russian, english) in CATALOGUE.items() if gaps(russian) != gaps(english)] == []


def test_parts_of_a_sentence_are_in_its_language():
    params = {"entity": Message("Contract"), "id": 5, "obstacles": (Message("payments"), Message("tickets"))}
    assert say(Message("protected", params), Language.RU) == "Договор 5: удалить нельзя, мешают платежи, тикеты"
    assert say(Message("protected", params), Language.EN) == (
        "Contract 5: cannot be deleted because of payments, tickets"
    )


# --- words of enums -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("enum", ENUMS)
def test_every_value_of_an_enum_has_its_word_in_both_languages(enum):
    for value in enum:
        assert is_russian(word(value, Language.RU))
        assert not is_russian(word(value, Language.EN))
        assert word(value, Language.EN)


def test_no_word_of_an_enum_is_unused():
    words = {(name, value) for name, values in CHOICES.items() for value in values}
    assert words == {(enum.__name__, value.value) for enum in ENUMS for value in enum}
