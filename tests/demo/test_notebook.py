"""The state of the page as a notebook: run as whoever gets it would run it, it prints the numbers of the screen."""

from __future__ import annotations

import base64
import io
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from demo.endpoints import photo_notebook, sentence_notebook
from demo.page.texts import LANGUAGES, notebook_texts
from demo.photo.query import DEFAULT_MODEL, PhotoQuery
from demo.routes import data_plane
from demo.sentence.query import TranslationQuery
from demo.services import Services
from demo.takeaway import notebook
from tests.support.pictures import as_file, picture
from tests.support.written import percent
from vit_core.decoding import Greedy
from vit_core.interventions import Intervention, SentenceIntervention

ROOT = Path(__file__).resolve().parents[2]
SENTENCE = 'Er sagt: "Der Hund\' \\ schläft."'
CHANGE = "position:off;residual:off@3;scale:off@2"


@pytest.fixture(scope="module")
def client(bundled: Services) -> Iterator[TestClient]:
    yield TestClient(Starlette(routes=[data_plane(bundled)]))


def as_printed(share: float) -> str:
    """A share as the page writes it, with spaces that break."""
    return percent(share).replace("\u00a0", " ")


@pytest.fixture(scope="module")
def kernel() -> Iterator[Any]:
    """One for all notebooks: what each begins with is imported once."""
    manager = pytest.importorskip("jupyter_client").manager
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    running, client = manager.start_new_kernel(kernel_name="python3", env={**os.environ, "PYTHONPATH": path})
    yield running
    client.stop_channels()
    running.shutdown_kernel(now=True)


def run(answer: Any, kernel: Any) -> tuple[str, list[bytes]]:
    """All that a notebook prints, and the pictures that it shows."""
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    assert answer.headers["content-type"] == "application/x-ipynb+json"
    notebook = nbformat.reads(answer.text, as_version=4)
    nbformat.validate(notebook)
    notebook.cells.insert(0, nbformat.v4.new_code_cell("%reset -f"))  # what the one before has named is forgotten
    nbclient.NotebookClient(notebook, km=kernel, timeout=120).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    shown = [base64.b64decode(one["data"]["image/png"]) for one in outputs if "image/png" in one.get("data", {})]
    return "".join(one["text"] for one in outputs if one.get("name") == "stdout"), shown


def test_of_a_photo_it_prints_the_row_of_the_head_that_is_held(
    client: TestClient, bundled: Services, kernel: Any
) -> None:
    photo = bundled.photos.add_photo(as_file(picture(5)))
    photo_query = PhotoQuery(photo, DEFAULT_MODEL, 112, CHANGE)
    subject = {"photo": photo, "model": DEFAULT_MODEL, "size": 112, "change": CHANGE}
    held = {"layer": 8, "head": 4, "query": 12, "screen": "attention", "lang": "ko"}
    printed, shown = run(client.get("/microscope/notebook.ipynb", params={**subject, **held}), kernel)

    trace = bundled.photos.trace(photo_query)
    row = trace.pattern(8, 4)[12].tolist()
    patch = max(range(1, 65), key=row.__getitem__)
    lines = printed.splitlines()
    assert f"CLS: {as_printed(row[0])}" in lines
    assert f"{(patch - 1) // 8 + 1}행 {(patch - 1) % 8 + 1}열 패치: {as_printed(row[patch])}" in lines
    assert "2행 4열 패치 · 9층, 헤드 5" in lines
    names = bundled.photos.model_of(photo_query).labels_by_language["ko"]
    told = [f"{names[one.index]}: {as_printed(one.probability)}" for one in trace.top_classes(5)]
    assert told == lines[:5] and not re.search("[a-z]{3}", "".join(lines[:5]))
    square, figure = (Image.open(io.BytesIO(one)) for one in shown)
    assert square.convert("RGB").tobytes() == bundled.photos.square(photo_query).tobytes() and figure.width > 400


