"""The kinds of requests: each asks the server as often as it is told to, and counts what came back."""

from __future__ import annotations

import base64
import json
import random
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from tests.fuzz import mutator

SECONDS = 60.0  # for one answer, on a busy machine
# In every text that is sent: none of it may stand in the server's log.
SECRET = "Geheimnis"
NO_ANSWER = "none"
PHOTO = "example:cc0_pizza.jpg"


@dataclass
class Count:
    """What came of one kind of requests: answers by class of status, the longest wait, and what should not be."""

    answers: Counter[str] = field(default_factory=Counter)
    worst: float = 0.0
    faults: list[str] = field(default_factory=list)

    @property
    def requests(self) -> int:
        return sum(self.answers.values())

    def add(self, status: int, seconds: float, what: str) -> None:
        self.answers[f"{status // 100}xx" if status else NO_ANSWER] += 1
        self.worst = max(self.worst, seconds)
        if status >= 500:
            self.faults.append(f"{status}: {what[:300]}")


@dataclass
class Target:
    """A running server, and what it offers to be asked about."""

    url: str
    model: str
    broken: list[str]
    rng: random.Random
    http: httpx.Client

    def ask(self, count: Count, method: str, path: str, **options: Any) -> httpx.Response | None:
        """Ask once. Where the client itself finds that a request cannot be sent, it is none."""
        began = time.monotonic()
        try:
            answer = self._whole(method, path, began, **options)
        except (httpx.TimeoutException, TimeoutError):
            count.faults.append(f"no answer in {SECONDS:.0f} s: {method} {path} {str(options)[:200]}")
            return None
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            count.add(0, time.monotonic() - began, path)
            return None
        except (httpx.InvalidURL, httpx.LocalProtocolError, UnicodeEncodeError, ValueError):
            return None
        count.add(answer.status_code, time.monotonic() - began, f"{method} {path} {str(options)[:200]}")
        return answer

    def _whole(self, method: str, path: str, began: float, **options: Any) -> httpx.Response:
        """An answer with its body. A stream that shows signs of life and never ends is no answer."""
        with self.http.stream(method, path, **options) as answer:
            body = bytearray()
            for piece in answer.iter_bytes():
                body += piece
                if time.monotonic() - began > SECONDS:
                    raise TimeoutError
        headers = [(name, value) for name, value in answer.headers.items() if name != "content-encoding"]
        return httpx.Response(answer.status_code, headers=headers, content=bytes(body))


Kind = Callable[[Target, Count, int], None]


