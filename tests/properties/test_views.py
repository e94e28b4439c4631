"""Every view of both journeys: payloads that differ in anything that was asked are never taken for each other."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from annotated_types import MaxLen
from hypothesis import given, settings
from hypothesis import strategies as st

from demo.compute.payloads import Payloads
from demo.endpoints import photo_figure, photo_view, sentence_figure, sentence_view
from demo.errors import VisitorError
from demo.query.parameters import OneOf, ParameterError
from demo.query.registry import FOR_THE_BROWSER, Naturals, Question, Views, parameters

JOURNEYS: dict[str, list[Views[Any, Any]]] = {
    "photo": [photo_view, photo_figure],
    "sentence": [sentence_view, sentence_figure],
}
ALL = [
    pytest.param(views, name, id=f"{journey}-{name}")
    for journey, both in JOURNEYS.items()
    for views in both
    for name in views
]
SUBJECT = {
    "photo": {"photo": st.text(), "model": st.text(), "size": st.integers(0, 999), "change": st.text()},
    "sentence": {
        **{word: st.text() for word in ("text", "model", "how", "change")},
        "prefix": st.lists(st.integers(0, 999), max_size=5).map(tuple),
    },
}


def as_words(values: dict[str, Any]) -> dict[str, str]:
    """Values as an address writes them; nothing for None."""

    def written(value: Any) -> str:
        if isinstance(value, tuple):
            return ",".join(map(str, value))
        return str(int(value)) if isinstance(value, bool) else str(value)

    return {name.removesuffix("_"): written(value) for name, value in values.items() if value is not None}


def asked(views: Views[Any, Any], name: str) -> dict[str, st.SearchStrategy[Any]]:
    """What may be asked of a view: of its look or sentence, and by its own signature."""
    journey = next(journey for journey, both in JOURNEYS.items() if any(of is views for of in both))
    own = parameters(views[name].function)
    return {**SUBJECT[journey], **{word: values_of(kind) for word, kind in own.items()}}


def values_of(kind: Any) -> st.SearchStrategy[Any]:
    """What a declared type admits; hypothesis knows all but the marks of this program."""
    [names] = [mark.names for mark in getattr(kind, "__metadata__", ()) if isinstance(mark, OneOf)] or [()]
    return st.sampled_from(names) if names else st.from_type(kind)


@pytest.mark.parametrize(("views", "name"), ALL)
@settings(max_examples=8)
@given(data=st.data())
def test_questions_that_differ_are_never_one(views: Views[Any, Any], name: str, data: st.DataObject) -> None:
    strategies = asked(views, name)
    values = data.draw(st.fixed_dictionaries(strategies))
    question = views.question(name, as_words(values))
    assert question == views.question(name, {**as_words(values), "v": "1", "request": "2"})
    for word, strategy in strategies.items():
        other = data.draw(strategy, label=word)
        if other != values[word]:
            changed = views.question(name, as_words({**values, word: other}))
            assert changed != question and len({changed, question}) == 2


@pytest.mark.parametrize(("views", "name"), ALL)
@settings(max_examples=3)
@given(data=st.data())
def test_what_a_view_was_not_asked_for_is_refused(views: Views[Any, Any], name: str, data: st.DataObject) -> None:
    strategies = asked(views, name)
    words = as_words(data.draw(st.fixed_dictionaries(strategies)))
    views.question(name, words)
    known = {*as_words(dict.fromkeys(strategies, "")), *FOR_THE_BROWSER}
    for invented in {"threshold", "layer_", "class", "layer", "part", data.draw(st.text())} - known:
        with pytest.raises(VisitorError, match="bad_request"):
            views.question(name, {**words, invented: "1"})


def test_questions_of_different_views_are_never_one() -> None:
    photo_query, text = {"size": "224", "photo": "a", "model": "b"}, {"text": "a"}
    same = [photo_view.question(name, photo_query) for name in ("depth", "embedding", "decision", "checks")]
    same += [sentence_view.question(name, text) for name in ("words", "steps", "tree", "radius")]
    same += [
        photo_view.question("number", {**photo_query, "name": "x"}),
        sentence_view.question("number", {"name": "x"}),
    ]
    assert len({*same}) == len(same)


# ---- planted views


def about(*, text: str = "") -> str:
    return text


@pytest.fixture
def views() -> Views[None, str]:
    return Views(about)


def test_a_planted_view_has_a_payload_for_every_value_and_sees_only_what_it_declares(views: Views[None, str]) -> None:
    seen: list[dict[str, Any]] = []

    @views("over")
    def over(owner: None, text: str, *, threshold: int, class_: int | None = None, near: bool = False) -> bytes:
        seen.append({**locals()})
        return f"{threshold} {class_} {near}".encode()

    payloads = Payloads()

    def body(**words: str) -> bytes:
        question: Question[None, str] = views.question("over", words)
        return bytes(payloads.answer(question, lambda: question.answer(None)).body)

    assert body(threshold="1") == b"1 None False" and body(threshold="2") == b"2 None False"
    assert body(threshold="2", **{"class": "1"}) == b"2 1 False"
    assert body(threshold="1", near="1", v="9") == b"1 None True"
    assert body(threshold="1", near="0") == b"1 None False"
    with pytest.raises(ParameterError):
        body(threshold="01")
    assert len(seen) == 4
    assert all(set(one) == {"owner", "text", "threshold", "class_", "near", "seen"} for one in seen)


@pytest.mark.parametrize(
    "words",
    [
        {},
        {"number": ""},
        {"number": "-1"},
        {"number": "1.0"},
        {"number": "1000000"},
        {"number": "1", "maybe": ""},
        {"number": "1", "index": "1,2,3,4"},
        {"number": "1", "index": "1,"},
        {"number": "1", "index": "1,x"},
        {"number": "1", "near": "true"},
        {"number": "1", "near": ""},
        {"number": "1", "name": "x" * 5001},
        {"number": "1", "what": "1"},
        {"number": "1", "self": "1"},
    ],
)
def test_what_is_missing_or_malformed_is_refused(views: Views[None, str], words: dict[str, str]) -> None:
    @views("any")
    def any_kind(
        owner: None,
        text: str,
        *,
        number: int,
        maybe: int | None = None,
        index: Annotated[Naturals, MaxLen(3)] = (),
        near: bool = False,
        name: str = "",
    ) -> bytes:
        return repr((number, maybe, index, near, name)).encode()

    good = {"number": "12", "maybe": "0", "index": "1,2,3", "near": "1", "name": "x" * 5000}
    assert views.question("any", good).answer(None) == repr((12, 0, (1, 2, 3), True, "x" * 5000)).encode()
    assert views.question("any", {"number": "1", "index": ""}).answer(None) == b"(1, None, (), False, '')"
    with pytest.raises(VisitorError):
        views.question("any", words)


def test_a_view_that_could_read_more_than_it_says_is_not_registered(views: Views[None, str]) -> None:
    with pytest.raises(TypeError, match="name what it may be asked"):

        @views("all")
        def everything(owner: None, text: str, **words: str) -> bytes:
            return b""

    for taken in ("request", "text"):
        with pytest.raises(ValueError, match=taken):
            exec(f"def view(owner, subject, *, {taken}: str) -> bytes: ...\nviews('again')(view)", {"views": views})
    views("once")(lambda owner, text: b"")
    with pytest.raises(ValueError, match="taken"):
        views("once")(lambda owner, text: b"")
    assert [*views] == ["once"]
