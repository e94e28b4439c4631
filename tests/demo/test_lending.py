"""Large models on a GPU that is lent call by call: computed in a forked process, kept as any other trace."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillWaitingError
from dataclasses import replace
from typing import Any

import pytest
import torch
from gradio.context import LocalContext
from gradio_client import Client

import vit_core
from demo.boot import boot
from demo.compute import lending
from demo.compute.lending import is_large, lender
from demo.errors import VisitorError
from demo.photo.query import FIRST
from demo.photo.service import PhotoService
from demo.services import Services
from tests.support import lent_gpu
from tests.support.server import running_app
from vit_core import ViTConfig, available
from vit_core.trace import Trace

LOOK = replace(FIRST, size=42)


@pytest.fixture
def on_a_lent_gpu(monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """Services of a Space that is lent a GPU, to which the bundled model is large."""
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    monkeypatch.setitem(sys.modules, "spaces", lent_gpu.package())
    monkeypatch.setattr(lending, "LARGE_BYTES", 50_000_000)
    yield Services(lender=lender())


def test_nothing_is_lent_anywhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPACES_ZERO_GPU", raising=False)
    monkeypatch.setitem(sys.modules, "spaces", None)  # an import would fail
    assert lender() is None and not Services(lender=lender()).photos.lent


def test_large_begins_above_the_base_size() -> None:
    sizes = {spec.name: is_large(spec.config) for spec in available() if isinstance(spec.config, ViTConfig)}
    assert {name for name, large in sizes.items() if large} == {
        name for name in sizes if "vit_l_" in name or "large" in name
    }
    assert any(sizes.values()) and not sizes["vit-s14-everyday"]


def test_a_lent_trace_is_the_one_that_everything_is_read_from(
    on_a_lent_gpu: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = on_a_lent_gpu
    assert services.photos.lent >= {LOOK.model}
    assert {card["name"]: card["lent"] for card in boot(services)["models"]}[LOOK.model]
    here = Services().photos.trace(LOOK)
    services.photos.lend(LOOK)
    assert services.photos.keeps(LOOK)
    monkeypatch.setattr(PhotoService, "_run", lambda *args: pytest.fail("computed a second time"))
    lent = services.photos.trace(LOOK)
    assert lent.tensors.keys() == here.tensors.keys()
    for name, x in lent.tensors.items():
        assert x.device.type == "cpu" and not x.is_shared(), "it takes a file descriptor as long as it is kept"
        torch.testing.assert_close(x, here[name], rtol=1e-4, atol=1e-4, msg=name)


def test_it_runs_in_another_process_although_this_one_has_threads(on_a_lent_gpu: Services) -> None:
    """Torch's threads are not forked along: work shared out in the other process would never be done."""
    assert lent_gpu.gpu(os.getpid)() != os.getpid()
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        on_a_lent_gpu.photos.trace(replace(LOOK, size=98))
        on_a_lent_gpu.photos.lend(LOOK)
    finally:
        torch.set_num_threads(threads)
    assert on_a_lent_gpu.photos.keeps(LOOK)


@pytest.mark.parametrize(
    ("makes", "why"),
    [(lambda: lambda: 0, "pickle"), (lambda: {"x": torch.empty(1, device="meta")}, "a tensor on meta")],
)
def test_what_cannot_come_back_fails(makes: Any, why: str) -> None:
    assert lent_gpu.gpu(lambda: print)() is print
    with pytest.raises(RuntimeError, match=why):
        lent_gpu.gpu(makes)()


def test_a_trace_with_something_that_is_not_on_the_cpu_fails(
    on_a_lent_gpu: Services, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    made = lending.vit_core.trace_image

    def left_there(*args: Any, **kwargs: Any) -> Trace:
        trace = made(*args, **kwargs)
        return replace(trace, tensors={**trace.tensors, "logits": trace["logits"].to("meta")})

    monkeypatch.setattr(lending.vit_core, "trace_image", left_there)
    assert not on_a_lent_gpu.photos.lend(LOOK)
    assert "a trace with a tensor on meta" in caplog.text
    assert not on_a_lent_gpu.photos.keeps(LOOK)


def never(*_: Any) -> Trace:
    raise RuntimeError("borrowed")


def test_small_models_and_wrong_questions_borrow_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    services = Services(lender=never)
    assert services.photos.lend(LOOK) and not services.photos.keeps(LOOK)
    monkeypatch.setattr(lending, "LARGE_BYTES", 50_000_000)
    services = Services(lender=never)
    for wrong in (replace(LOOK, size=43), replace(LOOK, photo="nobody's")):
        with pytest.raises(VisitorError):
            services.photos.lend(wrong)
    assert services.photos.lend(replace(LOOK, model="none"))
    assert not services.photos.lend(LOOK)


def test_whoever_waited_for_what_another_could_not_borrow_tries_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    """One visitor's share is used up; the others asked for the same: one with a share, one without the event."""
    monkeypatch.setattr(lending, "LARGE_BYTES", 50_000_000)
    asked, waiting = [], threading.Event()

    def lend(model: Any, photo: Any, size: int) -> Trace:
        asked.append(size)
        if len(asked) == 1:
            waiting.wait(30)
            raise RuntimeError("no share is left")
        return Services().photos.trace(LOOK)

    services = Services(lender=lend)
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(services.photos.lend, LOOK)
        while not asked:
            assert not first.done()
        others = [pool.submit(services.photos.lend, LOOK), pool.submit(services.photos.trace, LOOK)]
        with pytest.raises(StillWaitingError):
            others[1].result(0.5)
        waiting.set()
        assert not first.result(30)
        assert others[0].result(30) is True and others[1].result(30)["logits"].isfinite().all()


@pytest.mark.parametrize("ask", [{"api_name": "/classify", "top": 3}, {"api_name": "/attention", "layer": 2}])
def test_programs_borrow_as_the_page_does(ask: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Their calls are events of Gradio's too; where nothing is lent they are answered by the CPU."""
    monkeypatch.setattr(lending, "LARGE_BYTES", 50_000_000)
    asked, said_no = [], []

    def lend(model: Any, photo: Any, size: int) -> Trace:
        asked.append(size)
        assert LocalContext.request.get() is not None, "it would not be known whose share it is"
        if size == 98:
            said_no.append(size)
            raise RuntimeError("no share is left")
        return vit_core.trace_image(vit_core.load(model), photo, size=size)

    with running_app(Services(lender=lend)) as app:
        client = Client(app.url, verbose=False, ssl_verify=False, download_files=False)
        monkeypatch.setattr(PhotoService, "_run", lambda *args: pytest.fail("computed here"))
        client.predict(image={"path": FIRST.photo}, size=42, **ask)
        monkeypatch.undo()
        client.predict(image={"path": FIRST.photo}, size=98, **ask)
    assert asked == [42, 98] and said_no == [98]
