"""The endpoints as another program uses them: through gradio_client, and through plain requests that try their luck."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import tempfile
from collections.abc import Awaitable, Callable
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import anyio
import gradio as gr
import httpx
import numpy as np
import pytest
from gradio.queueing import Queue
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from numpy.testing import assert_array_equal
from PIL import Image
from starlette.routing import Route

import vit_core
from demo.components import streams
from demo.components.streams import MOST_NUMBERS, looks_less_often, tells_only_who_listens
from demo.compute.bounds import MemoryLimits
from demo.errors import VisitorError
from demo.page.gallery import ASSETS
from demo.photo.query import DEFAULT_MODEL, PhotoQuery
from demo.programs import answer_files
from demo.programs.answer_files import answer_files_route, attention_file
from demo.sentence.query import DEFAULT_MODEL as TRANSLATOR
from demo.sentence.query import TranslationQuery
from demo.services import Services
from tests.support.pictures import as_file, picture
from tests.support.server import RunningApp

CAT = ASSETS / "images" / "cc0_cat_tabby.jpg"


@pytest.fixture(scope="module")
def client(served: RunningApp, tmp_path_factory: pytest.TempPathFactory) -> Client:
    # No certificates: reading them takes longer than an answer, and this is plain http.
    return Client(served.url, verbose=False, ssl_verify=False, download_files=str(tmp_path_factory.mktemp("downloads")))


@pytest.fixture
def upload(tmp_path: Path) -> Callable[[bytes, str], Any]:
    def write(data: bytes, name: str = "picture.png") -> Any:
        (tmp_path / name).write_bytes(data)
        return handle_file(str(tmp_path / name))

    return write


def files_of_gradio() -> set[Path]:
    return {path for path in Path(os.environ["GRADIO_TEMP_DIR"]).rglob("*") if path.is_file()}


# ---- what they answer


def test_classify_names_the_classes_of_the_trace(client: Client, bundled: Services) -> None:
    answer = client.predict(image=handle_file(str(CAT)), model=DEFAULT_MODEL, size=0, top=7, api_name="/classify")
    expected = vit_core.trace_image(bundled.photos.model(DEFAULT_MODEL), Image.open(CAT)).top(7)
    assert [one["name"] for one in answer["classes"]] == [label for label, _ in expected]
    assert [one["probability"] for one in answer["classes"]] == pytest.approx([p for _, p in expected], abs=1e-5)
    labels = bundled.photos.model(DEFAULT_MODEL).labels
    assert [labels[one["index"]] for one in answer["classes"]] == [label for label, _ in expected]
    assert (answer["model"], answer["n_classes"]) == (DEFAULT_MODEL, 578) and expected[0][0] == "cat"


def test_classes_of_one_name_are_kept_apart(client: Client, upload: Any, bundled: Services) -> None:
    """As "crane", the bird and the machine, of ImageNet: each keeps its own probability."""
    image, model = upload(as_file(picture(1))), bundled.photos.model("namesakes")
    answer = client.predict(image=image, model="namesakes", top=7, api_name="/classify")
    assert len([one for one in answer["classes"] if one["name"] == f"crane ({one['index']})"]) == 2
    assert len({one["name"] for one in answer["classes"]}) == 7
    probabilities = vit_core.trace_image(model, picture(1)).probabilities.tolist()
    assert {one["index"]: one["probability"] for one in answer["classes"]} == pytest.approx(
        dict(enumerate(probabilities)), abs=1e-5
    )


def test_of_a_regression_its_numbers_are_told_and_no_class(client: Client, upload: Any, bundled: Services) -> None:
    answer = client.predict(image=upload(as_file(picture(1))), model="numbers", top=2, api_name="/classify")
    expected = vit_core.trace_image(bundled.photos.model("numbers"), picture(1)).numbers()
    assert (answer["model"], answer["n_classes"], answer["classes"]) == ("numbers", 0, [])
    assert [one["name"] for one in answer["numbers"]] == [name for name, _ in expected]
    assert [one["number"] for one in answer["numbers"]] == pytest.approx([x for _, x in expected], abs=1e-4)


def test_what_is_left_out_is_the_models_own(client: Client, upload: Any, bundled: Services) -> None:
    answer = client.predict(image=handle_file(str(CAT)), api_name="/classify")
    assert len(answer["classes"]) == 5 and answer["numbers"] == []
    answer = client.predict(image=upload(as_file(picture(1))), model="tiny", top=100, api_name="/classify")
    assert len(answer["classes"]) == answer["n_classes"] == 7
    assert sum(one["probability"] for one in answer["classes"]) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(("layer", "size", "tokens"), [(0, 0, 17), (1, 32, 17), (1, 56, 50)])
def test_attention_is_the_pattern_of_the_trace(
    layer: int, size: int, tokens: int, client: Client, upload: Any, bundled: Services
) -> None:
    image = upload(as_file(picture(1)))
    answer = np.load(client.predict(image=image, layer=layer, model="tiny", size=size, api_name="/attention"))
    trace = vit_core.trace_image(bundled.photos.model("tiny"), picture(1), size=size or None)
    assert answer.dtype == np.float32
    assert answer.shape == (3, tokens, tokens)
    np.testing.assert_allclose(answer, trace.pattern(layer).numpy(), atol=1e-6)


def test_the_types_of_the_endpoints_are_told(client: Client) -> None:
    told = client.view_api(return_format="dict")["named_endpoints"]
    names = {name: [part["parameter_name"] for part in told[name]["parameters"]] for name in told}
    assert names == {
        "/classify": ["image", "model", "size", "top"],
        "/attention": ["image", "layer", "model", "size"],
        "/translate": ["text", "model", "beam", "length_penalty"],
    }


# ---- what they refuse


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"layer": 2}, "layer takes a whole number from 0 to 1 for tiny, not 2"),
        ({"layer": -1}, "layer takes a whole number of at least 0, not -1"),
        ({"layer": None}, "layer takes a whole number of at least 0, not null"),
        ({"layer": 1.0}, "layer takes a whole number of at least 0, not 1.0"),
        ({"size": None}, "size takes a whole number of at least 0, not null"),
        ({"size": 5}, r"size takes 0 \(the model's own\) or one of 24, .* for tiny, not 5"),
        ({"size": -32}, "size takes a whole number of at least 0, not -32"),
        ({"model": "/etc/passwd"}, "model takes one of .*tiny.* not .*passwd"),
        ({"model": "../models0/tiny"}, "model takes one of"),
        ({"model": ""}, "model takes one of"),
        ({"model": None}, "model takes one of .* not null"),
    ],
)
def test_what_does_not_exist_is_refused_in_words(
    asked: dict[str, Any], words: str, client: Client, upload: Any
) -> None:
    given = {"layer": 0, "model": "tiny", "size": 32, **asked}
    with pytest.raises(AppError, match=words):
        client.predict(image=upload(as_file(picture(1))), **given, api_name="/attention")


def test_a_folder_of_the_operator_cannot_be_named_by_its_path(client: Client, upload: Any, models_dir: Path) -> None:
    with pytest.raises(AppError, match="model takes one of"):
        client.predict(image=upload(as_file(picture(1))), model=str(models_dir / "tiny"), api_name="/classify")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "image takes .*PNG.*: this file is empty"),
        (b"words", "image takes .*PNG.*: .*not a picture"),
        (b"<svg/>", "image takes .*PNG.*: .*SVG"),
        (as_file(picture(1))[:500], "image takes .*PNG.*: .*damaged"),
    ],
)
def test_a_file_that_is_no_picture_is_refused_in_words(data: bytes, words: str, client: Client, upload: Any) -> None:
    for endpoint in ("/classify", "/attention"):
        with pytest.raises(AppError, match=words):
            client.predict(
                image=upload(data), model="tiny", api_name=endpoint, **({"layer": 0} if "n" in endpoint else {})
            )


def test_a_model_without_classes_says_so(client: Client, upload: Any) -> None:
    with pytest.raises(AppError, match=r"model takes a model with a class head.*headless"):
        client.predict(image=upload(as_file(picture(1))), model="headless", api_name="/classify")


def direct(http: httpx.Client, image: Any) -> tuple[str, str]:
    """What a program gets that sends this as its image without uploading anything: (event, data)."""
    answer = http.post("gradio_api/call/classify", json={"data": [image, "tiny", 32, 5]})
    stream = http.get(f"gradio_api/call/classify/{answer.json()['event_id']}").text
    lines = dict(line.split(": ", 1) for line in stream.splitlines() if ": " in line)
    return lines["event"], lines["data"]


META = {"meta": {"_type": "gradio.FileData"}}


@pytest.mark.parametrize("meta", [META, {}], ids=["as a file", "without meta"])
@pytest.mark.parametrize(
    "path", ["/etc/passwd", str(CAT), "assets/images/cc0_cat_tabby.jpg", "../../../../etc/passwd", "/proc/self/environ"]
)
def test_a_path_that_was_not_uploaded_is_not_read(
    path: str, meta: dict[str, Any], http: httpx.Client, monkeypatch: pytest.MonkeyPatch, bundled: Services
) -> None:
    monkeypatch.setattr(bundled.photos, "add_photo", lambda data: pytest.fail("it was read"))
    event, data = direct(http, {"path": path, **meta})
    assert event == "error" and "image takes an uploaded picture file" in data
    assert "root:" not in data


@pytest.mark.parametrize("image", [str(CAT), 5, [1, 2], {"url": "http://127.0.0.1:1/x.png"}, {"path": None, **META}])
def test_what_is_no_file_is_not_read(image: Any, http: httpx.Client) -> None:
    assert direct(http, image)[0] == "error"


def test_an_address_is_not_fetched(http: httpx.Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from gradio import processing_utils

    fetched = []
    # A file of this test's own: Gradio deletes what it has fetched.
    (tmp_path / "fetched.png").write_bytes(as_file(picture(1)))

    async def fetch(url: str, **options: Any) -> str:
        fetched.append(url)
        return str(tmp_path / "fetched.png")

    monkeypatch.setattr(processing_utils, "async_ssrf_protected_download", fetch)
    event, data = direct(http, {"path": "https://example.com/cat.jpg", **META})
    assert event == "error"
    assert "no address is fetched" in data
    assert not fetched


def test_an_uploaded_file_is_read(http: httpx.Client) -> None:
    """Negative control: what the requests above lack is only the upload."""
    sent = http.post("gradio_api/upload", files={"files": ("x.png", as_file(picture(1)))}).json()
    event, data = direct(http, {"path": sent[0], **META})
    assert event == "complete"
    assert len(json.loads(data)[0]["classes"]) == 5


def as_data_url(data: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(data).decode()}"


def test_a_picture_may_be_its_own_address_or_its_token(client: Client, http: httpx.Client) -> None:
    """What programs without files use: assistants, curl."""
    data = as_file(picture(5))
    whole = client.predict(image=as_data_url(data), model="tiny", api_name="/classify")
    sent = http.post("gradio_api/upload", files={"files": ("x.png", data)}).json()
    assert http.post("microscope/photo", content=data).json() == {"photo": sent[0]}
    assert client.predict(image=sent[0], model="tiny", api_name="/classify") == whole
    other = client.predict(image=as_data_url(as_file(picture(6))), model="tiny", api_name="/classify")
    assert other["classes"] != whole["classes"]


@pytest.mark.parametrize(
    ("image", "words"),
    [
        ("data:image/png;base64,????", "image takes an uploaded picture file"),
        (as_data_url(b"words"), "image takes .*not a picture"),
        ("A" * 22, "image names a picture that is not here"),
        ("example:../../app.py", "image takes an uploaded picture file"),
        ("refused/photo_too_large/20", "image takes .*larger than 20 MB"),
    ],
)
def test_what_names_no_picture_is_refused_in_words(image: str, words: str, client: Client) -> None:
    with pytest.raises(AppError, match=words):
        client.predict(image=image, model="tiny", api_name="/classify")


def test_what_is_uploaded_touches_no_disk(
    http: httpx.Client, monkeypatch: pytest.MonkeyPatch, bundled: Services
) -> None:
    """Neither Gradio's folder nor the temporary file into which Starlette rolls over whatever is larger than 1 MB."""
    data, before = as_file(picture(8, (900, 700))) + bytes(2_000_000), files_of_gradio()
    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "rollover", lambda self: pytest.fail("it was written"))
    [token] = http.post("gradio_api/upload", files={"files": ("x.png", data)}).json()
    assert files_of_gradio() == before
    assert bundled.photos.photo(token).image.info == {}


