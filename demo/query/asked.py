"""Declare what a route takes and answers, beside its definition, for the OpenAPI document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel

from demo.query.registry import Views, query_model

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
JSON = "application/json"


def _followed(*, request: str = "") -> None: ...


# The id by which a page follows its request's progress and cancels it.
FOLLOWED = query_model(_followed)


@dataclass(frozen=True)
class Case:
    """One case of a route's answers.

    Attributes:
        about: what it is, in a sentence.
        parameters: models of its query parameters.
    """

    about: str
    parameters: tuple[type[BaseModel], ...] = ()


@dataclass(frozen=True)
class Asked:
    """What a route takes and answers.

    Attributes:
        cases: by the value of the parameter in its path; "" where the path has none.
        answers: media types of the answer, the usual one first.
        takes: media type of the body, "" for none.
    """

    cases: Mapping[str, Case] = field(default_factory=dict)
    answers: tuple[str, ...] = (JSON,)
    takes: str = ""


def asked(
    *parameters: type[BaseModel],
    cases: Mapping[str, Case] | None = None,
    answers: str | Iterable[str] = JSON,
    takes: str = "",
) -> Callable[[Endpoint], Endpoint]:
    """Decorate an endpoint with its query parameters and media types; its docstring describes the answer."""

    def mark(endpoint: Endpoint) -> Endpoint:
        only = {"": Case(about(endpoint), parameters)}
        media = (answers,) if isinstance(answers, str) else tuple(answers)
        endpoint.asked = Asked(only if cases is None else cases, media, takes)  # type: ignore[attr-defined]
        return endpoint

    return mark


def cases_of(views: Views[Any, Any]) -> dict[str, Case]:
    """A case for every view of a journey."""
    return {
        name: Case(about(view.function) or f"What the page draws as {name}.", (views.parser, view.parser))
        for name, view in views.items()
    }


def about(function: Callable[..., Any]) -> str:
    """The first paragraph of a docstring, on one line."""
    return " ".join((function.__doc__ or "").strip().partition("\n\n")[0].split())
