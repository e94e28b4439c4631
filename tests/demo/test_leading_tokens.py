"""Which tokens stand before the patches is read from the geometry: every view of models with other ones than CLS."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal

from demo.endpoints import photo_view
from demo.photo.facts import photo_facts
from demo.photo.query import PhotoQuery
from demo.photo.views.notes import MOST_TOKENS
from demo.query.orders import write_order
from demo.query.registry import parameters
from demo.services import Services
from tests.support.payload import Payload, unpack
from tests.support.pictures import as_file, picture
from tests.support.prefixes import PREFIXES, vit_with
from vit_core.checkpoints.labels import Labels

PATCHES = 16


@pytest.fixture(params=PREFIXES.values(), ids=PREFIXES)
def prefix(request: pytest.FixtureRequest) -> tuple[str, ...]:
    return request.param


@pytest.fixture
def photo_query(services: Services, prefix: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> PhotoQuery:
    """A photo through a model with these tokens before its patches."""
    model = vit_with(prefix)
    labels: Labels = {"en": ()}
    loaded = replace(services.photos.model("tiny"), model=model, labels_by_language=labels)
    monkeypatch.setattr(services.photos.models, "load", lambda name, request="": loaded)
    return PhotoQuery(services.photos.add_photo(as_file(picture(1))), "tiny", 32)


def seen(services: Services, view: str, photo_query: PhotoQuery, **words: Any) -> Payload:
    """A view as the page reads it."""
    asked = {word: str(value) for word, value in words.items()}
    return unpack(photo_view[view].question(photo_query, asked).answer(services.photos))


@pytest.mark.parametrize("name", sorted(set(photo_view) - {"number", "similarity"}))
def test_every_view_answers(name: str, services: Services, photo_query: PhotoQuery, prefix: tuple[str, ...]) -> None:
    asked: dict[str, Any] = {word.rstrip("_"): 1 for word in parameters(photo_view[name].function)}
    if "which" in asked:
        asked["which"] = "q"
    # The notes print whole matrices of few tokens only.
    too_many = name in ("notes", "notes_layer") and len(prefix) + PATCHES > MOST_TOKENS
    if too_many or (name == "logit_terms" and "CLS" not in prefix):
        with pytest.raises(IndexError):
            seen(services, name, photo_query, **asked)
    else:
        seen(services, name, photo_query, **asked)


def test_the_look_names_them(services: Services, photo_query: PhotoQuery, prefix: tuple[str, ...]) -> None:
    facts = photo_facts(services.photos, photo_query)
    assert facts["prefix"] == list(prefix) and facts["tokens"] == len(prefix) + PATCHES
    assert services.photos.sizes(services.photos.model_of(photo_query)) == facts["sizes"]


def test_a_token_is_what_was_learned_or_a_patch_and_adds_up(
    services: Services, photo_query: PhotoQuery, prefix: tuple[str, ...]
) -> None:
    arrays, _ = seen(services, "embedding", photo_query)
    trace, net = services.photos.trace(photo_query), services.photos.model("tiny").model
    learned = {"CLS": net.cls_token, "DIST": net.dist_token}
    expected = [
        learned[name][0, 0] if name in learned else net.reg_token[0, int(name[3:]) - 1]
        for name in prefix
    ]  # fmt: skip
    assert_allclose(arrays["content"], torch.stack([*expected, *trace["patches"]]).numpy(), rtol=1e-6)
    assert_allclose(arrays["content"] + arrays["position"], arrays["tokens"], atol=1e-5)
    placed = [name in learned for name in prefix]
    assert arrays["placed"].tolist() == [*placed, *[True] * PATCHES]
    for token in range(len(prefix) + 2):
        told, facts = seen(services, "number", photo_query, name="tokens", index=f"{token},5")
        assert_allclose(told["parts"].sum(), facts["value"], atol=1e-5)
        assert facts["value"] == pytest.approx(float(trace["tokens"][token, 5]), abs=1e-6)
        source = facts["sources"]["0"]
        name = prefix[token] if token < len(prefix) else "patch"
        owner = {"CLS": "cls_token", "DIST": "dist_token", "patch": "patches"}.get(name, "reg_token")
        assert source["name"] == owner and source["start"][-1] == 5


def test_the_head_reads_the_tokens_it_names(
    services: Services, photo_query: PhotoQuery, prefix: tuple[str, ...]
) -> None:
    arrays, facts = seen(services, "decision", photo_query)
    if "CLS" not in prefix:
        assert facts == {"classes": 0, "numbers": 0, "parts": [], "each": False}
        return
    trace = services.photos.trace(photo_query)
    assert facts["parts"] == ["CLS"]
    assert_array_equal(arrays["inputs"], trace["ln_final"][prefix.index("CLS")])
    told, number = seen(services, "number", photo_query, name="logits", index="3")
    assert number["sources"]["a"] == {"name": "ln_final", "start": [prefix.index("CLS"), 0], "run": [1, 48]}
    assert_allclose(told["a"], arrays["inputs"])


def test_only_patches_are_pooled_and_moved(
    services: Services, photo_query: PhotoQuery, prefix: tuple[str, ...]
) -> None:
    arrays, facts = seen(services, "atlas", photo_query)
    assert facts["cells"] == [4, 4] and arrays["levels"].shape == (2, 3, len(prefix) + PATCHES, PATCHES)
    jigsaw = replace(photo_query, change=f"order:{write_order([3, 0, 1, 2, *range(4, PATCHES)])}")
    homes = [seen(services, "moved", jigsaw, query=query)[1]["home"] for query in range(len(prefix) + 2)]
    assert homes == [*range(len(prefix)), len(prefix) + 3, len(prefix)]