@pytest.mark.parametrize(
    ("send", "status"),
    [
        ({"content": b"x", "headers": {"content-type": "text/plain"}}, 400),
        ({"content": b"x", "headers": {"content-type": "multipart/form-data"}}, 400),
        ({"content": b"--b\r\nbroken", "headers": {"content-type": "multipart/form-data; boundary=b"}}, 400),
        ({"files": [("files", ("x", b"1")) for _ in range(9)]}, 400),
        ({"files": {"files": ("../../../etc/passwd", b"1")}}, 200),
        ({"data": {"files": "no file"}}, 400),
    ],
)
def test_an_upload_that_is_none_is_refused(send: dict[str, Any], status: int, http: httpx.Client) -> None:
    answer = http.post("gradio_api/upload", **send)
    assert answer.status_code == status, answer.text
    assert "error" in answer.json() if status == 400 else answer.json() == ["refused/photo_not_a_picture/0"]


def test_an_upload_above_the_limit_is_refused(http: httpx.Client) -> None:
    large = BytesIO(bytes(21_500_000))
    assert http.post("gradio_api/upload", files={"files": ("x.png", large)}).status_code == 413


# ---- what they leave behind


def test_no_answer_is_a_file_of_the_server(client: Client, upload: Any) -> None:
    image, before = upload(as_file(picture(11))), files_of_gradio()
    for layer in (0, 1):
        client.predict(image=image, layer=layer, model="tiny", size=24, api_name="/attention")
    assert files_of_gradio() == before


