"""The OpenAPI document says what is checked: for every route of the page's own and every named endpoint."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from demo import __version__
from demo.endpoints import photo_figure, photo_view, sentence_figure, sentence_view
from demo.query.parameters import schemas
from demo.serving.headers import FIELDS

# What each plain route may be asked, by hand, so that none is forgotten.
PLAIN = {
    "texts": ["lang"], "tours": ["lang"],
    "boot": [], "photo": [], "picture/read": ["photo", "model", "size", "change"],
    "picture/seen": ["photo", "model", "size", "change"], "picture/thumb": ["photo"],
    "picture/whole": ["photo"], "labels": ["model"], "progress": ["request"], "cancel": ["request"],
    "facts": ["photo", "model", "size", "change", "request"], "models": [], "reach": [],
    "notebook.ipynb": ["photo", "model", "size", "change", "layer", "head", "query", "screen", "lang"],
    "sentence/notebook.ipynb": [
        "text", "model", "how", "prefix", "change", "part", "layer", "head", "word", "screen", "lang"
    ],
    "page.html": [], "link": [], "qr": ["link"], "room": [],
    "rooms/open": [], "rooms/look": [], "rooms/vote": [], "rooms/show": [], "rooms/ask": [], "rooms/reveal": [],
    "rooms/end": [],
    "sentence/facts": ["text", "model", "how", "prefix", "change", "request"], "quality-by-length.tsv": [],
}  # fmt: skip
JOURNEYS: dict[str, Any] = {
    "view": photo_view,
    "sentence/view": sentence_view,
    "figure": photo_figure,
    "sentence/figure": sentence_figure,
}
ENDPOINTS = {"classify", "attention", "translate"}


@pytest.fixture(scope="module")
def told(http: httpx.Client) -> dict[str, Any]:
    answer = http.get("microscope/openapi.json")
    assert answer.status_code == 200
    return answer.json()


def words(told: dict[str, Any], path: str) -> dict[str, dict[str, Any]]:
    [operation] = told["paths"][f"/microscope/{path}"].values()
    return {one["name"]: one for one in operation["parameters"]}


def test_every_route_and_view_and_endpoint_is_there(told: dict[str, Any]) -> None:
    views = {f"{journey}/{name}" for journey, of in JOURNEYS.items() for name in of}
    calls = {f"/gradio_api/call/v2/{name}" for name in ENDPOINTS}
    answers = {f"/gradio_api/call/{name}/{{event_id}}" for name in ENDPOINTS}
    assert set(told["paths"]) == {f"/microscope/{path}" for path in {*PLAIN, *views}} | calls | answers | {
        "/gradio_api/upload"
    }
    operations = [one for path in told["paths"].values() for one in path.values()]
    assert all(one["summary"] for one in operations)
    assert len({one["operationId"] for one in operations}) == len(operations)


@pytest.mark.parametrize("path", PLAIN)
def test_a_plain_route_tells_its_words(path: str, told: dict[str, Any]) -> None:
    assert list(words(told, path)) == PLAIN[path]


@pytest.mark.parametrize(("journey", "views"), JOURNEYS.items())
def test_a_view_tells_its_words_and_their_ranges(journey: str, views: Any, told: dict[str, Any]) -> None:
    for name, view in views.items():
        there = words(told, f"{journey}/{name}")
        assert set(there) == views.subject_parameters | set(schemas(view.parser)), name
    layer = words(told, "view/layer")["layer"]
    assert layer["required"] and layer["schema"] == {"type": "integer", "minimum": 0, "maximum": 999_999}
    assert layer["description"] == "a whole number from 0 to 999999"


def test_a_view_takes_what_is_told_and_refuses_by_its_name(told: dict[str, Any], http: httpx.Client) -> None:
    photo_query = {"photo": "example:cc0_pizza.jpg", "model": "tiny", "size": "32"}
    needed = [name for name, one in words(told, "view/layer").items() if one["required"]]
    assert needed == ["size", "layer"]
    assert http.get("microscope/view/layer", params={**photo_query, "layer": "0"}).status_code == 200
    refused = http.get("microscope/view/layer", params={**photo_query, "layer": "-1"})
    takes = words(told, "view/layer")["layer"]["description"]
    assert refused.status_code == 400
    assert refused.json()["params"] == {"parameter": "layer", "takes": takes, "found": '"-1"'}
    assert "400" in told["paths"]["/microscope/view/layer"]["get"]["responses"]


def test_an_endpoint_tells_its_ranges(told: dict[str, Any]) -> None:
    [operation] = told["paths"]["/gradio_api/call/v2/translate"].values()
    body = operation["requestBody"]["content"]["application/json"]["schema"]
    assert body["required"] == ["text"] and not body["additionalProperties"]
    beam = body["properties"]["beam"]
    assert {**beam, "description": ""} == {
        "type": "integer", "minimum": 1, "maximum": 8, "default": 4, "description": ""
    }  # fmt: skip
    assert beam["description"].endswith("a whole number from 1 to 8")


def test_the_version_is_told_there_and_with_every_answer(told: dict[str, Any], http: httpx.Client) -> None:
    assert told["openapi"] == "3.1.0" and told["info"]["version"] == __version__
    for path in ("microscope/boot", "nothing"):  # Public's middleware stands before everything
        assert FIELDS["X-Microscope-Version"] == http.get(path).headers["X-Microscope-Version"] == __version__
