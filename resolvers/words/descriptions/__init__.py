"""What the documentation of the REST API says, in Russian: by the English text that stands beside the declaration."""

from __future__ import annotations

from resolvers.words.descriptions.billing import BILLING
from resolvers.words.descriptions.calls import CALLS
from resolvers.words.descriptions.events import EVENTS
from resolvers.words.descriptions.fields import FIELDS
from resolvers.words.descriptions.filters import FILTERS
from resolvers.words.descriptions.imports import IMPORTS
from resolvers.words.descriptions.inputs import INPUTS
from resolvers.words.descriptions.jobs import JOBS
from resolvers.words.descriptions.keys import KEYS
from resolvers.words.descriptions.people import PEOPLE
from resolvers.words.descriptions.registers import REGISTERS
from resolvers.words.descriptions.webhooks import WEBHOOKS
from resolvers.words.descriptions.work import WORK

RUSSIAN: dict[str, str] = {
    **CALLS,
    **WORK,
    **FIELDS,
    **FILTERS,
    **PEOPLE,
    **INPUTS,
    **JOBS,
    **EVENTS,
    **BILLING,
    **WEBHOOKS,
    **IMPORTS,
    **KEYS,
    **REGISTERS,
}