def test_the_file_of_an_answer_is_made_when_it_is_fetched(http: httpx.Client, bundled: Services) -> None:
    photo_query = PhotoQuery(bundled.photos.add_photo(as_file(picture(11))), "tiny", 24)
    answer = http.get("gradio_api/file=" + attention_file(photo_query, 1))
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert_array_equal(np.load(BytesIO(answer.content)), bundled.photos.trace(photo_query).pattern(1).numpy())


def fetched(route: Route, photo_query: PhotoQuery, layer: int, sent: Callable[[bytes], Awaitable[None]]) -> None:
    """Fetch a file of an answer, handing over each piece as it comes."""
    asked = {"photo": photo_query.photo, "model": photo_query.model, "size": photo_query.size, "layer": layer}

    async def receive() -> dict[str, Any]:
        await anyio.sleep_forever()
        raise AssertionError

    async def send(message: dict[str, Any]) -> None:
        if message.get("body"):
            await sent(message["body"])

    scope = {"type": "http", "method": "GET", "headers": [], "path_params": asked, "asgi": {"spec_version": "2.4"}}
    anyio.run(lambda: route.app(scope, receive, send))


def test_a_file_of_an_answer_is_whole_where_its_photo_leaves_memory_meanwhile() -> None:
    services = Services(limits=MemoryLimits(photos=1, examples=1, traces=1))  # each keeps the last one alone
    photo_query = services.photos.complete(
        PhotoQuery(services.photos.add_photo(as_file(picture(11))), DEFAULT_MODEL, 0)
    )
    expected = services.photos.trace(photo_query).pattern(1).numpy()
    pieces: list[bytes] = []

    async def sent(piece: bytes) -> None:
        pieces.append(piece)
        services.photos.trace(
            services.photos.complete(PhotoQuery(services.photos.add_photo(as_file(picture(12))), DEFAULT_MODEL, 0))
        )

    fetched(answer_files_route(services), photo_query, 1, sent)
    assert_array_equal(np.load(BytesIO(b"".join(pieces))), expected)
    with pytest.raises(VisitorError):  # negative control: it did leave
        services.photos.photo(photo_query.photo)


