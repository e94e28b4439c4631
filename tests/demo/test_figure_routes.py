"""The papers' figures by address: files with the numbers of the views, in every format and language, or a refusal."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from numpy.testing import assert_allclose, assert_array_equal
from starlette.applications import Starlette
from starlette.testclient import TestClient

from demo.compute.request_threads import DRAWN_AT_ONCE
from demo.endpoints import photo_figure, photo_view, sentence_figure, sentence_view
from demo.page.figures import SCREENS_OF, journey_of
from demo.page.screens import SCREENS
from demo.page.texts import LANGUAGES
from demo.photo.query import PhotoQuery
from demo.query.orders import write_order
from demo.routes import data_plane
from demo.services import Services
from demo.takeaway.endpoints import figures as endpoints
from demo.takeaway.routes import FIGURE_MEDIA
from tests.support.payload import close_to_weights, unpack
from tests.support.pictures import as_file, picture
from vit_core import figures

SENTENCE = "Der Hund schläft unter dem Tisch."
# What each may be asked beside its look or sentence.
PHOTO: dict[str, dict[str, Any]] = {
    "fig6": {"query": 3},
    "fig7": {},
    "fig7-left": {},
    "fig7-centre": {"native": 1},
    "fig7-right": {},
    "fig11": {"second": "vit-course-48", "change2": "residual:off@2"},
}
OF_SENTENCES: dict[str, dict[str, Any]] = {
    "bahdanau2": {"kind": "single", "metric": "bleu"},
    "bahdanau3": {},
    "vaswani3": {"part": "cross", "layer": 1, "word": 2},
    "vaswani4": {"layer": 1, "head": 2, "other": 5, "word": 1},
    "vaswani5": {"part": "decoder", "layer": 0},
    "beam": {},
    "length": {},
    "gradient": {"count": 1, "step": 2},
}
ADDRESSES = [
    *((f"/microscope/figure/{name}", more) for name, more in PHOTO.items()),
    *((f"/microscope/sentence/figure/{name}", more) for name, more in OF_SENTENCES.items()),
]


@pytest.fixture(scope="module")
def client(bundled: Services) -> Iterator[TestClient]:
    yield TestClient(Starlette(routes=[data_plane(bundled)]))


@pytest.fixture(scope="module")
def photo_query(bundled: Services) -> PhotoQuery:
    return PhotoQuery(bundled.photos.add_photo(as_file(picture(1))), "tiny", 32)


def asked(address: str, photo_query: PhotoQuery) -> dict[str, Any]:
    return {"text": SENTENCE} if "sentence" in address else {"photo": photo_query.photo, "model": "tiny", "size": 32}


def test_every_figure_is_checked_and_has_a_screen() -> None:
    assert set(PHOTO) == set(photo_figure) and set(OF_SENTENCES) == set(sentence_figure)
    assert set(SCREENS_OF) == {*PHOTO, *OF_SENTENCES}
    journeys = {screen.name: screen.journey for screen in SCREENS}
    for name, screens in SCREENS_OF.items():
        journey = "photo" if name in PHOTO else "sentence"
        assert journey_of(name) == journey
        # Models stand beside both journeys.
        assert {journeys[screen.partition(":")[0]] for screen in screens} <= {journey, None}


@pytest.mark.parametrize(("address", "more"), ADDRESSES, ids=lambda one: str(one).rpartition("/")[2])
def test_a_figure_is_a_file_of_the_asked_kind_in_the_asked_language(
    address: str, more: dict[str, Any], client: TestClient, photo_query: PhotoQuery
) -> None:
    query, name = {**asked(address, photo_query), **more}, address.rpartition("/")[2]
    english, korean = (client.get(address, params={**query, "lang": lang}) for lang in LANGUAGES)
    texts = ["".join(re.findall(r"<text[^>]*>([^<]*)<", answer.text)) for answer in (english, korean)]
    assert english.status_code == 200 and english.content.startswith(b"<?xml")
    assert english.headers["content-type"] == FIGURE_MEDIA["svg"] == "image/svg+xml"
    assert english.headers["content-disposition"] == f'inline; filename="{name}.svg"'
    assert not re.search("[가-힣]", texts[0]) and re.search("[가-힣]", texts[1])
    for wrong in ({"format": "gif"}, {"lang": "fr"}, {"threshold": 1}):
        refused = client.get(address, params={**query, **wrong})
        assert (refused.status_code, refused.json()["error"]) == (400, "bad_request")


@pytest.mark.parametrize("address", ["/microscope/figure/fig7-right", "/microscope/sentence/figure/vaswani3"])
@pytest.mark.parametrize(("form", "begins"), [("png", b"\x89PNG"), ("pdf", b"%PDF")])  # and SVG, above
def test_a_figure_has_three_formats(
    address: str, form: str, begins: bytes, client: TestClient, photo_query: PhotoQuery
) -> None:
    answer = client.get(address, params={**asked(address, photo_query), "format": form})
    assert answer.status_code == 200 and answer.content.startswith(begins)
    assert answer.headers["content-type"] == FIGURE_MEDIA[form]
    assert answer.headers["cache-control"] == "private, max-age=3600"


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """The figures that were drawn, before they became files."""
    seen: list[Figure] = []
    written = figures.written
    monkeypatch.setattr(figures, "written", lambda figure, form: seen.append(figure) or written(figure, form))
    return seen


def test_the_file_shows_what_the_view_sends(bundled: Services, photo_query: PhotoQuery, drawn: list[Figure]) -> None:
    def view(views: Any, name: str, subject: Any, owner: Any, **query: Any) -> dict[str, Any]:
        return unpack(views[name].question(subject, {k: str(v) for k, v in query.items()}).answer(owner))[0]

    client = TestClient(Starlette(routes=[data_plane(bundled)]))
    jigsaw = PhotoQuery(photo_query.photo, "tiny", 32, f"order:{write_order((*range(1, 16), 0))}")
    for one in (photo_query, jigsaw):
        query = {**asked("", photo_query), "change": one.change}
        assert client.get("/microscope/figure/fig6", params=query).status_code == 200
        sent = view(photo_view, "depth", one, bundled.photos)["rollout"][0, 1:]
        close_to_weights(sent.reshape(4, 4), drawn[-1].axes[1].images[1].get_array())
        pixels = view(photo_view, "embedding", one, bundled.photos)["pixels"]
        assert_array_equal(drawn[-1].axes[0].images[0].get_array(), pixels.transpose(1, 2, 0))
    assert "order:" in drawn[-1].get_supxlabel() and "changed" not in drawn[-2].get_supxlabel()

    # Two models on one photo, each with what is switched off in it.
    beside = PhotoQuery(photo_query.photo, "vit-course-48", 48, "position:off")
    query = {**asked("", photo_query), "second": beside.model, "change2": beside.change}
    assert client.get("/microscope/figure/fig11", params=query).status_code == 200
    for axis, one in zip(drawn[-1].axes, (photo_query, beside), strict=True):
        sent = view(photo_view, "depth", one, bundled.photos)["distance"]
        dots = np.array([column.get_offsets()[:, 1] for column in axis.collections])
        assert_allclose(dots, sent.T, rtol=1e-6)

    translation_query = sentence_view.subject({"text": SENTENCE})
    query = {"text": SENTENCE, "layer": 2, "head": 1}
    assert client.get("/microscope/sentence/figure/bahdanau3", params=query).status_code == 200
    sent = view(sentence_view, "attention", translation_query, bundled.sentences, part="cross", layer=2)["pattern"][1]
    close_to_weights(sent, drawn[-1].axes[0].images[0].get_array())

    assert client.get("/microscope/sentence/figure/gradient", params={"text": SENTENCE, "step": 2}).status_code == 200
    for axis, cell in zip(drawn[-1].axes, ("rnn", "lstm", "gru"), strict=True):
        for line, weights in zip(axis.lines, ("trained", "first"), strict=False):
            sent = view(
                sentence_view,
                "gradient",
                translation_query,
                bundled.sentences,
                cell=cell,
                weights=weights,
                count=1,
                step=2,
            )["norms"]
            assert_array_equal(line.get_ydata(), sent)


def test_gradients_without_a_step_are_those_with_which_the_chapter_opens(
    client: TestClient, bundled: Services, drawn: list[Figure]
) -> None:
    text = "Ich bin mir sicher, dass er morgen kommen wird."
    translation_query = sentence_view.subject({"text": text})

    def view(name: str, **query: str) -> tuple[dict[str, Any], dict[str, Any]]:
        return unpack(sentence_view[name].question(translation_query, query).answer(bundled.sentences))

    _, facts = view("gradient_text", cell="rnn", count="1")
    late = facts["late"]["step"]
    assert late < len(facts["target"]) - 2  # neither the last word nor the end
    assert client.get("/microscope/sentence/figure/gradient", params={"text": text}).status_code == 200
    sent, _ = view("gradient", cell="lstm", weights="trained", count="1", step=str(late))
    assert_array_equal(drawn[-1].axes[1].lines[0].get_ydata(), sent["norms"])


def test_what_the_vocabulary_lacks_has_its_own_name(client: TestClient) -> None:
    query = {"text": "Das ist 안녕 hier."}
    for name, more in (("bahdanau3", {}), ("bahdanau3", {"layer": 1}), ("vaswani3", {}), ("gradient", {})):
        svg = client.get(f"/microscope/sentence/figure/{name}", params={**query, **more}).text
        assert "안녕" in svg and "[unknown]" not in svg, name


def test_a_figure_is_drawn_once(client: TestClient, photo_query: PhotoQuery, drawn: list[Figure]) -> None:
    for more in ({}, {"v": 1}, {"request": 5}, {"query": 0}):
        client.get("/microscope/figure/fig6", params={**asked("", photo_query), "query": 9, **more})
    assert len(drawn) == 2  # of token 9 and of the class token


@pytest.mark.parametrize(
    ("address", "query", "told"),
    [
        ("figure/fig6", {"query": 99}, "query takes a whole number from 0 to 16, not 99"),
        ("sentence/figure/vaswani3", {"layer": 9}, "layer takes a whole number from 0 to 2"),
        ("sentence/figure/vaswani3", {"word": 99}, "word takes a whole number from 0 to"),
        ("sentence/figure/vaswani4", {"head": 1}, "two heads together"),
        ("sentence/figure/beam", {"how": "greedy"}, "none made this translation"),
        ("sentence/figure/gradient", {"step": 99}, "step takes a whole number from 0 to"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_a_sentence(
    address: str, query: dict[str, Any], told: str, client: TestClient, photo_query: PhotoQuery
) -> None:
    answer = client.get(f"/microscope/{address}", params={**asked(address, photo_query), **query})
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")
    assert told in answer.json()["params"]["reason"]


def test_there_is_no_other_figure(client: TestClient, photo_query: PhotoQuery) -> None:
    for address in ("figure/fig99", "sentence/figure/fig6"):
        answer = client.get(f"/microscope/{address}", params=asked(address, photo_query))
        assert answer.status_code == 400 and answer.json()["params"]["parameter"] == "figure"


def test_few_are_drawn_at_once_and_nobody_else_waits_for_them(
    bundled: Services, photo_query: PhotoQuery, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Semaphore(0), threading.Event()

    def slow(*_: Any) -> bytes:
        begun.release()
        assert go_on.wait(20)
        return b"drawn"

    monkeypatch.setattr(endpoints, "_file", slow)
    with TestClient(Starlette(routes=[data_plane(bundled)])) as client:
        queries = [{**asked("", photo_query), "query": query} for query in range(5)]
        answers: list[int] = []
        threads = [
            threading.Thread(
                target=lambda query: answers.append(client.get("/microscope/figure/fig6", params=query).status_code),
                args=(query,),
            )
            for query in queries
        ]
        for thread in threads:
            thread.start()
        other = client.get("/microscope/view/depth", params=asked("", photo_query))  # a view, while figures are drawn
        assert other.status_code == 200 and not answers
        assert all(begun.acquire(timeout=20) for _ in range(DRAWN_AT_ONCE))
        assert not begun.acquire(timeout=0.3)
        go_on.set()
        for thread in threads:
            thread.join(20)
    assert answers == [200] * 5 and DRAWN_AT_ONCE < 5