def drawn(target: Target, strategy: st.SearchStrategy[Any], number: int, use: Callable[[Any], object]) -> None:
    """Call `use` with so many drawn values, the same for the same seed."""

    @seed(target.rng.randrange(2**32))
    @settings(
        max_examples=number,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        derandomize=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def each(value: Any) -> None:
        use(value)

    each()


# -- what the document declares, right and wrong


def declared(target: Target, count: Count, number: int) -> None:
    """Every operation of the OpenAPI document, with values that it declares and with values that it forbids."""
    document = target.http.get("/microscope/openapi.json").json()
    for path in ("/microscope/reach",):  # asks the hosts of models, as it is there to do
        del document["paths"][path]
    operations = [one.ok() for one in schemathesis.openapi.from_dict(document).get_all_operations()]
    for i, operation in enumerate(operations):
        for mode in GenerationMode:
            share = number * (i + 1) // len(operations) - number * i // len(operations)
            half = share // 2 if mode is GenerationMode.POSITIVE else share - share // 2
            if half:
                try:
                    drawn(
                        target,
                        operation.as_strategy(generation_mode=mode),
                        half,
                        lambda case: _send(target, count, case),
                    )
                except Exception as error:  # nothing can be wrong of what takes anything
                    if "Unsatisfiable" not in type(error).__name__:
                        raise


def _send(target: Target, count: Count, case: Any) -> None:
    sent = case.as_transport_kwargs(base_url=target.url)
    model = sent["json"].get("model") if isinstance(sent.get("json"), dict) else None
    if isinstance(model, str) and model:  # of those that are offered, one that is here
        sent["json"]["model"] = target.model
    names = ("method", "url", "params", "headers", "cookies", "json", "data", "files")
    try:
        request = requests.Request(**{name: sent[name] for name in names if sent.get(name) is not None}).prepare()
    except (requests.RequestException, TypeError, ValueError, AttributeError):
        return  # it cannot be sent
    body = request.body.encode() if isinstance(request.body, str) else request.body
    path = str(request.url).removeprefix(target.url)
    answer = target.ask(count, str(request.method), path, content=body, headers=dict(request.headers))
    if answer is not None and "event_id" in answer.text and answer.status_code == 200:
        _listen(target, count, case.operation.path.rsplit("/", 1)[-1], answer)


def _listen(target: Target, count: Count, name: str, answer: httpx.Response) -> str:
    """Wait for the answer of a call."""
    try:
        event = answer.json()["event_id"]
    except (ValueError, KeyError, TypeError):
        return ""
    heard = target.ask(count, "GET", f"/gradio_api/call/{name}/{event}")
    return heard.text if heard is not None else ""


# -- words of addresses

WORDS = ("layer", "head", "query", "key", "token", "class", "step", "part", "unit", "row", "at", "source", "quantity")
LATIN = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
VALUE = (
    st.integers(-2, 300).map(str)
    | st.sampled_from(["", "0", "1", "1e3", "٣", "nan", "0,1", "1," * 300, "9" * 4000])
    | LATIN
)
CHANGE = (
    st.sampled_from(
        [
            "",
            "position:off",
            "mask:off",
            "order:3,2,1,0",
            "head:0:0",
            "residual:0:off",
            "scale:0:off",
            "order:" + ",".join("0" * 800),
        ]
    )
    | LATIN
    | st.from_regex(r"[a-z]{1,9}(:[0-9a-z,]{1,9}){0,4}", fullmatch=True)
)


def views(target: Target, count: Count, number: int) -> None:
    """Views of a good photo query, with the words they declare and others: this far in only wrong numbers are left."""
    paths = target.http.get("/microscope/openapi.json").json()["paths"]
    known = {
        path: [
            one["name"]
            for one in operation["get"]["parameters"]
            if one["name"] not in ("photo", "model", "size", "text")
        ]
        for path, operation in paths.items()
        if "/view/" in path
    }

    def ask(asked: tuple[str, dict[str, str], str]) -> None:
        path, words, change = asked
        declared = {
            word: words.get(word, str(i))
            for i, word in enumerate(known[path])
            if word not in ("change", "how", "prefix")
        }
        others = {} if len(words) % 2 else words
        subject = {"text": f"{SECRET} schläft.", "model": "twin-masked-de-en", "how": "greedy"}
        if "/sentence/" not in path:
            subject = {"photo": PHOTO, "model": target.model, "size": "32"}
        target.ask(count, "GET", path, params={**subject, **declared, **others, "change": change})

    words = st.dictionaries(st.sampled_from(WORDS) | LATIN, VALUE, max_size=4)
    drawn(target, st.tuples(st.sampled_from(sorted(known)), words, CHANGE), number, ask)


def sentences(target: Target, count: Count, number: int) -> None:
    """Texts of every script, sign and length, ways of writing, and forced words."""
    text = st.text(max_size=12) | st.text(st.characters(categories=["Cc", "Cf", "Mn", "So", "Zs"]), max_size=40)
    text |= st.sampled_from(
        ["\u202e" * 50, "a\u0301" * 300, "\U000e0041" * 99, "x" * 601, "'\"<script>${1}{{2}}", "\x00"]
    )
    how = (
        st.sampled_from(
            ["greedy", "beam:2:0.6:paper", "sample:0.05:0:1:7", "beam:9:0:paper", "beam:2:nan:paper", "sample:1:1"]
        )
        | LATIN
    )
    prefix = st.sampled_from(["", "0", "1,2,3", "999999", ",", "1," * 200]) | LATIN

    def ask(asked: tuple[str, str, str, str]) -> None:
        said, how, prefix, change = asked
        words = {"text": said.encode("utf-8", "replace").decode() + f" {SECRET}", "how": how, "prefix": prefix}
        target.ask(
            count, "GET", "/microscope/sentence/facts", params={**words, "model": "twin-masked-de-en", "change": change}
        )

    drawn(target, st.tuples(text, how, prefix, CHANGE), number, ask)


# -- the named endpoints

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | LATIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(LATIN, inner, max_size=3),
    max_leaves=8,
)


