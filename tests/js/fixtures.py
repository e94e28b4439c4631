"""What the tests of the scripts compare with, as JSON: `python tests/js/fixtures.py payload names`, or all of it."""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))


def written(data: bytes) -> str:
    return base64.b64encode(data).decode()


def keys() -> list[dict[str, Any]]:
    """Addresses of the page, what each may leave out, and its one form as Python writes it."""
    from urllib.parse import parse_qsl

    from demo.offline.recorded import default_parameters, key_of

    addresses = (
        "view/similarity?photo=&model=vit&size=224&native=0&v=a-1",
        "view/similarity?size=224&native=1&model=vit&photo=",
        "sentence/view/words?text=Ja+%26+nein%2C+%C3%BCber+%7E*&model=marian-s-de-en&how=greedy&prefix=&change=&v=2",
        "sentence/view/padding?others=Ja.%0ANein.&mask=on&text=Wie%3F",
        "facts?photo=example%3Acat.jpg&model=vit&size=0&request=1-2",
        "texts?lang=ko",
        "boot",
    )
    found = []
    for address in addresses:
        path, _, query = address.partition("?")
        words = dict(parse_qsl(query, keep_blank_values=True))
        found.append({"address": address, "usual": {path: default_parameters(path)}, "key": key_of(path, words)})
    return found


def payload() -> dict[str, Any]:
    """A payload as the server writes it, and the numbers in it: every float16, and a few of each other kind."""
    from demo.views.payload import encode

    halves = np.arange(2**16, dtype="<u2").view("<f2")
    generator = np.random.default_rng(7)
    shape = 2, 19, 23  # with rows and columns from which others are far enough
    weights = generator.random(shape, dtype=np.float32) ** 4 * generator.choice([-1, 1], shape).astype("<f4")
    weights.flat[:3] = 0, 1, -1
    arrays = {
        "halves": halves.reshape(256, 256),
        "levels": generator.integers(0, 256, (3, 7), dtype=np.uint8),
        "ids": np.array([-(2**31), -1, 0, 2**31 - 1], dtype="<i4"),
        "digits": np.array([[0.1], [-0.0], [np.inf], [1e-45]], dtype="<f4"),
    }
    body = encode(arrays, {"words": ["Hündin", "개"], "count": 3}, weights={"pattern": weights})
    # What a page of numbers must come to, as float64: written out by numpy and JSON alone.
    values = {name: array.astype("<f8").ravel() for name, array in arrays.items()}
    values["pattern"] = _middles(weights.astype("<f8")).ravel()
    shapes = {**{name: list(array.shape) for name, array in arrays.items()}, "pattern": list(weights.shape)}
    return {
        "body": written(body),
        "shapes": shapes,
        "values": {name: written(array.tobytes()) for name, array in values.items()},
    }


def printed() -> dict[str, str]:
    """Weights where a printed digit turns over, on both sides of there and in between: as sent, and as they are."""
    from demo.views.payload import encode

    turns = np.concatenate([np.arange(2001) / 200_000, np.arange(2001) / 20_000, np.arange(2001) / 2_000])
    turns = turns.astype("<f4")
    between = np.random.default_rng(11).random(20_000, dtype=np.float32)
    weights = np.concatenate(
        [turns, np.nextafter(turns, np.float32(0)), np.nextafter(turns, np.float32(1)), between, between**4, between**9]
    )
    return {"body": written(encode({}, weights={"weights": weights})), "values": written(weights.tobytes())}


def _middles(weights: np.ndarray) -> np.ndarray:
    """The middles of the cells that weights lie in, found among their borders."""
    from tests.support.payload import borders_of_cells, middles_of_cells

    size = np.abs(weights)
    number = np.where(size == 0, 0, np.searchsorted(borders_of_cells(), size, side="right"))
    return (np.sign(weights) * middles_of_cells()[number]).astype("<f4").astype("<f8")


def names() -> list[dict[str, Any]]:
    """Every quantity of every kind of model: its name, what its dimensions count, and whose it is."""
    from vit_core.config import RecurrentConfig, Seq2SeqConfig
    from vit_core.names import VIT_NAMES, recurrent_names, seq2seq_names
    from vit_core.recurrent import CELLS

    models = [
        ("photoQuery", None, VIT_NAMES),
        *(("sentence", None, seq2seq_names(Seq2SeqConfig(norm=norm))) for norm in ("pre", "post")),
        *(
            ("sentence", cell, recurrent_names(RecurrentConfig(cell=cell, attention=attention)))
            for cell in CELLS
            for attention in (False, True)
        ),
    ]
    return [
        {"of": of, "cell": cell, "name": name.template.format(i=1), "axes": name.axes}
        for of, cell, model in models
        for name in model
    ]


def figures() -> dict[str, Any]:
    """The papers' figures as the page is told of them, and the words that the address of each may say."""
    from demo.endpoints import photo_figure, sentence_figure
    from demo.page.figures import on_screens
    from demo.query.parameters import schemas

    words = {
        name: [*figures.subject_parameters, *schemas(figure.parser), "v"]
        for figures in (photo_figure, sentence_figure)
        for name, figure in figures.items()
    }
    return {"boot": on_screens(), "words": words}


FIXTURES = {"payload": payload, "names": names, "printed": printed, "figures": figures, "keys": keys}

if __name__ == "__main__":
    json.dump({name: FIXTURES[name]() for name in sys.argv[1:] or FIXTURES}, sys.stdout)
