"""Parse and validate parameters by the types and ranges that a signature declares.

The validation, the error message and the JSON schema all follow from the signature:

    def translate(text: str, beam: Annotated[int, Ge(1), Le(8)] = 4): ...

refuses 9 with "beam takes a whole number from 1 to 8, not 9". Nothing is ever converted.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from pydantic_core.core_schema import CoreSchema, literal_schema

from demo.errors import VisitorError

STRICT = ConfigDict(
    extra="forbid",
    frozen=True,
    strict=True,  # none of pydantic's own conversions, which would accept "1.0" for 1, and true for 1.0
    allow_inf_nan=False,
    alias_generator=lambda name: name.removesuffix("_"),
    protected_namespaces=(),
)
# The most characters of a refused value that an error message shows.
SHOWN = 40
# A whole number as it is written.
WHOLE = re.compile("0|[1-9][0-9]*")


class ParameterError(VisitorError):
    """A parameter without a value, or with an invalid one."""

    def __init__(self, parameter: str, takes: str, *found: object) -> None:
        """`found` is the value, or nothing if it is missing."""
        told = {"found": shown(found[0])} if found else {}
        super().__init__("bad_request", parameter=parameter, takes=takes, **told)

    @property
    def is_too_long(self) -> bool:
        """Whether only the length of a text is wrong."""
        cause = self.__cause__
        return isinstance(cause, ValidationError) and cause.errors()[0]["type"] == "string_too_long"

    @property
    def sentence(self) -> str:
        """The error message for a program."""
        found = f"not {self.params['found']}" if "found" in self.params else "and is missing"
        return f"{self.params['parameter']} takes {self.params['takes']}, {found}"


@dataclass(frozen=True)
class OneOf:
    """Marks a text that must be one of several: `Annotated[str, OneOf(names)]`."""

    names: tuple[str, ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:
        return literal_schema(list(self.names))


def parameters_of(function: Callable[..., Any], kind: inspect._ParameterKind) -> dict[str, tuple[Any, Any]]:
    """The declared type and default (... for none) of every parameter of a kind, by name.

    Raises:
        TypeError: the function has a parameter for arbitrary keywords.
    """
    given = inspect.signature(function, eval_str=True).parameters.values()
    if any(one.kind is one.VAR_KEYWORD for one in given):
        raise TypeError(f"{function.__name__} must name what it may be asked")
    return {
        one.name: (one.annotation, ... if one.default is one.empty else one.default)
        for one in given
        if one.kind is kind
    }


def declared(
    name: str, fields: Mapping[str, tuple[Any, Any]], *, most_characters: int | None = None
) -> type[BaseModel]:
    """Make a model that validates parameters together, from types and defaults by name as `parameters_of` returns them.

    Args:
        most_characters: of every text.
    """
    config: ConfigDict = {**STRICT, "str_max_length": most_characters}
    return create_model(name, __config__=config, **dict(fields))  # type: ignore[call-overload]


def schemas(model: type[BaseModel]) -> dict[str, dict[str, Any]]:
    """The JSON schema of every parameter, by its name."""
    whole = model.model_json_schema()
    assert "$defs" not in whole, "a parameter's schema stands alone in the documentation"
    return {
        name: {key: value for key, value in schema.items() if key != "title"}
        for name, schema in whole.get("properties", {}).items()
    }


def check(model: type[BaseModel], values: Mapping[str, Any]) -> BaseModel:
    """Validate the values of declared parameters.

    Raises:
        ParameterError: for the first one that is missing, of a wrong type, out of range, or not declared.
    """
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        known, place = schemas(model), error.errors(include_url=False)[0]["loc"]
        # A name that is no text cannot be reported.
        name = str(place[0]) if place else next(name for name in values if name not in known)
        if name not in known:
            takes = f"nothing (the parameters are {', '.join(known) or 'none'})"
            raise ParameterError(_written(name[:SHOWN]), takes, values[name]) from error
        takes = takes_of(known[name])
        if _is_half(values.get(name)):
            takes += " that can be written in UTF-8 (no half of a surrogate pair)"
        raise ParameterError(name, takes, *([values[name]] if name in values else [])) from error


def description_of(schema: Mapping[str, Any]) -> str:
    """The description of a parameter and of its valid values, for the documentation."""
    takes = None if "enum" in schema else takes_of(schema)
    return "; ".join(filter(None, (schema.get("description"), takes)))


def takes_of(schema: Mapping[str, Any]) -> str:
    """A JSON schema in words, as they follow "takes"."""
    if "takes" in schema:
        return str(schema["takes"])
    if "anyOf" in schema:
        return takes_of(next(one for one in schema["anyOf"] if one.get("type") != "null"))
    choices = schema.get("enum", [schema["const"]] if "const" in schema else [])
    if choices:
        return ("one of " if len(choices) > 1 else "") + ", ".join(map(str, choices))
    kind = schema.get("type")
    if kind in ("integer", "number"):
        return ("a whole number" if kind == "integer" else "a number") + _range(
            schema.get("minimum"), schema.get("maximum")
        )
    if kind == "array":
        most = f", at most {schema['maxItems']} of them" if "maxItems" in schema else ""
        return f"a list{most}, each {takes_of(schema['items'])}"
    if kind == "string":
        return "a text" + (
            f" of {schema.get('minLength', 0)} to {schema['maxLength']} characters" if "maxLength" in schema else ""
        )
    raise TypeError(f"no words for {schema}")


def shown(value: object) -> str:
    """A value as JSON, truncated if it is long."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):  # not valid in JSON, or an integer of thousands of digits
        return f"a value of type {type(value).__name__}"
    text = _written(text)
    if len(text) <= SHOWN:
        return text
    return f"{text[:SHOWN]}…" + (f" ({len(value)} characters)" if isinstance(value, str) else "")


def _is_half(value: object) -> bool:
    """Whether a value is a text with a lone surrogate, which is no valid text."""
    return isinstance(value, str) and any("\ud800" <= sign <= "\udfff" for sign in value)


def _written(text: str) -> str:
    """Replace lone surrogates, which can be received but not sent."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _range(least: float | None, most: float | None) -> str:
    if least is None:
        return "" if most is None else f" of at most {_plain(most)}"
    return f" of at least {_plain(least)}" if most is None else f" from {_plain(least)} to {_plain(most)}"


def _plain(number: float) -> str:
    return str(int(number)) if number == int(number) else f"{number:g}"