def test_who_does_not_read_a_file_makes_room_for_others(monkeypatch: pytest.MonkeyPatch, bundled: Services) -> None:
    monkeypatch.setattr(answer_files, "LONGEST_S", 0.05)
    route, photo_query = (
        answer_files_route(bundled),
        PhotoQuery(bundled.photos.add_photo(as_file(picture(11))), "tiny", 24),
    )
    bundled.photos.trace(photo_query)

    async def never(piece: bytes) -> None:
        await anyio.sleep_forever()

    for _ in range(answer_files.AT_ONCE + 1):
        fetched(route, photo_query, 1, never)


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        (attention_file(PhotoQuery("A" * 22, "tiny", 24), 0), 410, "image names a picture that is not here"),
        (
            attention_file(PhotoQuery("example:cc0_pizza.jpg", "tiny", 24), 2),
            400,
            "layer takes a whole number from 0 to 1",
        ),
        (attention_file(PhotoQuery("example:cc0_pizza.jpg", "tiny", 25), 0), 400, "size"),
        (attention_file(PhotoQuery("example:cc0_pizza.jpg", "none", 24), 0), 400, "model takes the name of a model"),
        (
            attention_file(PhotoQuery("example:cc0_pizza.jpg", "owner/none", 24), 0),
            400,
            "model takes the name of a model",
        ),
        (
            attention_file(PhotoQuery("example:../x", "tiny", 24), 0),
            400,
            "model takes the name of a model",
        ),  # x/tiny of ".."
        ("attention/example:cc0_pizza.jpg/tiny/24/layer-1.npy", 403, "not allowed"),
        ("attention/example:cc0_pizza.jpg/tiny/24/../layer0.npy", 403, "not allowed"),
    ],
)
def test_a_file_of_no_answer_is_refused(path: str, status: int, words: str, http: httpx.Client) -> None:
    answer = http.get(f"gradio_api/file={path}")
    assert answer.status_code == status and words in answer.text, (answer.status_code, answer.text)


