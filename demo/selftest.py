"""Test a running page with everything that a visitor and another program need: python -m demo.selftest URL

Prints a line for every step and exits with 1 if one failed. It leaves a small picture in the server's memory.
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import numpy as np
from gradio_client import Client, handle_file
from PIL import Image
from safetensors.numpy import load

from demo.page.gallery import ASSETS
from demo.page.host_addresses import asked_directly

SECONDS = 120.0  # for one answer: a cold, busy server computes its first pass
PICTURE = "cc0_pizza.jpg"
SENTENCE = "Der Hund schläft unter dem Tisch."
Step = Callable[[], str]


class Visit:
    """One visitor of a page: the steps in order; each returns what it found or raises."""

    def __init__(self, url: str, http: httpx.Client) -> None:
        self.url = url.rstrip("/") + "/"
        self._http = http
        self._photo_query = {"photo": f"example:{PICTURE}", "model": "", "size": ""}
        self._boot: dict = {}

    def steps(self) -> Iterator[tuple[str, Step]]:
        yield "alive and ready", self._ready
        yield "page", self._page
        yield "words, models, first example", self._start
        yield "a photo of the gallery", self._facts
        yield "attention of a layer", self._view
        yield "a photo of one's own", self._own
        yield "a sentence", self._sentence
        yield "endpoints for programs", self._endpoints

    def _get(self, path: str, **params: object) -> httpx.Response:
        answer = self._http.get(self.url + path, params={name: str(value) for name, value in params.items()})
        answer.raise_for_status()
        return answer

    def _ready(self) -> str:
        self._get("healthz")
        return self._get("readyz").text.strip()

    def _page(self) -> str:
        text = self._get("").text
        assert "globalThis.microscope" in text, "the page's own head is missing"
        script = text.split('<link rel="modulepreload" href="', 1)[1].split('"', 1)[0]
        served = self._get(script)
        assert "javascript" in served.headers["Content-Type"], f"{script} is served as {served.headers['Content-Type']}"
        return f"{len(text) / 1000:.0f} kB"

    def _start(self) -> str:
        self._boot = self._get("microscope/boot").json()
        first = self._boot["first"]
        self._photo_query |= {"model": first["model"], "size": first["size"]}
        return f"{len(self._boot['models'])} models, {len(self._boot['translators'])} translators"

    def _facts(self) -> str:
        facts = self._get("microscope/facts", **self._photo_query).json()
        assert "error" not in facts, facts
        return f"{facts['tokens']} tokens, {facts['layers']} layers, {facts['heads']} heads"

    def _view(self) -> str:
        answer = self._get("microscope/view/layer", **self._photo_query, layer=0)
        assert load(answer.content), "there are no arrays in it"
        return f"{answer.num_bytes_downloaded / 1000:.0f} kB on the wire"

    def _own(self) -> str:
        file = io.BytesIO()
        noise = np.random.default_rng().integers(
            0, 256, (64, 64, 3), dtype=np.uint8
        )  # a picture that nobody has sent before
        Image.fromarray(noise).save(file, "PNG")
        sent = self._http.post(f"{self.url}microscope/photo", content=file.getvalue())
        sent.raise_for_status()
        began = time.monotonic()
        facts = self._get("microscope/facts", **{**self._photo_query, "photo": sent.json()["photo"]}).json()
        assert "error" not in facts, facts
        return f"a pass took {1000 * (time.monotonic() - began):.0f} ms"

    def _sentence(self) -> str:
        first = self._boot["first_sentence"]
        asked = {"text": SENTENCE, "model": first["model"], "how": first["how"]}
        facts = self._get("microscope/sentence/facts", **asked).json()
        assert "error" not in facts, facts
        return f"{len(facts['target'])} tokens written"

    def _endpoints(self) -> str:
        client = Client(self.url, verbose=False, analytics_enabled=False)
        found = client.predict(handle_file(str(ASSETS / "images" / PICTURE)), api_name="/classify")
        weights = np.load(client.predict(handle_file(str(ASSETS / "images" / PICTURE)), 0, api_name="/attention"))
        assert np.allclose(weights.sum(-1), 1, atol=1e-5), "rows of attention do not add up to 1"
        return f"{found['classes'][0]['name']}; attention {weights.shape}"


def run(url: str, say: Callable[[str], object] = sys.stdout.write) -> int:
    """Run all steps and return how many failed."""
    failed = 0
    with ExitStack() as closing:
        http = closing.enter_context(httpx.Client(timeout=SECONDS, follow_redirects=True))
        for name, step in Visit(url, http).steps():
            began = time.monotonic()
            try:
                found = f"ok    {step()}"
            except Exception as error:  # report any error and go on with the other steps
                failed += 1
                found = f"FAILED {type(error).__name__}: {str(error)[:300]}"
            say(f"{name:30} {time.monotonic() - began:6.2f} s  {found}\n")
    return failed


def main() -> int:
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.stderr.write(__doc__ or "")
        return 2
    asked_directly()
    return min(1, run(sys.argv[1]))


if __name__ == "__main__":
    sys.exit(main())
