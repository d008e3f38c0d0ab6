"""Compiled plans, kept per place in a document, and found by the shape of a request's variables.

While a plan is made, everything about the variables that decides its form (which filters are given, which way to
page, `@include`) is asked through an `Inquiry`. The questions and answers on the way to a plan are its shape: the next
request is asked the same questions, and where the answers are the same, the plan is too.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from resolvers.weighted_cache import WeightedCache

Question = Callable[[Mapping[str, Any]], Hashable]
P = TypeVar("P")

MAX_WEIGHT = 32_000_000
"""Bytes of all plans of a cache."""
MAX_SHAPES = 64
"""Of one place in a document: more come only from somebody who varies filters without end."""
OVERHEAD = 4_000
"""What a plan weighs beside its text and its parameters."""
QUESTION = 300
"""What a question weighs with its answer, which is a short one: a truth, an order, the names of filters."""


@dataclass(slots=True)
class Inquiry:
    """The variables as a compilation sees them: every question is remembered with its answer."""

    variables: Mapping[str, Any]
    asked: list[tuple[Question, Hashable]] = field(default_factory=list)

    def ask(self, question: Question) -> Any:
        """The answer, which from now on belongs to the shape. Raises what the question raises."""
        answer = question(self.variables)
        self.asked.append((question, answer))
        return answer


@dataclass(slots=True)
class _Fork(Generic[P]):
    """A question, and where each answer leads: to the next question, or to the plan."""

    question: Question
    ways: dict[Hashable, _Fork[P] | P] = field(default_factory=dict)


@dataclass(slots=True)
class _Shapes(Generic[P]):
    """All plans of one place in a document: a tree of questions, entered at `top[None]`."""

    top: dict[Hashable, _Fork[P] | P] = field(default_factory=dict)
    count: int = 0
    weight: int = 0

    def add(self, asked: list[tuple[Question, Hashable]], plan: P, weight: int) -> None:
        """The same answers lead to the same next question, and so the new way branches off where answers differ."""
        if self.count >= MAX_SHAPES:
            self.top, self.count, self.weight = {}, 0, 0
        self.count += 1
        self.weight += OVERHEAD + weight + QUESTION * len(asked)
        ways, answer = self.top, None
        for question, next_answer in asked:
            fork = ways.get(answer)
            if not isinstance(fork, _Fork):
                fork = ways[answer] = _Fork(question)
            ways, answer = fork.ways, next_answer
        ways[answer] = plan


class PlanCache(Generic[P]):
    """Plans by place, bounded by what they weigh together; the place that was least recently asked for goes first."""

    def __init__(self, weigh: Callable[[P], int], limit: int = MAX_WEIGHT) -> None:
        self._weigh = weigh
        self._places = WeightedCache[Hashable, _Shapes[P]](limit, lambda shapes: shapes.weight)

    def get(self, place: Hashable, variables: Mapping[str, Any], make: Callable[[Inquiry], P], literals: int = 0) -> P:
        """The plan of this place for variables of this shape, made if it is not there; `literals` as of `keep`."""
        plan = self.find(place, variables)
        if plan is None:
            inquiry = Inquiry(variables)
            plan = make(inquiry)
            self.keep(place, inquiry, plan, literals)
        return plan

    def find(self, place: Hashable, variables: Mapping[str, Any]) -> P | None:
        """The plan of this place for variables of this shape, if it is there."""
        shapes = self._places.get(place)
        here = None if shapes is None else shapes.top.get(None)
        while isinstance(here, _Fork):
            here = here.ways.get(here.question(variables))
        return here

    def keep(self, place: Hashable, inquiry: Inquiry, plan: P, literals: int = 0) -> None:
        """Keep a plan for variables of the shape that the inquiry came upon.

        `literals`: bytes of what the document spells out, which every plan made of it holds.
        """
        shapes = self._places.get(place) or _Shapes()
        shapes.add(inquiry.asked, plan, self._weigh(plan) + literals)
        self._places.put(place, shapes)

    @property
    def weight(self) -> int:
        """Of all plans, in bytes."""
        return self._places.weight

    def __len__(self) -> int:
        return len(self._places)
