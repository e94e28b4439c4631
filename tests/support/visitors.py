"""Simulate visitors of a served page with little processor time, since they share the cores with the measured
server.
"""

from __future__ import annotations

import gzip
import http.client
import io
import json
import os
import random
import re
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import numpy as np
from PIL import Image

from demo.sentence.service import load_examples
from tests.support.server import app_process

ROOT = Path(__file__).resolve().parents[2]
# Another checkout, to be measured in the same run.
BEFORE = os.environ.get("BEFORE", "")
SECONDS = 120.0


def checkouts() -> Iterator[tuple[str, Path]]:
    """The measured checkouts: the beginning of their rows' names, and their folders."""
    if BEFORE:
        yield "before: ", Path(BEFORE)
    yield "", ROOT


@dataclass(frozen=True)
class Server:
    """A program that is served in a process of its own."""

    url: str

    def told(self) -> dict[str, float]:
        """The values of /metrics by name, with labels."""
        text = ask(self.url, "metrics").body.decode()
        return {found[1]: float(found[2]) for found in re.finditer(r"^([a-z_]+(?:\{.*\})?) (\S+)$", text, re.MULTILINE)}

    def cpu(self) -> float:
        """Processor seconds that it has used."""
        return self.told()["process_cpu_seconds_total"]


def held(told: dict[str, float]) -> float:
    """Bytes held by the stores."""
    return sum(amount for name, amount in told.items() if name.startswith("microscope_store_bytes"))


@contextmanager
def served(folder: Path, *options: str) -> Iterator[Server]:
    """The program of a checkout."""
    with tempfile.TemporaryDirectory() as name, app_process(folder, Path(name) / "log", *options) as url:
        yield Server(url)


@dataclass(frozen=True)
class Answer:
    """A response; `headers` with names in small letters, `body` as it was sent."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)

    def json(self) -> dict[str, Any]:
        """What a JSON answer says, which comes packed."""
        packed = self.headers.get("content-encoding") == "gzip"
        return dict(json.loads(gzip.decompress(self.body) if packed else self.body))


def ask(url: str, path: str, *, body: bytes | None = None, visitor: str = "", **words: Any) -> Answer:
    """One request on a connection of its own."""
    with closing(_connection(url)) as connection:
        return _asked(connection, path, body, visitor, words)


def _connection(url: str) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    return http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=SECONDS)


def _asked(connection: http.client.HTTPConnection, path: str, body: bytes | None, visitor: str, words: Any) -> Answer:
    headers = {"Accept-Encoding": "gzip", **({"X-Visitor": visitor} if visitor else {})}
    query = f"?{urlencode(words, quote_via=quote)}" if words else ""
    connection.request("GET" if body is None else "POST", f"/{path}{query}", body, headers)
    answer = connection.getresponse()
    return Answer(answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()})


class Visitor:
    """One visitor with a photo that nobody has sent before.

    Attributes:
        file: the photo as it is sent.
    """

    def __init__(self, server: Server, number: int) -> None:
        self._server, self._name = server, f"visitor{number}"
        self.file = own_photo(number)
        self._connection = _connection(server.url)

    def ask(self, path: str, body: bytes | None = None, **words: Any) -> Answer:
        """One more request on this visitor's connection.

        Raises:
            AssertionError: the answer is none.
        """
        answer = self.tries(path, body, **words)
        assert answer.status == 200, (path, answer.status, answer.body[:300])
        return answer

    def tries(self, path: str, body: bytes | None = None, **words: Any) -> Answer:
        """The same, whatever the status."""
        return _asked(self._connection, f"microscope/{path}", body, self._name, words)

    def photo_query(self, first: dict[str, Any]) -> dict[str, Any]:
        """Send the photo: what the other requests name, with model and size of the page's first photo query."""
        return self.named(self.ask("photo", self.file), first)

    def named(self, sent: Answer, first: dict[str, Any]) -> dict[str, Any]:
        """The words of a query about the photo that was sent."""
        token = sent.json()["photo"]
        return {"photo": token, "model": first["model"], "size": first["size"]}

    def visit(self, first: dict[str, Any], *, scrolls: bool = True) -> None:
        """All requests of a page for a new photo on the Attention screen; without scrolling, those of who stays at its
        top.
        """
        photo_query = self.photo_query(first)
        for path, words in (*REQUESTS, *BELOW) if scrolls else REQUESTS:
            self.ask(path, **photo_query, **words)

    def leave(self) -> None:
        self._connection.close()


Requests = tuple[tuple[str, dict[str, Any]], ...]

# What a page asks for after the photo itself, in its order, where nobody scrolls; tests/browser/test_attention.py holds
# both lists against the page.
REQUESTS: Requests = (
    ("view/glance", {"layer": 8, "query": 0}),
    ("view/layer", {"layer": 8}),
    ("facts", {}),
    ("picture/thumb", {}),
    ("picture/seen", {}),
)
# What it asks for when somebody scrolls down to what lies below the heads.
BELOW: Requests = (
    ("view/atlas", {"query": 0}),
    ("view/depth", {}),
    ("view/atlas", {}),
)


def own_photo(number: int) -> bytes:
    """A photo of 640 × 480 that nobody has: coarse colours with some noise, as a JPEG file."""
    rng = np.random.default_rng(number)
    coarse = np.kron(rng.integers(0, 256, (24, 32, 3)), np.ones((20, 20, 1))).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(coarse ^ rng.integers(0, 8, (480, 640, 3), dtype=np.uint8)).save(file, "JPEG", quality=88)
    return file.getvalue()


def own_sentence(number: int) -> str:
    """A sentence that nobody typed: words of the examples, in another order."""
    words = sorted({word.strip(".,?!") for example in load_examples() for word in example.text.split()})
    return " ".join(random.Random(number).choices(words, k=9)) + "."


def first_look(server: Server) -> dict[str, Any]:
    """Model and size of the page's first photo query."""
    return dict(ask(server.url, "microscope/boot").json()["first"])