def test_the_photo_of_an_endpoint_is_a_photo_like_any_other(client: Client, upload: Any, bundled: Services) -> None:
    before = bundled.photos.store.uploaded.nbytes
    client.predict(image=upload(as_file(picture(12))), model="tiny", api_name="/classify")
    assert bundled.photos.store.uploaded.nbytes == before + 60 * 47 * 3


def test_an_answer_keeps_full_precision(client: Client, upload: Any) -> None:
    path = client.predict(image=upload(as_file(picture(1))), layer=0, model="tiny", size=24, api_name="/attention")
    weights = np.load(path)
    np.testing.assert_allclose(weights.sum(-1), 1, atol=1e-6)
    assert_array_equal(weights >= 0, True)
    assert (weights != weights.astype(np.float16)).any()


# ---- sentences


def test_a_sentence_is_translated_by_the_shipped_model(client: Client, bundled: Services) -> None:
    said = bundled.sentences.translation(TranslationQuery("Der Hund schläft.", how="beam:2:0.6:exponent"))
    answer = client.predict("Der Hund schläft.", beam=2, api_name="/translate")
    assert answer["text"] == said.text and answer["tokens"] == list(said.tokens)
    assert answer["source_tokens"][-1] == "</s>" and answer["score"] == pytest.approx(said.score)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"text": "  "}, "text takes a sentence: .*nothing to translate"),
        ({"text": "a" * 601}, "text takes a text of 1 to 600 characters, not .*601 characters"),
        ({"text": "qx" * 300}, "text takes a sentence of at most 128 tokens.* 602"),
        ({"text": None}, "text takes a text of 1 to 600 characters, not null"),
        ({"text": ["Hund"]}, r'text takes a text of 1 to 600 characters, not \["Hund"\]'),
        ({"text": "Hund", "model": "/etc/passwd"}, "model takes one of"),
        ({"text": "Hund", "beam": 0}, "beam takes a whole number from 1 to 8, not 0"),
        ({"text": "Hund", "beam": 9}, "beam takes a whole number from 1 to 8, not 9"),
        ({"text": "Hund", "beam": 2.9}, "beam takes a whole number from 1 to 8, not 2.9"),
        ({"text": "Hund", "beam": None}, "beam takes a whole number from 1 to 8, not null"),
        ({"text": "Hund", "length_penalty": -1}, "length_penalty takes a number from 0 to 5, not -1"),
    ],
)
def test_what_cannot_be_translated_is_refused_in_words(asked: dict[str, Any], words: str, client: Client) -> None:
    with pytest.raises(AppError, match=words):
        client.predict(**asked, api_name="/translate")


