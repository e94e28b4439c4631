"""Whatever a program sends to a named endpoint is taken as it is or refused, by a sentence that says what is taken."""

from __future__ import annotations

import asyncio
import math
from typing import Any

import gradio as gr
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from demo.app import build_app
from demo.endpoints import photo_view, sentence_view
from demo.errors import VisitorError
from demo.query.parameters import check, schemas
from demo.query.registry import Views
from demo.services import Services

APP = build_app(Services())
ENDPOINTS = {fn.api_name: fn for fn in APP.fns.values() if hasattr(fn.fn, "parameters")}
EACH = [(endpoint, name) for endpoint, fn in ENDPOINTS.items() for name in fn.fn.parameters.model_fields]
# One call of each that is right, by place.
RIGHT = {
    "classify": ["example:cc0_pizza.jpg", "vit-s14-everyday", 0, 5],
    "attention": ["example:cc0_pizza.jpg", 0, "vit-s14-everyday", 0],
    "translate": ["Der Hund schläft.", "marian-s-de-en", 4, 0.6],
}
# What each takes, as its documentation says; by hand, so that a range cannot change unnoticed.
TAKES = {
    "image": "image takes an uploaded picture file (",
    "model": "model takes one of ",
    "size": "size takes a whole number of at least 0",
    "top": "top takes a whole number from 1 to 100000",
    "layer": "layer takes a whole number of at least 0",
    "text": "text takes a text of 1 to 600 characters",
    "beam": "beam takes a whole number from 1 to 8",
    "length_penalty": "length_penalty takes a number from 0 to 5",
}
SENT = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-20, 20)
    | st.floats()
    | st.floats(-20, 20)
    | st.sampled_from([10**400, -(10**400), math.nan, math.inf, -0.0])
    | st.text(max_size=700)
    | st.text(alphabet=st.characters(categories=["Cs"]), min_size=1, max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=5,
)


def is_taken(name: str, value: Any) -> bool:
    """Whether a value is of the parameter's type and in its range, said anew here."""
    if name == "image":
        return False  # by chance; what names a picture is tried in tests/demo/test_api.py
    if name == "model":
        return value in ("vit-s14-everyday", "marian-s-de-en")
    if name == "text":
        well_formed = isinstance(value, str) and not any(0xD800 <= ord(sign) < 0xE000 for sign in value)
        return well_formed and 1 <= len(value) <= 600
    if name == "length_penalty":
        return type(value) in (int, float) and 0 <= value <= 5
    least, most = {"size": (0, math.inf), "layer": (0, math.inf), "top": (1, 100_000), "beam": (1, 8)}[name]
    return type(value) is int and least <= value <= most


def checked(endpoint: str, inputs: list[Any]) -> BaseModel:
    parameters = ENDPOINTS[endpoint].fn.parameters
    return check(parameters, dict(zip(parameters.model_fields, inputs, strict=True)))


def refusal(endpoint: str, inputs: list[Any]) -> str:
    with pytest.raises(gr.Error) as refused:
        asyncio.run(APP.preprocess_data(ENDPOINTS[endpoint], inputs, None))
    assert not refused.value.print_exception
    return str(refused.value.message)


def test_every_parameter_of_every_endpoint_is_tried_here() -> None:
    assert set(ENDPOINTS) == set(RIGHT)
    assert {name for _, name in EACH} == set(TAKES)
    for endpoint, inputs in RIGHT.items():
        assert list(dict(checked(endpoint, inputs)).values()) == inputs


@pytest.mark.parametrize(("endpoint", "name"), EACH)
@settings(max_examples=30)
@given(value=SENT)
@example(10**400)
@example(-(10**400))
@example(math.nan)
@example(math.inf)
@example(-0.0)
@example(0)
@example(20)
@example(5.0)
@example("x" * 601)
@example("a\ud800")
@example({"path": "x"})
@example(None)
@example([])
@example(True)
@example(2.9)
@example("4")
@example(-1)
def test_a_value_is_taken_as_it_is_or_refused_by_name_and_range(endpoint: str, name: str, value: Any) -> None:
    inputs = list(RIGHT[endpoint])
    inputs[list(ENDPOINTS[endpoint].fn.parameters.model_fields).index(name)] = value
    if is_taken(name, value):
        assert getattr(checked(endpoint, inputs), name) == value
    else:
        told = refusal(endpoint, inputs)
        assert told.startswith(TAKES[name]), told
        assert len(told) < 1200 and "\n" not in told
        assert told.encode("utf-8")


@pytest.mark.parametrize(("endpoint", "name"), EACH)
def test_the_documentation_says_what_is_checked(endpoint: str, name: str) -> None:
    """The same schema that refuses is what OpenAPI and clients are told."""
    documented = APP.get_api_info()["named_endpoints"][f"/{endpoint}"]["parameters"]
    told = next(one for one in documented if one["parameter_name"] == name)
    declared = schemas(ENDPOINTS[endpoint].fn.parameters)[name]
    assert told["parameter_has_default"] == ("default" in declared)
    assert told["parameter_default"] == declared.get("default")
    assert {key: told["type"].get(key) for key in declared if key != "description"} == {
        key: value for key, value in declared.items() if key != "description"
    }
    assert declared["description"] in told["type"]["description"]


WORDS = [
    pytest.param(views, view, word, id=f"{journey}-{view}-{word}")
    for journey, views in (("photo", photo_view), ("sentence", sentence_view))
    for view in views
    for word, schema in schemas(views[view].parser).items()
    if "enum" in schema or "string" not in str(schema)
]
WRONG = ("-1", "1.5", "None", "NaN", "true", "[1]", "9" * 30, "9" * 4000, "\ud800")
SUBJECT = {"photo": "example:x", "model": "m", "size": "32"}


@pytest.mark.parametrize(("views", "view", "word"), WORDS)
@settings(max_examples=5)
@given(random=st.from_regex(r"[^0-9]+"))
def test_a_wrong_word_of_an_address_is_named(views: Views[Any, Any], view: str, word: str, random: str) -> None:
    right = {name: _right(schema) for name, schema in schemas(views[view].parser).items()}
    subject = SUBJECT if views is photo_view else {"text": "Hund"}
    views.question(view, {**subject, **right})
    taken = [*map(str, schemas(views[view].parser)[word].get("enum", []))]
    for text in (*WRONG, random):
        if text in taken:
            continue
        with pytest.raises(VisitorError) as refused:
            views.question(view, {**subject, **right, word: text})
        assert refused.value.code == "bad_request"
        assert refused.value.params["parameter"] == word and refused.value.params["takes"]


def _right(schema: dict[str, Any]) -> str:
    return str(schema["enum"][0]) if "enum" in schema else "1"
