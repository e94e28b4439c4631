"""The data plane: bytes that decode to the trace's own numbers, and a code for everything that cannot be answered."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image
from safetensors import safe_open
from starlette.applications import Starlette
from starlette.testclient import TestClient

from demo import routes
from demo.compute import payloads
from demo.endpoints import photo_view
from demo.errors import VisitorError
from demo.page import reachable_hosts
from demo.page.gallery import ASSETS
from demo.page.head import ASSETS_VERSION, STATIC
from demo.page.texts import LANGUAGES, sentence
from demo.photo import picture_file
from demo.photo.facts import photo_facts
from demo.photo.query import DEFAULT_MODEL, FIRST, PhotoQuery
from demo.photo.views import attention
from demo.query.orders import write_order
from demo.routes import data_plane
from demo.sentence.facts import sentence_facts
from demo.services import Services
from tests.support.payload import close_to_weights, unpacked
from tests.support.pictures import as_file, picture
from vit_core.analysis import attention_distance, attention_entropy, embedding_filters, rollout, sinks, token_parts
from vit_core.analysis.checks import run_checks
from vit_core.positions import sinusoidal_table

LAYER_BYTES = 600_000


@pytest.fixture
def client(services: Services) -> TestClient:
    return TestClient(Starlette(routes=[data_plane(services)]))


@pytest.fixture(scope="module")
def bundled_client(bundled: Services) -> Iterator[TestClient]:
    yield TestClient(Starlette(routes=[data_plane(bundled)]))


@pytest.fixture
def photo_query(services: Services) -> PhotoQuery:
    return PhotoQuery(services.photos.add_photo(as_file(picture(1))), "tiny", 32)


def asked(photo_query: PhotoQuery, **more: Any) -> dict[str, Any]:
    return {"photo": photo_query.photo, "model": photo_query.model, "size": photo_query.size, **more}


def refused(response: Any, code: str, status: int = 400) -> None:
    assert (response.status_code, response.json()["error"]) == (status, code)
    for language in LANGUAGES:
        told = sentence(language, VisitorError(code, **response.json()["params"]))
        assert "{" not in told and told != sentence(language, VisitorError("other"))


# ---- numbers


def check_layer(arrays: dict[str, np.ndarray], facts: dict[str, Any], trace: Any, model: Any) -> None:
    close_to_weights(arrays["pattern"], trace.pattern(1).numpy())
    assert_allclose(arrays["pattern"].astype(float).sum(-1), 1, atol=17 * 5e-5)
    assert facts == {"layer": 1}


def check_glance(arrays: dict[str, np.ndarray], facts: dict[str, Any], trace: Any, model: Any) -> None:
    close_to_weights(arrays["pattern"], trace.pattern(1)[:, 2])


def check_atlas(arrays: dict[str, np.ndarray], facts: dict[str, Any], trace: Any, model: Any) -> None:
    patches = np.stack([trace.pattern(i).numpy()[:, :, 1:] for i in range(2)])  # 4x4 patches are few: no pooling
    peak = patches.max(-1)
    assert_allclose(arrays["peak"], peak, rtol=2.0**-11)
    shown = (arrays["levels"] / 255.0) ** 2 * peak[..., None]
    assert_allclose(shown, patches, atol=peak.max() / 255)
    assert facts == {"cells": [4, 4], "query": None}


def check_depth(arrays: dict[str, np.ndarray], facts: dict[str, Any], trace: Any, model: Any) -> None:
    assert_array_equal(arrays["distance"], attention_distance(trace))
    assert_array_equal(arrays["entropy"], attention_entropy(trace))
    assert_array_equal(arrays["is_sink"], sinks(trace).is_sink)
    close_to_weights(arrays["rollout"], rollout(trace).numpy())


def check_embedding(arrays: dict[str, np.ndarray], facts: dict[str, Any], trace: Any, model: Any) -> None:
    assert_allclose(arrays["tokens"], trace["tokens"], rtol=2.0**-10)
    parts = token_parts(trace, model.model)
    assert_allclose(arrays["content"], parts.content, rtol=2.0**-10)
    assert_array_equal(arrays["pixels"], model.preprocess.at(32).undo(trace.pixels))
    for length, part in zip(arrays["lengths"], (parts.content, parts.position, trace["tokens"]), strict=True):
        assert_allclose(length, part.norm(dim=1), rtol=1e-5)


def check_filters(arrays: dict[str, np.ndarray], facts: dict[str, Any], trace: Any, model: Any) -> None:
    assert_allclose(arrays["shares"], embedding_filters(model.model).shares, rtol=1e-5)
    assert arrays["filters"].shape[1:] == (8, 8, 3)


def check_products(arrays: dict[str, np.ndarray], facts: dict[str, Any], trace: Any, model: Any) -> None:
    assert_allclose(arrays["products"].sum(dtype=float) + facts["bias"], trace["patches"][5, 7], atol=1e-5)
    assert_allclose(facts["value"], trace["patches"][5, 7], atol=1e-6)


def check_decision(arrays: dict[str, np.ndarray], facts: dict[str, Any], trace: Any, model: Any) -> None:
    assert_array_equal(arrays["logits"], trace.logits)
    assert_array_equal(arrays["probabilities"], trace.probabilities)
    assert arrays["order"][0] == trace.logits.argmax()


def check_logit_terms(arrays: dict[str, np.ndarray], facts: dict[str, Any], trace: Any, model: Any) -> None:
    assert_allclose(arrays["terms"].sum(dtype=float) + facts["bias"], trace.logits[4], atol=1e-5)


def check_similarity(arrays: dict[str, np.ndarray], facts: dict[str, Any], trace: Any, model: Any) -> None:
    table = model.model.pos_embed.detach()[0, 1:].double()
    lengths = table.norm(dim=1)
    close_to_weights(arrays["similarity"], table @ table.T / torch.outer(lengths, lengths))
    assert facts == {"rows": 4, "cols": 4, "step": 1, "native": 4, "rule": model.model.config.position_resample}


def check_tables(arrays: dict[str, np.ndarray], facts: dict[str, Any], trace: Any, model: Any) -> None:
    assert_array_equal(arrays["learned"], model.model.pos_embed.detach()[0, 1:])
    assert_array_equal(arrays["sinusoidal"], sinusoidal_table(16, 48))
    for name in ("learned", "sinusoidal"):
        assert arrays[f"{name}_by_offset"].shape == (16,)
        assert_allclose(arrays[f"{name}_by_offset"][0], 1, atol=1e-6)


def check_moved(arrays: dict[str, np.ndarray], facts: dict[str, Any], trace: Any, model: Any) -> None:
    assert_array_equal(arrays["probabilities"], trace.probabilities)
    for layer in range(2):
        close_to_weights(arrays["on_board"][layer], trace.pattern(layer)[:, 6].numpy())
        close_to_weights(arrays["at_home"][layer], trace.pattern(layer)[:, 6].numpy())
    assert facts == {"query": 6, "home": 6, "numbers": 0}


def check_number(arrays: dict[str, np.ndarray], facts: dict[str, Any], trace: Any, model: Any) -> None:
    assert_allclose(facts["value"], trace["blocks.1.attn.q"][2, 7, 3], atol=1e-6)
    total = (arrays["a"].astype(float) * arrays["b"]).sum() + facts["numbers"]["bias"]
    assert_allclose(total, facts["value"], atol=1e-5)
    assert facts["sources"]["a"] == {"name": "blocks.1.ln1", "start": [7, 0], "run": [1, 48]}


def check_row(arrays: dict[str, np.ndarray], facts: dict[str, Any], trace: Any, model: Any) -> None:
    assert_allclose(arrays["weights"], trace.pattern(1, 2)[4], atol=1e-6)
    assert_allclose(arrays["k"] @ arrays["q"] / facts["divisor"], arrays["scores"], atol=1e-5)
    assert_allclose(arrays["exponentials"] / facts["sum_exp"], arrays["weights"], atol=1e-6)
    assert_allclose(arrays["weights"] @ arrays["v"], arrays["z"], atol=1e-5)


def check_checks(arrays: dict[str, np.ndarray], facts: dict[str, Any], trace: Any, model: Any) -> None:
    assert {row["name"] for row in facts["checks"]} == set(arrays)
    for row, found in zip(facts["checks"], run_checks(model, trace), strict=True):
        assert_array_equal(arrays[row["name"]], found.deviations)
        assert (row["worst"], row["holds"]) == (found.worst, True)
    assert [(one["library"], one["holds"]) for one in facts["references"]] == [("torchvision", True), ("timm", True)]


def check_block(arrays: dict[str, np.ndarray], facts: dict[str, Any], trace: Any, model: Any) -> None:
    assert_array_equal(arrays["x"], trace.resid(1, "pre")[4])
    assert_array_equal(arrays["q"], trace.at(1, "attn.q")[:, 4])
    assert_allclose(arrays["pattern"], trace.pattern(1)[:, 4], atol=1e-6)
    assert_allclose(arrays["out"], trace.resid(1, "post")[4], atol=1e-5)
    assert (facts["layer"], facts["query"], facts["off"]) == (1, 4, [])


def check_contributions(arrays: dict[str, np.ndarray], facts: dict[str, Any], trace: Any, model: Any) -> None:
    added = trace.resid(1, "mid") - trace.resid(1, "pre")
    assert_allclose(arrays["attention"][1], added.norm(dim=-1), atol=1e-5)
    assert_allclose(arrays["stream"][2], trace.resid(1, "post").norm(dim=-1), atol=1e-5)


def check_notes(arrays: dict[str, np.ndarray], facts: dict[str, Any], trace: Any, model: Any) -> None:
    assert_array_equal(arrays["tokens"], trace["tokens"])
    assert_allclose(arrays["content"] + arrays["position"], trace["tokens"], atol=1e-6)
    assert_array_equal(arrays["logits"], trace.logits)


def check_notes_layer(arrays: dict[str, np.ndarray], facts: dict[str, Any], trace: Any, model: Any) -> None:
    assert_array_equal(arrays["x"], trace.resid(1, "pre"))
    assert_allclose(arrays["pattern"], trace.pattern(1), atol=1e-6)
    assert_allclose(arrays["out"], trace.resid(1, "post"), atol=1e-5)


def check_head_matrix(arrays: dict[str, np.ndarray], facts: dict[str, Any], trace: Any, model: Any) -> None:
    block = model.model.blocks[1]
    with torch.no_grad():
        read = block.norm1(trace.resid(1, "pre"))
    made = read @ torch.from_numpy(arrays["weights"]).T + block.attn.v.bias.detach().unflatten(0, (-1, 16))[2]
    assert_allclose(made, trace.at(1, "attn.v")[2], atol=1e-5)


def check_class_by_layer(arrays: dict[str, np.ndarray], facts: dict[str, Any], trace: Any, model: Any) -> None:
    assert len(arrays["probabilities"]) in (0, 3)
    assert_array_equal(arrays["probabilities"][-1:].ravel(), trace.probabilities)


CHECKS: dict[str, tuple[dict[str, Any], Callable[..., None]]] = {
    "layer": ({"layer": 1}, check_layer),
    "glance": ({"layer": 1, "query": 2}, check_glance),
    "atlas": ({}, check_atlas),
    "depth": ({}, check_depth),
    "embedding": ({}, check_embedding),
    "filters": ({}, check_filters),
    "products": ({"patch": 5, "unit": 7}, check_products),
    "number": ({"name": "blocks.1.attn.q", "index": "2,7,3"}, check_number),
    "row": ({"layer": 1, "head": 2, "query": 4}, check_row),
    "block": ({"layer": 1, "query": 4}, check_block),
    "contributions": ({}, check_contributions),
    "decision": ({}, check_decision),
    "checks": ({}, check_checks),
    "logit_terms": ({"class": 4}, check_logit_terms),
    "similarity": ({}, check_similarity),
    "tables": ({}, check_tables),
    "moved": ({"query": 6}, check_moved),
    "head_matrix": ({"layer": 1, "head": 2, "which": "v"}, check_head_matrix),
    "class_by_layer": ({}, check_class_by_layer),
    "notes": ({}, check_notes),
    "notes_layer": ({"layer": 1}, check_notes_layer),
}


def test_every_view_is_checked_below() -> None:
    assert set(CHECKS) == set(photo_view)


@pytest.mark.parametrize("view", list(CHECKS))
def test_a_view_is_the_traces_own_numbers(
    view: str, client: TestClient, services: Services, photo_query: PhotoQuery
) -> None:
    more, check = CHECKS[view]
    response = client.get(f"/microscope/view/{view}", params=asked(photo_query, **more))
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/octet-stream"
    check(*unpacked(response.content), services.photos.trace(photo_query), services.photos.model("tiny"))


def test_a_view_travels_compressed_and_may_be_kept_by_the_visitor_alone(
    client: TestClient, photo_query: PhotoQuery
) -> None:
    url = "/microscope/view/layer"
    with client.stream("GET", url, params=asked(photo_query, layer=0)) as response:
        packed = b"".join(response.iter_raw())
    assert response.headers["content-encoding"] == "gzip"
    assert response.headers["cache-control"] == "private, max-age=3600"
    assert int(response.headers["content-length"]) == len(packed)
    assert gzip.decompress(packed) == client.get(url, params=asked(photo_query, layer=0)).content


def test_another_reader_of_safetensors_agrees(client: TestClient, photo_query: PhotoQuery, tmp_path: Any) -> None:
    (tmp_path / "view").write_bytes(client.get("/microscope/view/decision", params=asked(photo_query)).content)
    with safe_open(tmp_path / "view", "np") as file:
        assert file.get_tensor("logits").shape == (7,)


PLACES = [(view, name) for view, (asks, _) in CHECKS.items() for name, value in asks.items() if isinstance(value, int)]


@pytest.mark.parametrize(("view", "place"), PLACES)
def test_a_place_that_a_look_does_not_have_is_named_with_those_that_it_has(
    view: str, place: str, client: TestClient, photo_query: PhotoQuery
) -> None:
    told = client.get(f"/microscope/view/{view}", params=asked(photo_query, **{**CHECKS[view][0], place: 9999}))
    refused(told, "bad_request")
    assert re.fullmatch(rf"{place} takes a whole number from 0 to \d+, not 9999", told.json()["params"]["reason"])


@pytest.mark.parametrize(
    ("asks", "told"),
    [
        ({"index": "2,17,3"}, "blocks.1.attn.q takes 3 whole numbers from 0, each below that of 3,17,16, not 2,17,3"),
        ({"index": "2"}, "blocks.1.attn.q takes 3 whole numbers from 0, each below that of 3,17,16, not 2"),
        ({"name": "nothing"}, "nothing is not in this trace"),
    ],
)
def test_a_number_that_there_is_not_is_named_plainly(
    asks: Any, told: str, client: TestClient, photo_query: PhotoQuery
) -> None:
    answer = client.get("/microscope/view/number", params=asked(photo_query, **{**CHECKS["number"][0], **asks}))
    refused(answer, "bad_request")
    assert answer.json()["params"]["reason"].startswith(told)


@pytest.mark.parametrize("view", list(CHECKS))
def test_a_view_of_a_model_that_answers_with_numbers_is_there(
    view: str, client: TestClient, photo_query: PhotoQuery
) -> None:
    subject = PhotoQuery(photo_query.photo, "numbers", 32)
    arrays, _ = unpacked(client.get(f"/microscope/view/{view}", params=asked(subject, **CHECKS[view][0])).content)
    assert arrays.get("probabilities", np.zeros(0)).size == 0


def test_the_facts_of_a_model_that_answers_with_numbers_name_no_class(
    client: TestClient, photo_query: PhotoQuery
) -> None:
    facts = client.get("/microscope/facts", params=asked(PhotoQuery(photo_query.photo, "numbers", 0))).json()
    assert (facts["classes"], facts["numbers"], facts["each"], facts["notes"]) == (0, 7, False, ["numbers"])
    plain = client.get("/microscope/facts", params=asked(photo_query)).json()
    assert (plain["classes"], plain["numbers"]) == (7, 0)


@pytest.mark.parametrize("view", list(CHECKS))
def test_a_view_of_a_model_without_classes_is_there_or_refused(
    view: str, client: TestClient, photo_query: PhotoQuery
) -> None:
    response = client.get(
        f"/microscope/view/{view}", params=asked(PhotoQuery(photo_query.photo, "headless", 32), **CHECKS[view][0])
    )
    if view == "logit_terms":
        refused(response, "bad_request")
    else:
        unpacked(response.content)


GALLERY_SAMPLE = ["cc0_cat_tabby.jpg", "cc0_street_taxis.jpg", "ccby_bridge.jpg", "pd_astronaut.jpg"]


@pytest.mark.slow
@pytest.mark.parametrize("file", GALLERY_SAMPLE)
def test_every_layer_is_light_enough_to_travel(file: str, bundled_client: TestClient, bundled: Services) -> None:
    photo_query = PhotoQuery(f"example:{file}", DEFAULT_MODEL, 224)
    sizes = []
    for layer in range(12):
        response = bundled_client.get("/microscope/view/layer", params=asked(photo_query, layer=layer))
        sizes.append(int(response.headers["content-length"]))
        if layer in (0, 7):
            close_to_weights(
                unpacked(response.content)[0]["pattern"], bundled.photos.trace(photo_query).pattern(layer).numpy()
            )
    assert max(sizes) <= LAYER_BYTES, sizes


def test_a_payload_is_made_once_and_what_a_view_does_not_declare_is_refused(
    client: TestClient, photo_query: PhotoQuery, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    depth = attention.depth
    monkeypatch.setattr(attention, "depth", lambda trace: made.append(1) or depth(trace))
    for more in ({}, {}, {"v": "1-2"}, {"v": "1-3", "request": 7}, {"change": ""}):
        assert client.get("/microscope/view/depth", params=asked(photo_query, **more)).status_code == 200
    for undeclared in ({"invented": 1}, {"layer": 1}, {"SIZE": 24}, {"class_": 1}):
        refused(client.get("/microscope/view/depth", params=asked(photo_query, **undeclared)), "bad_request")
    refused(client.get("/microscope/view/logit_terms", params=asked(photo_query, class_=1)), "bad_request")
    assert len(made) == 1
    client.get("/microscope/view/depth", params=asked(PhotoQuery(photo_query.photo, "tiny", 24)))
    assert len(made) == 2


@pytest.mark.parametrize(
    ("view", "fixed", "word"),
    [
        ("layer", {}, "layer"),
        ("atlas", {}, "query"),
        ("glance", {"query": 3}, "layer"),
        ("glance", {"layer": 1}, "query"),
        ("block", {"query": 3}, "layer"),
        ("block", {"layer": 1}, "query"),
        ("products", {"unit": 0}, "patch"),
        ("products", {"patch": 0}, "unit"),
        ("logit_terms", {}, "class"),
        ("moved", {}, "query"),
    ],
)
def test_what_was_asked_tells_payloads_apart(
    view: str, fixed: dict[str, int], word: str, client: TestClient, photo_query: PhotoQuery
) -> None:
    answers = [
        client.get(f"/microscope/view/{view}", params=asked(photo_query, **fixed, **{word: n})) for n in (0, 1, 0)
    ]
    assert answers[0].content == answers[2].content != answers[1].content


def test_a_jigsaw_is_compared_with_the_same_pass_in_order(
    client: TestClient, services: Services, photo_query: PhotoQuery
) -> None:
    order = [3, 0, 1, 2, *range(4, 16)]
    change = f"position:off;order:{write_order(order)}"
    response = client.get("/microscope/view/moved", params=asked(photo_query, query=1, change=change))
    arrays, facts = unpacked(response.content)
    assert facts == {"query": 1, "home": 4, "numbers": 0}  # CLS stands before the patches
    board, plain = (services.photos.trace(replace(photo_query, change=it)) for it in (change, "position:off"))
    assert_array_equal(arrays["probabilities"], board.probabilities)
    assert_allclose(board.probabilities, plain.probabilities, atol=1e-5)
    for layer in range(2):
        close_to_weights(arrays["on_board"][layer], board.pattern(layer)[:, 1].numpy())
        close_to_weights(arrays["at_home"][layer], plain.pattern(layer)[:, 4].numpy())
    cls = unpacked(client.get("/microscope/view/moved", params=asked(photo_query, query=0, change=change)).content)[1]
    assert cls == {"query": 0, "home": 0, "numbers": 0}


def test_similarity_of_the_grid_as_trained_is_the_same_at_every_size(
    client: TestClient, photo_query: PhotoQuery
) -> None:
    def at(size: int, **more: Any) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        return unpacked(
            client.get("/microscope/view/similarity", params=asked(PhotoQuery("", "tiny", size), **more)).content
        )

    trained, here = at(48, native=1), at(48)
    assert (trained[1]["rows"], here[1]["rows"]) == (4, 6)
    assert_array_equal(trained[0]["similarity"], at(32)[0]["similarity"])
    refused(
        client.get("/microscope/view/similarity", params=asked(PhotoQuery("", "tiny", 48), native=2)), "bad_request"
    )


# ---- what cannot be answered

NO_NUMBERS = ["", "-1", "08", "1e9", "abc", "1.0", " 1", "0x1", "٣", "1,2", "9999999", "None", "NaN"]


@pytest.mark.parametrize("number", NO_NUMBERS)
def test_what_is_no_number_is_refused(number: str, client: TestClient, photo_query: PhotoQuery) -> None:
    refused(client.get("/microscope/view/layer", params=asked(photo_query, layer=number)), "bad_request")
    refused(client.get("/microscope/view/layer", params={**asked(photo_query, layer=0), "size": number}), "bad_request")
    for view, words in [("products", {"patch": 0, "unit": 0}), ("logit_terms", {"class": 0}), ("atlas", {"query": 0})]:
        for word in words:
            params = asked(photo_query, **{**words, word: number})
            refused(client.get(f"/microscope/view/{view}", params=params), "bad_request")


@pytest.mark.parametrize(("route", "word"), [("facts", "foo"), ("sentence/facts", "strategy")])
def test_a_word_that_is_misspelt_is_refused(client: TestClient, route: str, word: str) -> None:
    """What it was to change would stay as usual, and nobody would be told."""
    said = {
        "facts": {"photo": FIRST.photo, "model": FIRST.model, "size": "224"},
        "sentence/facts": {"text": "Der Hund."},
    }[route]
    answer = client.get(f"/microscope/{route}", params={**said, word: "greedy"})
    assert answer.status_code == 400 and answer.json()["params"]["parameter"] == word
    assert answer.json()["params"]["takes"].startswith("nothing (the parameters are ")


@pytest.mark.parametrize(
    "route", ["view/layer", "picture/seen", "facts", "progress", "sentence/facts", "texts", "page.html"]
)
def test_a_word_that_is_there_twice_is_refused_by_name(route: str, client: TestClient, photo_query: PhotoQuery) -> None:
    """Of two values one would be taken in silence, also where both are the same."""
    for word, one, other in [("layer", "1", "0"), ("request", "7", "8"), ("lang", "ko", "ko")]:
        told = client.get(f"/microscope/{route}", params=[*asked(photo_query).items(), (word, one), (word, other)])
        refused(told, "bad_request")
        assert told.json()["params"] == {"parameter": word, "takes": "one value", "found": f'["{one}", "{other}"]'}


@pytest.mark.parametrize(
    ("view", "more"),
    [
        ("layer", {"layer": 2}),
        ("layer", {"layer": 99}),
        ("layer", {}),
        ("atlas", {"query": 17}),
        ("block", {"layer": 2, "query": 0}),
        ("block", {"layer": 0, "query": 17}),
        ("block", {"layer": 0, "query": 0, "change": "residual:off@3"}),
        ("block", {"layer": 0}),
        ("products", {"patch": 16, "unit": 0}),
        ("products", {"patch": 0, "unit": 48}),
        ("products", {"patch": 0}),
        ("logit_terms", {"class": 7}),
        ("logit_terms", {}),
        ("nothing", {}),
        ("__init__", {}),
    ],
)
def test_what_does_not_exist_is_refused(
    view: str, more: dict[str, int], client: TestClient, photo_query: PhotoQuery
) -> None:
    refused(client.get(f"/microscope/view/{view}", params=asked(photo_query, **more)), "bad_request")


def test_look_that_cannot_be(client: TestClient, photo_query: PhotoQuery) -> None:
    def ask(**changes: Any) -> Any:
        params = {key: value for key, value in {**asked(photo_query, layer=0), **changes}.items() if value is not None}
        return client.get("/microscope/view/layer", params=params)

    refused(ask(photo="gone"), "photo_gone", 410)
    refused(ask(photo=None), "photo_gone", 410)
    refused(ask(photo="example:../../app.py"), "photo_gone", 410)
    refused(ask(model="/etc/passwd"), "model_unknown")
    refused(ask(model=None), "model_unknown")
    refused(ask(model="<script>alert(1)</script>"), "model_unknown")
    refused(ask(size=33), "size_unknown")
    assert ask(size=33).json()["params"] == {"size": 33, "sizes": "24, 32, 48, 56"}
    refused(ask(size=0), "size_unknown")
    refused(ask(size=None), "bad_request")
    assert ask().status_code == 200


def test_addresses_that_are_none(client: TestClient) -> None:
    for path in ("", "/view", "/view/layer/0", "/photo/x", "/nothing", "/static", "/picture"):
        assert client.get(f"/microscope{path}").status_code in (404, 405)
    assert client.post("/microscope/view/layer").status_code == 405
    assert client.get("/microscope/photo").status_code == 405


# ---- photos


def test_a_photo_is_sent_named_and_shown(client: TestClient) -> None:
    answer = client.post("/microscope/photo", content=as_file(picture(2, (400, 300))))
    photo = answer.json()["photo"]
    for kind, size in [("thumb", (160, 120)), ("whole", (400, 300))]:
        response = client.get(f"/microscope/picture/{kind}", params={"photo": photo})
        assert response.headers["content-type"] == "image/jpeg"
        assert response.headers["cache-control"].startswith("private")
        assert Image.open(io.BytesIO(response.content)).size == size
    seen = client.get("/microscope/picture/seen", params={"photo": photo, "model": "tiny", "size": 32})
    side = round(300 * 32 / 36)
    assert Image.open(io.BytesIO(seen.content)).size == (side, side)
    read = client.get("/microscope/picture/read", params={"photo": photo, "model": "tiny", "size": 32})
    assert read.headers["content-type"] == "image/png"
    assert Image.open(io.BytesIO(read.content)).size == (22 * 32, 22 * 32)
    with pytest.MonkeyPatch.context() as patch:  # whoever asks for one of them again is sent what was made
        patch.setattr(Image.Image, "save", lambda *_, **__: pytest.fail("it was compressed once more"))
        again = [client.get(answer.url.path, params=answer.url.params) for answer in (response, seen, read)]
    assert [one.content for one in again] == [response.content, seen.content, read.content]
    refused(client.get("/microscope/picture/seen", params={"photo": photo}), "bad_request")
    refused(client.get("/microscope/picture/poster", params={"photo": photo}), "bad_request")
    refused(client.get("/microscope/picture/thumb", params={"photo": "gone"}), "photo_gone", 410)
    refused(client.get("/microscope/picture/thumb"), "photo_gone", 410)


@pytest.mark.parametrize(
    ("data", "code", "status"),
    [
        (b"", "photo_empty", 400),
        (b"words", "photo_not_a_picture", 400),
        (b"<svg></svg>", "photo_svg", 400),
        (bytes(picture_file.MAX_BYTES + 1), "photo_too_large", 413),
    ],
    ids=["empty", "words", "svg", "large"],
)
def test_what_is_no_photo_is_refused(data: bytes, code: str, status: int, client: TestClient) -> None:
    refused(client.post("/microscope/photo", content=data), code, status)


@pytest.mark.parametrize(("announced", "read"), [(None, 21), (23_000_000, 23), (21_000_000, 21)])
def test_a_body_that_is_too_long_is_read_as_far_as_was_announced(
    announced: int | None, read: int, services: Services
) -> None:
    """A proxy that is answered while it still sends tells its visitor of a bad gateway."""
    app = Starlette(routes=[data_plane(services)])
    received, sent = [], []

    async def receive() -> dict[str, Any]:
        received.append(1)
        assert len(received) < 100, "it goes on reading"
        return {"type": "http.request", "body": bytes(1_000_000), "more_body": True}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/microscope/photo", "query_string": b"", "root_path": ""}
    headers = [(b"content-length", str(announced).encode())] if announced else []
    asyncio.run(app({**scope, "headers": headers, "http_version": "1.1"}, receive, send))
    assert len(received) == read
    assert sent[0]["status"] == 413


def test_every_example_is_a_photo_with_a_thumbnail(bundled_client: TestClient, bundled: Services) -> None:
    assert len(bundled.photos.gallery) >= 20
    for item in bundled.photos.gallery:
        photo = bundled.photos.photo(f"example:{item.file}")
        assert min(photo.image.size) >= 224 and not photo.notes
        thumb = bundled_client.get("/microscope/picture/thumb", params={"photo": f"example:{item.file}"})
        assert Image.open(io.BytesIO(thumb.content)).format == "JPEG"
        assert len(thumb.content) < 20_000
        assert set(item.names) == set(LANGUAGES) and all(item.names.values())


# ---- the rest of what the page asks


def numbers_in(value: Any) -> Iterator[int]:
    """Lengths of all lists of numbers in a JSON value."""
    if isinstance(value, dict):
        for part in value.values():
            yield from numbers_in(part)
    elif isinstance(value, list):
        if value and all(isinstance(part, (int, float)) for part in value):
            yield len(value)
        for part in value:
            yield from numbers_in(part)


def test_the_page_starts_with_models_examples_and_a_finished_look(
    bundled_client: TestClient, bundled: Services
) -> None:
    response = bundled_client.get("/microscope/boot")
    boot = response.json()
    photo = {"models", "gallery", "first", "photo_kinds"}
    sentence = {"translators", "sentences", "first_sentence"}
    assert set(boot) == {"ramp", "version", "outer_page", "figures", *photo, *sentence}
    assert boot["figures"]["fig6"] == {"journey": "photo", "screens": ["attention"]}
    assert boot["models"][0] == {"name": DEFAULT_MODEL, "here": True, "bundled": True, "lent": False}
    assert {item["file"] for item in boot["gallery"]} == {item.file for item in bundled.photos.gallery}
    assert boot["first"] == json.loads(json.dumps(photo_facts(bundled.photos, FIRST)))
    assert (boot["first"]["tokens"], boot["first"]["layers"], boot["first"]["heads"]) == (257, 12, 6)
    first = bundled.sentences.first
    assert boot["first_sentence"] == json.loads(json.dumps(sentence_facts(bundled.sentences, first)))
    # Token ids are names and no measured numbers; they are as few as the words.
    ids = {key: boot["first_sentence"].pop(key) for key in ("source_ids", "target_ids")}
    assert max(map(len, ids.values())) < 30
    assert max(numbers_in(boot)) <= 8, "long lists of numbers do not travel as JSON"
    assert len(response.content) < 400_000


def test_class_names_come_in_every_language_there_is(bundled_client: TestClient, client: TestClient) -> None:
    names = bundled_client.get("/microscope/labels", params={"model": DEFAULT_MODEL}).json()
    assert {language: len(of) for language, of in names.items()} == {"en": 578, "ko": 578}
    assert client.get("/microscope/labels", params={"model": "headless"}).json() == {"en": []}
    refused(client.get("/microscope/labels", params={"model": "/etc"}), "model_unknown")
    refused(client.get("/microscope/labels"), "model_unknown")


def test_progress_is_told_by_request(client: TestClient, services: Services) -> None:
    services.progress.report("5", "layers", 3, 12)
    assert client.get("/microscope/progress?request=5").json() == {"stage": "layers", "done": 3, "total": 12}
    assert client.get("/microscope/progress?request=6").json() == {}
    assert client.get("/microscope/progress").json() == {}


def test_static_files_may_be_kept_for_ever(client: TestClient) -> None:
    files = [*(ASSETS / "js").rglob("*.js"), *(ASSETS / "css").rglob("*.css")]
    assert len(files) > 10
    for path in files:
        response = client.get(f"/{STATIC}/{path.relative_to(ASSETS).as_posix()}")
        assert response.content == path.read_bytes()
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
        kind = response.headers["content-type"].split(";")[0]
        # Gradio changes what this process calls a script; browsers run either.
        assert kind in ("text/javascript", "application/javascript", "text/css")
    assert client.get(f"/{STATIC}/js/nothing.js").status_code == 404
    assert "cache-control" not in client.get(f"/{STATIC}/js/nothing.js").headers
    old = f"/{STATIC}/js/core/wire.js".replace(ASSETS_VERSION, "0" * 12)
    assert client.get(old).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "../images/gallery.tsv",
        "..%2fimages%2fgallery.tsv",
        "%2e%2e/images/gallery.tsv",
        "%2e%2e%2fimages%2fgallery.tsv",
        "core/../../images/gallery.tsv",
        "..%5cimages%5cgallery.tsv",
        "..%2f..%2fapp.py",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "..%00/gallery.tsv",
        "",
        "core",
    ],
)
def test_static_files_end_at_their_folder(path: str, services: Services) -> None:
    """Asked below the client, which would tidy the path up before it is sent."""
    app = Starlette(routes=[data_plane(services)])
    status = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        status.append(message.get("status"))

    for text in {path, unquote(path)}:
        status.clear()
        scope = {"type": "http", "method": "GET", "path": f"/{STATIC}/js/{text}", "query_string": b"", "headers": []}
        asyncio.run(app({**scope, "root_path": "", "http_version": "1.1"}, receive, send))
        assert status[0] == 404


def test_the_payload_store_is_bounded(
    services: Services, photo_query: PhotoQuery, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores = []
    store = payloads.ByteStore

    def watched(budget: int) -> Any:
        stores.append(store(budget))
        return stores[-1]

    monkeypatch.setattr(payloads, "ByteStore", watched)
    client = TestClient(Starlette(routes=[data_plane(services, payloads.Payloads(20_000))]))
    for unit in range(40):
        client.get("/microscope/view/products", params=asked(photo_query, patch=3, unit=unit))
        assert 0 < stores[0].nbytes <= 20_000
    assert len(stores) == 1 and len(stores[0]) < 40


# ---- models: the list, who is reachable, a second look, giving up


def test_the_list_of_models_is_light_and_asks_nobody(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reachable_hosts, "reachable", lambda address: pytest.fail("another host was asked"))
    answer = client.get("/microscope/models")
    shown = {card["name"]: card for card in answer.json()["models"]}
    assert shown[DEFAULT_MODEL]["parameters"] == 21_842_114 and shown["tiny"]["here"]
    assert answer.json()["papers"][0]["name"] == "Transformer (base)"
    assert not list(numbers_in(answer.json())) and len(answer.content) < 40_000


def test_hosts_are_asked_only_when_the_page_wants_to_know(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    made = reachable_hosts.ReachableHosts(lambda address: bool(asked.append(address)))
    monkeypatch.setattr(routes, "ReachableHosts", lambda: made)
    client = TestClient(Starlette(routes=[data_plane(services)]))
    for path in ("boot", "models"):
        client.get(f"/microscope/{path}")
    assert not asked
    assert set(client.get("/microscope/reach").json().values()) == {"no"}
    assert len(asked) == len({*asked}) <= 2


def test_a_second_photo_query_is_the_first_looks_kind_of_facts(
    client: TestClient, services: Services, photo_query: PhotoQuery, bundled_client: TestClient
) -> None:
    answers = [
        client.get(
            "/microscope/facts", params=asked(PhotoQuery(photo_query.photo, "headless", 0), request=number)
        ).json()
        for number in ("7", "8")
    ]
    assert [answer.pop("now") for answer in answers] == [True, False], "what was kept was not computed now"
    for answer in answers:
        assert answer == json.loads(
            json.dumps(photo_facts(services.photos, PhotoQuery(photo_query.photo, "headless", 32)))
        )
    assert services.progress.of("7")["stage"] == "layers"
    refused(client.get("/microscope/facts", params=asked(PhotoQuery(photo_query.photo, "nobody", 0))), "model_unknown")
    refused(client.get("/microscope/facts", params=asked(PhotoQuery("gone", "tiny", 0))), "photo_gone", 410)
    refused(client.get("/microscope/facts", params=asked(PhotoQuery(photo_query.photo, "tiny", 33))), "size_unknown")
    refused(client.get("/microscope/facts", params={"photo": photo_query.photo, "model": "tiny"}), "bad_request")


def test_a_cancelled_request_is_answered_with_a_sentence_and_no_other_is(
    client: TestClient, photo_query: PhotoQuery
) -> None:
    assert client.get("/microscope/cancel?request=9").status_code == 405
    assert client.post("/microscope/cancel?request=9").json() == {}
    fresh = PhotoQuery(photo_query.photo, "headless", 24)
    refused(client.get("/microscope/facts", params=asked(fresh, request="9")), "cancelled")
    assert client.get("/microscope/facts", params=asked(fresh, request="10")).status_code == 200
    assert client.post("/microscope/cancel").json() == {}
    assert client.get("/microscope/facts", params=asked(fresh)).status_code == 200


def test_checks_fail_where_the_pass_was_changed(client: TestClient, photo_query: PhotoQuery) -> None:
    def failing(change: str) -> set[str]:
        response = client.get("/microscope/view/checks", params=asked(photo_query, change=change))
        _, facts = unpacked(response.content)
        rows = [*facts["checks"], *({**one, "name": one["library"]} for one in facts["references"])]
        return {row["name"] for row in rows if not row["holds"]}

    assert failing("") == set()
    assert failing("position:off") == {"torchvision", "timm"}
    assert {"mid", "post", "replay", "stream", "torchvision"} <= failing("residual:off@2")
    assert {"heads", "mid", "replay", "timm"} <= failing("scale:off@2")