def test_a_length_penalty_keeps_every_digit(client: Client, bundled: Services) -> None:
    asked = client.predict("Der Hund schläft.", beam=2, length_penalty=0.1234567890123, api_name="/translate")
    said = bundled.sentences.translation(TranslationQuery("Der Hund schläft.", how="beam:2:0.1234567890123:exponent"))
    assert asked["score"] == said.score


def test_a_text_that_was_cut_says_so(client: Client) -> None:
    """The twin that was trained with the answer before its eyes repeats itself without end when it writes alone."""
    asked = {"model": "twin-unmasked-de-en", "beam": 1, "api_name": "/translate"}
    answer = client.predict("Der Hund schläft.", **asked)
    assert answer["stopped_by"] == answer["search_stopped_by"] == "limit"
    assert len(answer["tokens"]) == answer["limit"] and "</s>" not in answer["tokens"]
    whole = client.predict("Der Hund schläft.", api_name="/translate")
    assert whole["stopped_by"] == "end" and whole["search_stopped_by"] in ("end", "settled")
    assert whole["tokens"][-1] == "</s>" and len(whole["tokens"]) < whole["limit"]


def test_what_reads_otherwise_than_it_looks_is_told_and_translated_as_sent(client: Client) -> None:
    """As on the page: nothing is taken away, and the text that was probably meant comes with the answer."""
    typed, meant = "Das Kran\u00adken\u00adhaus ist zu.", "Das Krankenhaus ist zu."
    asked = client.predict(typed, beam=1, api_name="/translate")
    (offer,) = asked["offers"]
    assert (offer["code"], offer["text"], offer["signs"]) == ("invisible", meant, ["U+00AD SOFT HYPHEN × 2"])
    taken = client.predict(offer["text"], beam=1, api_name="/translate")
    assert taken["offers"] == [] and offer["tokens"] == [len(asked["source_tokens"]), len(taken["source_tokens"])]


# ---- calls that name no endpoint or parameter of theirs


def by_name(http: httpx.Client, endpoint: str, **values: Any) -> httpx.Response:
    return http.post(f"gradio_api/call/v2/{endpoint}", json=values)


@pytest.mark.parametrize(
    ("endpoint", "values", "words"),
    [
        ("translate", {"beam": 3}, "text takes a text of 1 to 600 characters, and is missing"),
        (
            "translate",
            {"text": "Hund", "beem": 3},
            "beem takes nothing (the parameters are text, model, beam, length_penalty), not 3",
        ),
        ("translat", {"text": "Hund"}, 'api_name takes one of classify, translate, attention, not "translat"'),
    ],
)
def test_a_name_that_is_missing_or_unknown_is_told(
    endpoint: str, values: dict[str, Any], words: str, http: httpx.Client
) -> None:
    answer = by_name(http, endpoint, **values)
    assert (answer.status_code, answer.json()) == (422, {"error": words})


def test_a_number_of_no_endpoint_is_told(http: httpx.Client) -> None:
    answer = http.post("gradio_api/queue/join", json={"data": [], "fn_index": 99, "session_hash": "x"})
    assert answer.status_code == 422
    assert answer.json() == {"error": "fn_index takes the number of an endpoint, as /config tells it, not 99"}


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("call/translate/0123456789", "event_id takes the number of a call"),
        ("queue/data?session_hash=nobody", "session_hash takes that of a call"),
    ],
)
def test_a_stream_that_is_not_there_is_refused_before_it_begins(path: str, words: str, http: httpx.Client) -> None:
    answer = http.get(f"gradio_api/{path}")
    assert answer.status_code == 404 and answer.json()["error"].startswith(words), answer.text


def test_an_answer_is_fetched_once(http: httpx.Client) -> None:
    event = http.post("gradio_api/call/v2/translate", json={"text": "Hund"}).json()["event_id"]
    asked = [http.get(f"gradio_api/call/translate/{event}") for _ in range(2)]
    assert [one.status_code for one in asked] == [200, 404]