def calls(target: Target, count: Count, number: int) -> None:
    """Calls of the named endpoints and of Gradio's queue, with whatever JSON can say, and the answers to them."""
    names = st.sampled_from(["classify", "attention", "translate", "predict", "../upload", "%00", SECRET])
    data = (
        st.lists(JSON, max_size=6)
        | st.just([PHOTO, target.model, 0, 3])
        | st.just([{"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}])
    )
    body = st.fixed_dictionaries(
        {"data": data | JSON},
        optional={"fn_index": JSON, "session_hash": LATIN, "event_data": JSON, "trigger_id": JSON},
    )

    def ask(asked: tuple[int, str, Any, Any]) -> None:
        way, name, whole, named = asked
        if way == 0:
            target.ask(count, "POST", "/gradio_api/queue/join", json=whole)
            return
        path = f"/gradio_api/call/{'v2/' if way == 1 else ''}{name}"
        answer = target.ask(count, "POST", path, json=named if way == 1 else whole)
        if answer is not None and answer.status_code == 200:
            _listen(target, count, name, answer)

    values = st.dictionaries(
        st.sampled_from(["image", "model", "size", "top", "layer", "text", "beam", "length_penalty"]) | LATIN,
        JSON,
        max_size=5,
    )
    drawn(target, st.tuples(st.integers(0, 2), names, body, values), number, ask)


def nested(target: Target, count: Count, number: int) -> None:
    """JSON without end: nested, long, of huge numbers, cut off, of another encoding."""
    rng, paths = target.rng, ("call/translate", "call/v2/classify", "queue/join", "cancel", "mcp/")
    for _ in range(number):
        depth = rng.choice((10, 1000, 100_000))
        body = rng.choice(
            (
                b'{"data":' + b"[" * depth + b"]" * depth + b"}",
                b'{"data":' * depth,
                b'{"a":' * depth + b"1" + b"}" * depth,
                b'{"data":[' + b"9" * depth + b"]}",
                b'{"data":[1e' + b"9" * depth + b"]}",
                json.dumps({"data": ["\\ud800" * (depth // 10)]}).encode(),
                '{"data":["ü"]}'.encode(rng.choice(("utf-16", "utf-32", "latin-1"))),
                b'{"data":["' + rng.randbytes(200) + b'"]}',
                json.dumps({"text": SECRET * (depth // 9)}).encode(),
                b"",
            )
        )
        kind = rng.choice(
            ("application/json", "application/json; charset=utf-7", "text/plain", "multipart/form-data; boundary=x", "")
        )
        target.ask(count, "POST", f"/gradio_api/{rng.choice(paths)}", content=body, headers={"Content-Type": kind})


# -- files


def pictures(target: Target, count: Count, number: int) -> None:
    """Damaged pictures of every kind, in each of the three ways in which one can be sent; some are looked at."""
    good = mutator.pictures()
    for i in range(number):
        data = mutator.damaged(good[sorted(good)[i % len(good)]], target.rng)
        way = i % 5
        if way == 0:
            target.ask(count, "POST", "/gradio_api/upload", files={"files": (f"../{SECRET}\x00.png", data)})
        elif way == 1:
            address = f"data:image/png;base64,{base64.b64encode(data).decode()}"
            body = {"image": address, "model": target.model}
            answer = target.ask(count, "POST", "/gradio_api/call/v2/classify", json=body)
            if answer is not None and answer.status_code == 200:
                _listen(target, count, "classify", answer)
        else:
            answer = target.ask(count, "POST", "/microscope/photo", content=data)
            if answer is not None and answer.status_code == 200 and way == 2:
                photo_query = {"photo": answer.json()["photo"], "model": target.model, "size": 32}
                target.ask(count, "GET", "/microscope/facts", params=photo_query)


def bombs(target: Target, count: Count, number: int) -> None:
    """Decompression bombs and pictures that say to be huge, of every kind."""
    all_of_them = mutator.bombs()
    for i in range(min(number, 4 * len(all_of_them))):
        name, data = all_of_them[i % len(all_of_them)]
        answer = target.ask(count, "POST", "/microscope/photo", content=data)
        if answer is not None and answer.status_code == 200 and "large" in name:
            count.faults.append(f"taken: {name}")


def checkpoints(target: Target, count: Count, number: int) -> None:
    """Looks through every damaged checkpoint of the operator's folder."""
    for i in range(number):
        photo_query = {"photo": PHOTO, "model": target.broken[i % len(target.broken)], "size": 0}
        path = "/microscope/view/layer" if i % 3 == 0 else "/microscope/facts"
        target.ask(count, "GET", path, params={**photo_query, **({"layer": 0} if i % 3 == 0 else {})})


# -- below HTTP's manners

BEFORE = (
    "/",
    "/microscope/",
    "/microscope/static/",
    "/gradio_api/",
    "/gradio_api/file=",
    "/gradio_api/file=attention/",
    "/gradio_api/file=http://a.host.example/",
    "/gradio_api/file%3Dhttps%3A%2F%2F127.0.0.1:1/",
    "/gradio_api/file=attention/example:cc0_pizza.jpg/vit-s14-everyday/",
    "/static/",
    "/assets/",
    "/gradio_api/mcp/",
)
STEPS = (
    "..",
    "%2e%2e",
    "..%2f",
    "..\\",
    "%00",
    ".",
    "",
    "%c0%ae%c0%ae",
    "etc/passwd",
    "224",
    "layer0.npy",
    "layer99999999999999999999.npy",
    "proc/self/environ",
    "app.py",
    "~root",
    "con",
    "a" * 3000,
)
METHODS = (
    "GET",
    "GET",
    "GET",
    "POST",
    "HEAD",
    "PUT",
    "DELETE",
    "OPTIONS",
    "PATCH",
    "TRACE",
    "CONNECT",
    "get",
    "BREW",
    "\x00",
)
FIELDS = (
    "X-Forwarded-For: 127.0.0.1, 10.0.0.1", "X-Forwarded-Host: evil.example", "X-Forwarded-Proto: javascript", "Host: evil.example",
    "Host: [::1", "Content-Length: 5", "Content-Length: -1", "Content-Length: 99999999999999999999", "Transfer-Encoding: chunked",
    "Transfer-Encoding: chunked, identity", "Range: bytes=0-1,5-2,-9999999999", "If-Modified-Since: never", "Accept-Encoding: gzip;q=x, br;q=9",
    "X-Visitor: " + "v" * 5000, "Cookie: " + "a=b;" * 2000, "X: " + "y" * 70_000, "Content-Type: multipart/form-data; boundary=" + "b" * 500,
    "Upgrade: websocket", "Connection: upgrade", "Expect: 100-continue", "Authorization: Basic ////", "Accept: text/event-stream", " folded: x",
    "no colon", "Origin: null", "Referer: \x01",
)  # fmt: skip


def tricks(target: Target, count: Count, number: int) -> None:
    """Paths that climb, header fields that contradict, methods that are none: written to the socket as they are."""
    rng = target.rng
    with ThreadPoolExecutor(8) as several:
        for answered in several.map(lambda lines: _raw(target, lines), [_request(rng) for _ in range(number)]):
            count.add(*answered)


def _request(rng: random.Random) -> bytes:
    path = rng.choice(BEFORE) + "/".join(rng.choice(STEPS) for _ in range(rng.randrange(5)))
    if rng.random() < 0.3:
        path += "?" + "&".join(
            f"{quote(rng.choice(STEPS))}={rng.randrange(9)}" for _ in range(rng.choice((1, 3, 2000)))
        )
    fields = [rng.choice(FIELDS) for _ in range(rng.choice((0, 1, 2, 4, 150)))]
    head = "\r\n".join(
        [f"{rng.choice(METHODS)} {path} HTTP/{rng.choice(('1.1', '1.1', '1.0', '9.9'))}", "Host: here", *fields]
    )
    body = rng.choice((b"", b"hello", b"5\r\nhello\r\n0\r\n\r\n", b"zz\r\n", rng.randbytes(40)))
    return head.encode("latin-1", "replace") + b"\r\nConnection: close\r\n\r\n" + body


def _raw(target: Target, request: bytes) -> tuple[int, float, str]:
    """The status of an answer, 0 for none, its time, and the request."""
    where, began = urlsplit(target.url), time.monotonic()
    answer = b""
    try:
        with socket.create_connection((where.hostname, where.port), timeout=3) as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            answer = connection.recv(2000)
    except OSError:
        pass
    words = answer.split(b" ", 2)
    status = int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
    return status, time.monotonic() - began, request[:200].decode("latin-1")


def slow(target: Target, count: Count, number: int) -> None:
    """Senders that bring a byte now and then, stop in the middle, or go away before the answer."""
    picture = mutator.pictures()["JPEG"]
    head = f"POST /microscope/photo HTTP/1.1\r\nHost: here\r\nContent-Length: {len(picture)}\r\nConnection: close\r\n\r\n".encode()
    upload = b"POST /gradio_api/upload HTTP/1.1\r\nHost: here\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 9000\r\n\r\n--b\r\n"
    call = b'POST /gradio_api/call/translate HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{"data":'
    question = (
        f"GET /microscope/facts?photo={PHOTO}&model={target.model}&size=48 HTTP/1.1\r\nHost: here\r\n\r\n".encode()
    )

    def send(i: int) -> tuple[int, float, str]:
        where, began = urlsplit(target.url), time.monotonic()
        status = 0
        try:
            with socket.create_connection((where.hostname, where.port), timeout=10) as connection:
                if i % 6 == 0:  # slow, and whole in the end: answered as everybody
                    for piece in range(0, len(picture), len(picture) // 6 + 1):
                        connection.sendall(
                            (head if piece == 0 else b"") + picture[piece : piece + len(picture) // 6 + 1]
                        )
                        time.sleep(0.15)  # slowness is what is tried
                    status = int(connection.recv(2000).split(b" ", 2)[1])
                else:  # broken off
                    connection.sendall((head + picture[:99], upload, call, question, head[:40])[i % 6 - 1])
        except (OSError, ValueError, IndexError):
            pass
        return status, time.monotonic() - began, f"slow sender {i % 6}"

    with ThreadPoolExecutor(16) as several:
        for answered in several.map(send, range(number)):
            count.add(*answered)


def kinds() -> Iterator[tuple[str, Kind, float]]:
    """Every kind by its name, and its share of the requests."""
    yield "declared: what OpenAPI says, right and wrong", declared, 0.26
    yield "views of a good photo, with odd words", views, 0.16
    yield "texts, ways of writing, forced words", sentences, 0.06
    yield "calls of named endpoints, any JSON", calls, 0.10
    yield "nested, endless and broken JSON", nested, 0.08
    yield "damaged pictures", pictures, 0.14
    yield "decompression bombs", bombs, 0.01
    yield "damaged checkpoints", checkpoints, 0.03
    yield "paths, header fields, methods", tricks, 0.13
    yield "slow senders, broken connections", slow, 0.03
