"""The registry of the data plane's views, by name, with the query parameters of each.

A view is a function of a journey's service, of a query, and of keyword-only parameters. Its signature is the whole
declaration of its query parameters:

    @photo_view("layer")
    def layer(photos: PhotoService, photo_query: PhotoQuery, *, layer: int) -> bytes: ...

requires the parameter `layer` with a whole number, takes no other besides those of the query, and has a payload of its
own for every layer. A parameter whose name is a Python keyword ends in an underscore: `class_` is the parameter
`class`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from annotated_types import Ge, Le, MaxLen
from pydantic import BaseModel, BeforeValidator, WithJsonSchema

from demo.errors import VisitorError
from demo.query.parameters import SHOWN, WHOLE, ParameterError, check, declared, parameters_of, schemas
from demo.query.text_limits import MAX_CHARACTERS

Query = Mapping[str, str]
Answer = TypeVar("Answer", bound=Callable[..., bytes])
Owner = TypeVar("Owner")
Subject = TypeVar("Subject")

# Parameters that every address may have and no view reads: the server's version, and the id of a request.
FOR_THE_BROWSER = frozenset({"v", "request"})
# More than any valid value: the order of 800 shuffled patches is the longest.
MOST_CHARACTERS = 5000


def _whole(text: str) -> int:
    """Parse a whole number as it is written: int() also takes spaces, signs, leading zeros and other scripts."""
    if not WHOLE.fullmatch(text):
        raise ValueError("no whole number")
    return int(text)


def _between_commas(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()


def _flag(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError("neither 0 nor 1")
    return text == "1"


Natural = Annotated[int, Ge(0), Le(999_999), BeforeValidator(_whole)]
Naturals = Annotated[tuple[Natural, ...], BeforeValidator(_between_commas)]
# The index of a number in its quantity; none has more axes.
Index = Annotated[Naturals, MaxLen(3)]
Flag = Annotated[bool, BeforeValidator(_flag), WithJsonSchema({"enum": [0, 1]})]
# How plain types are parsed from a query; all others are parsed by pydantic.
_READ_AS: dict[Any, Any] = {int: Natural, int | None: Natural | None, bool: Flag}


def parameters(function: Callable[..., Any]) -> dict[str, Any]:
    """The types by which the keyword-only parameters of a function are parsed from a query.

    Raises:
        TypeError: the function has a parameter for arbitrary keywords.
    """
    return {name: kind for name, (kind, _) in _fields(function).items()}


def _fields(function: Callable[..., Any]) -> dict[str, tuple[Any, Any]]:
    given = parameters_of(function, inspect.Parameter.KEYWORD_ONLY)
    return {name: (_READ_AS.get(kind, kind), default) for name, (kind, default) in given.items()}


def query_model(function: Callable[..., Any]) -> type[BaseModel]:
    """A model of the query parameters that a function's keyword-only parameters declare."""
    return declared(function.__name__, _fields(function), most_characters=MOST_CHARACTERS)


def parse(parser: type[BaseModel], query: Query) -> BaseModel:
    """Parse and validate query parameters.

    Raises:
        VisitorError: bad_request, which names the parameter and what it takes; or sentence_too_long, since no other
            text of a visitor can be too long.
    """
    try:
        return check(parser, query)
    except ParameterError as error:
        if error.is_too_long:
            found = len(query[str(error.params["parameter"])])
            raise VisitorError("sentence_too_long", found=found, limit=MAX_CHARACTERS) from error
        raise


def declared_values(model: type[BaseModel], query: Query) -> dict[str, Any]:
    """The values of the declared parameters of a query, whatever else it holds for the browser's sake."""
    return dict(parse(model, {name: query[name] for name in model.model_fields if name in query}))


def require_declared(query: Query, *models: type[BaseModel]) -> None:
    """Check that a query has no undeclared parameters: a misspelt one would silently have no effect.

    Raises:
        ParameterError: for the first parameter that none of the models declares.
    """
    known = [name for model in models for name in schemas(model)]
    for name in query:
        if name not in known:
            takes = f"nothing (the parameters are {', '.join(known)})"
            raise ParameterError(name[:SHOWN], takes, query[name])


@dataclass(frozen=True)
class Question(Generic[Owner, Subject]):
    """A view with its subject and the values of its parameters: the key of a payload."""

    view: Callable[..., bytes]
    subject: Subject
    values: BaseModel

    def answer(self, owner: Owner) -> bytes:
        return self.view(owner, self.subject, **dict(self.values))


@dataclass(frozen=True)
class View(Generic[Owner, Subject]):
    """A function with the model of its query parameters.

    Attributes:
        on_demand: it has too many possible queries to record, or is computed anew for every request: a page without a
            server does not have it (demo/offline/recorded.py).
    """

    function: Callable[..., bytes]
    parser: type[BaseModel]
    on_demand: bool = False

    def question(self, subject: Subject, query: Query) -> Question[Owner, Subject]:
        """Parse a query that has only this view's own parameters.

        Raises:
            VisitorError: bad_request, for a parameter that is missing, malformed or not declared.
        """
        return Question(self.function, subject, parse(self.parser, query))


class Views(Mapping[str, View[Owner, Subject]]):
    """The views of one journey by name, and a decorator that adds one.

    Args:
        subject: makes the subject of an address (a photo or sentence query) from its parameters.
        kind: what a view is called in error messages.
    """

    def __init__(self, subject: Callable[..., Subject], kind: str = "view") -> None:
        self._make, self.parser, self._kind = subject, query_model(subject), kind
        self._views: dict[str, View[Owner, Subject]] = {}
        self.subject_parameters = frozenset(parameters(subject))

    def __call__(self, name: str, *, on_demand: bool = False) -> Callable[[Answer], Answer]:
        """Register a function under its name in addresses; on_demand as in `View`.

        Raises:
            ValueError: the name is taken, or a parameter has the name of one that every address may have.
        """

        def register(function: Answer) -> Answer:
            taken = (self.subject_parameters | FOR_THE_BROWSER) & {*parameters(function)}
            if name in self._views or taken:
                raise ValueError(f"{name}: {', '.join(taken) or 'the name'} is taken")
            self._views[name] = View(function, query_model(function), on_demand)
            return function

        return register

    def __getitem__(self, name: str) -> View[Owner, Subject]:
        return self._views[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._views)

    def __len__(self) -> int:
        return len(self._views)

    def subject(self, query: Query) -> Subject:
        """Parse the subject of an address.

        Raises:
            VisitorError: bad_request.
        """
        own = {name: text for name, text in query.items() if name in self.subject_parameters}
        return self._make(**dict(parse(self.parser, own)))

    def question(self, name: str, query: Query) -> Question[Owner, Subject]:
        """Parse an address into a view, its subject and its parameters.

        Raises:
            VisitorError: bad_request, also if there is no such view.
        """
        if name not in self._views:
            raise ParameterError(self._kind, f"one of {', '.join(sorted(self))}", name)
        beside = self.subject_parameters | FOR_THE_BROWSER
        asked = {name: text for name, text in query.items() if name not in beside}
        return self[name].question(self.subject(query), asked)
