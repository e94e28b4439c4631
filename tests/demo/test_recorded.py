"""What is written down for pages without a server: the very answers of the routes, of every view that is declared."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
from collections.abc import AsyncIterator
from typing import Any, Literal

import anyio
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from demo import routes
from demo.endpoints import photo_view, sentence_view
from demo.errors import VisitorError
from demo.offline.recorded import RecordedAnswer, Recorder, key_of
from demo.offline.recorded_choices import OfPhoto, OfSentence, questions
from demo.offline.recorded_numbers import of_sentence
from demo.offline.scene import Scene, scene_of
from demo.offline.shell import _kept, bundled, one_file
from demo.photo.query import PhotoQuery
from demo.query.registry import Views
from demo.routes import data_plane
from demo.services import Services
from demo.static import cleared

# Nine patches: small answers, and the same screens.
SMALL = PhotoQuery("example:cc0_cat_tabby.jpg", "vit-s14-everyday", 42)


@pytest.fixture(scope="module")
def services() -> Services:
    return Services()


@pytest.fixture(scope="module")
def scene(services: Services) -> Scene:
    held = "layer=3&query=4&explain=p!7.attn.pattern:1,4,*~7.attn.z:1,4,3:k2~7.attn.v:1,2,3"
    return scene_of(services, f"?v=4&photo={SMALL.photo}&model={SMALL.model}&size=42&{held}")


@pytest.fixture(scope="module")
def of_photo(services: Services, scene: Scene) -> dict[str, RecordedAnswer]:
    """The answers of a photo, and what every page begins with."""

    async def record() -> dict[str, RecordedAnswer]:
        found = {}
        async for one in Recorder(services, data_plane(services), scene).records():
            if not one.key.startswith("sentence/"):
                found[one.key] = one
        return found

    return asyncio.run(record())


@pytest.mark.parametrize(("views", "choices"), [(photo_view, OfPhoto), (sentence_view, OfSentence)])
def test_every_word_of_every_view_has_its_choice(views: Views, choices: type) -> None:
    """Of what cannot be chosen of few values, a method of that name says what is recorded."""

    class Any(choices):
        def __init__(self) -> None:
            pass

        def __getattribute__(self, name: str) -> object:
            if name in ("__class__", "held"):
                return {}
            object.__getattribute__(self, name)  # what is not there is not there
            return lambda chosen: (0,)

    for name, view in views.items():
        assert bool(list(questions(view, Any()))) is not view.on_demand, name


def test_a_view_that_nobody_thought_of_is_an_error() -> None:
    views: Views = Views(_nothing)

    @views("new")
    def new(services: object, subject: object, *, colour: str, kind: Literal["a", "b"]) -> bytes:
        return b""

    with pytest.raises(TypeError, match="colour"):
        list(questions(views["new"], object()))


def _nothing() -> None: ...


def test_what_is_recorded_is_what_the_route_answers(services: Services, of_photo: dict[str, RecordedAnswer]) -> None:
    words = {"photo": SMALL.photo, "model": SMALL.model, "size": "42"}
    client = TestClient(Starlette(routes=[data_plane(services)]))
    for path, also in (
        ("view/layer", {"layer": "3"}),
        ("view/atlas", {"query": "4"}),
        ("view/block", {"layer": "11", "query": "4"}),
    ):
        asked = {**words, **also}
        kept = of_photo[key_of(path, asked)]
        assert kept.packed
        assert gzip.decompress(kept.body) == client.get(f"/microscope/{path}", params=asked).content
    seen = of_photo[key_of("picture/seen", words)]
    assert (seen.media, seen.body) == ("image/jpeg", client.get("/microscope/picture/seen", params=words).content)


def test_an_answer_is_kept_as_small_as_it_can_be_without_loss(of_photo: dict[str, RecordedAnswer]) -> None:
    packed = [one for one in of_photo.values() if one.packed]
    assert all(gzip.decompress(one.smallest) == gzip.decompress(one.body) for one in packed)
    assert all(len(one.smallest) <= len(one.body) for one in packed)
    assert sum(len(one.smallest) for one in packed) < sum(len(one.body) for one in packed)
    seen = next(one for one in of_photo.values() if one.media == "image/jpeg")
    assert seen.smallest == seen.body


def test_gradients_of_every_word_are_there_where_there_is_room(services: Services) -> None:
    (translation_query, held), *_ = scene_of(services, "").translation_queries
    one, all_ = (list(OfSentence(services.sentences, translation_query, held, wide=wide).step({})) for wide in (0, 1))
    assert len(one) == 1 and all_[0] == one[0] and sorted(all_) == list(range(10))


def test_the_calculator_has_what_screens_open_with_and_the_way_that_is_open(
    of_photo: dict[str, RecordedAnswer],
) -> None:
    words = {"photo": SMALL.photo, "model": SMALL.model, "size": "42"}
    rows = [{"layer": "2", "head": "4", "query": "4"}, {"layer": "6", "head": "1", "query": "4"}]
    assert all(key_of("view/row", {**words, **row}) in of_photo for row in rows)
    logits = [key for key in of_photo if key.startswith("view/number?") and "name=logits" in key and "size=42" in key]
    assert len(logits) == 5
    assert key_of("view/number", {**words, "name": "blocks.6.attn.v", "index": "1,2,3"}) in of_photo


def test_every_attention_of_a_sentence_opens_with_its_arithmetic(services: Services) -> None:
    scene = scene_of(services, "?v=5&screen=decoder&elayer=2&xhead=3&step=4&explain=s!e1.ln1:0,5")
    (translation_query, held), *_ = scene.translation_queries
    found = list(of_sentence(OfSentence(services.sentences, translation_query, held, wide=False)))
    assert found[0] == ("number", {"name": "encoder.blocks.0.ln1", "index": "0,5"})
    rows = [words for name, words in found if name == "row"]
    at = {"layer": "0", "query": "3"}
    assert {"part": "cross", "head": "3", **at} in rows and {"part": "decoder", "head": "7", **at} in rows
    assert {"part": "encoder", "layer": "1", "head": "0", "query": "2"} in rows


def test_every_layer_is_there_and_the_one_on_screen_comes_first(of_photo: dict[str, RecordedAnswer]) -> None:
    layers = [key for key in of_photo if key.startswith("view/layer?") and f"model={SMALL.model}" in key]
    assert len(layers) == 12
    assert "layer=2&" in layers[0]  # an address counts from 1


def test_a_page_begins_with_what_was_recorded_alone(of_photo: dict[str, RecordedAnswer]) -> None:
    boot = json.loads(gzip.decompress(of_photo["boot?"].body))
    assert (boot["first"]["photo"], boot["first"]["size"]) == (SMALL.photo, 42)
    assert [item["file"] for item in boot["gallery"]] == ["cc0_cat_tabby.jpg"]
    assert {card["name"] for card in boot["models"]} == {"vit-s14-everyday", "vit-course-48"}
    assert boot["figures"] == {}  # they are drawn when somebody asks


def test_one_key_for_all_addresses_that_ask_the_same() -> None:
    assert key_of("view/similarity", {"size": "224", "model": "m", "photo": "", "native": "0", "v": "7"}) == (
        "view/similarity?model=m&size=224"
    )
    assert key_of("sentence/view/words", {"text": "Ja & nein", "prefix": "", "request": "1-2"}) == (
        "sentence/view/words?text=Ja & nein"
    )


def test_no_module_in_the_file_looks_for_another_by_its_place() -> None:
    modules = bundled()
    called = {name for text in modules.values() for name in re.findall(r"(?:from |import\(|import )'([^']+)'", text)}
    assert called == {f"microscope/{path}" for path in modules} & called
    assert "microscope/core/wire.js" in called


def test_the_file_keeps_to_its_bound_and_its_index_to_what_is_in_it(services: Services, scene: Scene) -> None:
    async def written(most: int) -> bytes:
        recorder = Recorder(services, data_plane(services), scene)
        return b"".join([piece async for piece in one_file(recorder, "?lang=en", most)])

    page = asyncio.run(written(2_000_000))
    assert len(page) <= 2_000_000
    index = json.loads(re.search(rb'id="index">(.*?)</script>', page)[1])
    assert all(b'id="%b"' % found[0].encode() in page for found in index["answers"].values())
    assert (
        key_of("view/layer", {"photo": SMALL.photo, "model": SMALL.model, "size": "42", "layer": "2"})
        in index["answers"]
    )


def test_every_byte_that_a_browser_would_read_otherwise_is_written_as_two() -> None:
    body = bytes(range(256)) * 2
    written = _kept("x", body)
    (within,) = re.findall(rb'<script type="text/plain" id="x">(.*)</script>\n', written, re.DOTALL)
    assert not {0, 13, ord("<")} & set(within)
    assert re.sub(rb"=(.)", lambda two: bytes([two[1][0] - 64]), within, flags=re.DOTALL) == body


def test_who_does_not_read_a_file_makes_room_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "LONGEST_S", 0.05)

    async def pieces() -> AsyncIterator[bytes]:
        yield b"a piece"

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            await anyio.sleep_forever()

    async def read_nothing() -> None:
        places = anyio.Semaphore(1)
        with anyio.fail_after(10):
            for _ in range(3):
                response = routes._InTime(pieces(), places, media_type="text/html", headers={})
                await response({"type": "http"}, anyio.sleep_forever, send)

    anyio.run(read_nothing)


def test_a_file_of_a_photo_that_is_gone_is_refused(services: Services) -> None:
    client = TestClient(Starlette(routes=[data_plane(services)]))
    assert client.get("/microscope/page.html?photo=gone").json()["error"] == "photo_gone"
    with pytest.raises(VisitorError):
        scene_of(services, "?model=none-such")


@pytest.mark.parametrize("query", ["?v=5&elayer=2&dlayer=3", "?v=5&screen=decoder&part=cross&elayer=2&dlayer=3"])
def test_each_stack_has_the_layer_on_screen_first(services: Services, query: str) -> None:
    ((translation_query, held),) = scene_of(services, query).translation_queries
    choices = OfSentence(services.sentences, translation_query, held, wide=False)
    first = {part: next(iter(choices.layer({"part": part}))) for part in ("encoder", "decoder", "cross")}
    assert first == {"encoder": 1, "decoder": 2, "cross": 2}
    assert list(choices.layer({"stack": "encoder"})) == [1, 0, 2]


def test_both_stacks_had_one_layer_before(services: Services) -> None:
    ((_, held),) = scene_of(services, "?v=4&slayer=3").translation_queries
    assert (held["encoder_layer"], held["decoder_layer"]) == (2, 2)


def test_nothing_but_a_static_edition_is_ever_cleared_away(tmp_path) -> None:
    (tmp_path / "js").mkdir()
    (tmp_path / "js" / "thesis.js").write_text("years of work")
    with pytest.raises(FileExistsError):
        cleared(tmp_path)  # no index: somebody else's
    assert (tmp_path / "js" / "thesis.js").exists()
    (tmp_path / "recorded").mkdir()
    (tmp_path / "recorded" / "index.json").write_text("{}")
    (tmp_path / "README.md").write_text("sdk: static")
    assert [path.name for path in cleared(tmp_path).iterdir()] == ["README.md"]