def test_of_a_sentence_it_prints_the_row_of_the_head_that_is_held(
    client: TestClient, bundled: Services, kernel: Any
) -> None:
    translation_query = TranslationQuery(SENTENCE, change="scale:off@d2;causal:off", how="greedy")
    subject = {"text": translation_query.text, "change": translation_query.change, "how": translation_query.how}
    held = {"part": "cross", "layer": 1, "head": 3, "word": 2, "screen": "decoder", "lang": "en"}
    printed, shown = run(client.get("/microscope/sentence/notebook.ipynb", params={**subject, **held}), kernel)

    found = bundled.sentences.translation(translation_query)
    assert printed.splitlines()[0] == found.text
    row = found.trace.pattern(1, 3, "cross")[2].tolist()
    wanted = [f"{token}: {as_printed(share)}" for token, share in zip(found.source_tokens, row, strict=True)]
    assert printed.splitlines()[-len(row) :] == wanted
    step = f"Step 3 (reads {found.tokens[1]}, writes {found.tokens[2]})"
    assert f"{step} · Encoder–decoder attention, layer 2, head 4" in printed.splitlines()
    assert len(shown) == 1


def test_a_visitors_words_are_literals_and_what_there_is_not_is_refused(client: TestClient) -> None:
    assert set(photo_notebook) == set(sentence_notebook) == {"state"}
    asked = {"text": 'x"""\n# <img src=x>', "part": "encoder", "layer": 0, "screen": "encoder"}
    cells = client.get("/microscope/sentence/notebook.ipynb", params=asked).json()["cells"]
    code = "\n".join(cell["source"] for cell in cells if cell["cell_type"] == "code")
    assert repr(asked["text"]) in code and not any("<img" in c["source"] for c in cells if c["cell_type"] == "markdown")
    for wrong in ({"layer": 9}, {"head": 99}, {"word": 400}, {"screen": "nowhere"}, {"part": "x"}, {"more": 1}):
        answer = client.get("/microscope/sentence/notebook.ipynb", params={**asked, **wrong})
        assert (answer.status_code, re.sub("_.*", "", answer.json()["error"])) == (400, "bad"), wrong


@pytest.mark.parametrize(
    ("model", "said", "unsaid"),
    [
        ("tiny", "trace.top(5)", "numbers"),
        ("numbers", "trace.numbers()", "top"),
        ("headless", "trace = ", 'print(*(f"{name}: {n'),
    ],
)
@pytest.mark.parametrize("lang", LANGUAGES)  # none of them has names in another language
def test_it_prints_what_the_model_answers(
    bundled: Services, client: TestClient, model: str, said: str, unsaid: str, lang: str
) -> None:
    photo = bundled.photos.add_photo(as_file(picture(5)))
    held = {"photo": photo, "model": model, "size": 32, "layer": 1, "head": 2, "screen": "attention", "lang": lang}
    cells = client.get("/microscope/notebook.ipynb", params=held).json()["cells"]
    (made,) = [cell["source"] for cell in cells if "trace = trace_pixels(" in cell["source"]]
    compile(made, "cell", "exec")
    assert said in made and unsaid not in made


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_word_stands_in_the_texts_of_its_language(lang: str) -> None:
    """All that a notebook says of a photo and of a sentence; what else is in its cells is code."""
    words = notebook_texts(lang)
    asked: dict[str, Any] = {"layer": 0, "head": 1, "lang": lang}
    of_photo = {
        "square": picture(5),
        "model": DEFAULT_MODEL,
        "answer": "one",
        "names": lang,
        "query": 0,
        "screen": "attention",
    }
    of_sentence = {"strategy": Greedy(), "prefix": (), "part": "cross", "word": 0, "screen": "translation"}
    said = ""
    for i, own in enumerate((Intervention(), Intervention(position_off=True))):
        said += notebook.of_photo(**{**of_photo, **asked}, change=own).decode()
        way = {"change": SentenceIntervention(), "causal_off": bool(i), "model": f"own/{i}", "head": (1, None)[i]}
        said += notebook.of_sentence("Ja.", **{**of_sentence, **asked, **way}).decode()
    for key, text in words.items():
        for line in filter(None, re.split(r"\n|\{\w+\}", text)):
            assert json.dumps(line.strip(), ensure_ascii=False)[1:-1] in said, key
    other = notebook_texts(next(one for one in LANGUAGES if one != lang))
    assert not [key for key, text in other.items() if text.splitlines()[-1] in said]