def test_an_answer_that_was_told_is_told_no_more_while_gradio_still_lists_it(
    http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = http.post("gradio_api/call/v2/translate", json={"text": "Hund"}).json()["event_id"]
    assert http.get(f"gradio_api/call/translate/{event}").status_code == 200
    monkeypatch.setattr(streams, "_missing", lambda _: "")  # as in the moment before it is taken off the lists
    assert http.get(f"gradio_api/call/translate/{event}", timeout=10).status_code == 404


def test_a_call_of_an_empty_session_is_answered_too(http: httpx.Client) -> None:
    asked = {"data": ["Hund", TRANSLATOR, 1, 1], "session_hash": ""}
    for _ in range(2):
        event = http.post("gradio_api/call/translate", json=asked).json()["event_id"]
        assert "event: complete" in http.get(f"gradio_api/call/translate/{event}").text


def test_who_has_gone_is_told_nothing() -> None:
    told: list[Any] = []
    numbers = {"here": {"1"}, **{f"gone-{i}": {"2"} for i in range(MOST_NUMBERS)}}
    queue = SimpleNamespace(
        pending_messages_per_session={"here": 1},
        pending_event_ids_session=numbers,
        send_message=lambda event, _: told.append(event),
    )
    tells_only_who_listens(queue)  # type: ignore[arg-type]
    for who in ("here", "gone"):
        queue.send_message(SimpleNamespace(session_hash=who), "news")
    assert [event.session_hash for event in told] == ["here"]
    assert numbers == {"here": {"1"}}, "nor are the numbers of their calls kept"


def test_a_queue_nobody_calls_is_looked_at_some_times_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[Queue] = []
    monkeypatch.setattr(Queue, "__len__", lambda queue: looks.append(queue) or 0)

    async def a_tenth_of_a_second(queue: Queue) -> None:
        looking = asyncio.create_task(queue.start_processing())
        await asyncio.sleep(0.1)
        looking.cancel()

    with gr.Blocks() as blocks:
        pass
    blocks.queue()
    looks_less_often(blocks._queue)
    asyncio.run(a_tenth_of_a_second(blocks._queue))
    assert 1 <= sum(queue is blocks._queue for queue in looks) <= 6


def test_a_body_of_another_shape_is_refused_and_not_repeated(http: httpx.Client) -> None:
    """Bytes that are no text cannot be written into an answer."""
    sent = {"content": b'{"data": ["\xff\xfe"]}', "headers": {"Content-Type": "text/plain"}}
    for path in ("call/translate", "call/v2/classify"):
        answer = http.post(f"gradio_api/{path}", **sent)
        assert answer.status_code == 422 and answer.json()["error"].startswith("body"), answer.text


def test_half_a_surrogate_pair_in_a_value_is_named(http: httpx.Client) -> None:
    body = b'{"text": "\\ud800"}'
    answer = http.post("gradio_api/call/v2/translate", content=body, headers={"Content-Type": "application/json"})
    told = http.get(f"gradio_api/call/translate/{answer.json()['event_id']}").text
    assert "event: error" in told and "no half of a surrogate pair" in told, told


def test_half_a_surrogate_pair_in_a_name_is_refused(http: httpx.Client) -> None:
    body = b'{"text": "Hund", "\\ud800": 1}'
    answer = http.post("gradio_api/call/v2/translate", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422 and answer.json()["error"].startswith("\\ud800 takes nothing")


def test_values_are_taken_by_place_and_none_is_left_over(http: httpx.Client) -> None:
    def told(*values: Any) -> str:
        event = http.post("gradio_api/call/translate", json={"data": values}).json()["event_id"]
        return http.get(f"gradio_api/call/translate/{event}").text

    assert "text takes a text of 1 to 600 characters, and is missing" in told()
    assert "data takes at most 4 values (text, model, beam, length_penalty), not 5" in told("Hund", TRANSLATOR, 1, 1, 1)
    assert "event: complete" in told("Hund", TRANSLATOR, 1)
