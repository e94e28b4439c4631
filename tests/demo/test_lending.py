"""Large models on a GPU that is lent call by call: computed in a forked process, kept as any other trace."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import torch

from demo import lending
from demo.errors import VisitorError
from demo.lending import is_large, lender
from demo.page import boot
from demo.services import FIRST, Services
from tests.support import lent_gpu
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
    assert lender() is None and not Services(lender=lender()).lent()


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
    assert services.lent() >= {LOOK.model}
    assert {card["name"]: card["lent"] for card in boot(services)["models"]}[LOOK.model]
    here = Services().trace(LOOK)
    services.lend(LOOK)
    assert services.keeps(LOOK)
    monkeypatch.setattr(Services, "_run", lambda *args: pytest.fail("computed a second time"))
    lent = services.trace(LOOK)
    assert lent.tensors.keys() == here.tensors.keys()
    for name, x in lent.tensors.items():
        assert x.device.type == "cpu"
        torch.testing.assert_close(x, here[name], rtol=1e-4, atol=1e-4, msg=name)


def test_it_runs_in_another_process_although_this_one_has_threads(on_a_lent_gpu: Services) -> None:
    """Torch's threads are not forked along: work shared out in the other process would never be done."""
    assert lent_gpu.gpu(os.getpid)() != os.getpid()
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        on_a_lent_gpu.trace(replace(LOOK, size=98))
        on_a_lent_gpu.lend(LOOK)
    finally:
        torch.set_num_threads(threads)
    assert on_a_lent_gpu.keeps(LOOK)


@pytest.mark.parametrize(
    ("makes", "why"),
    [(lambda: lambda: 0, "pickle"), (lambda: {"x": torch.empty(1, device="meta")}, "a tensor on meta")],
)
def test_what_cannot_come_back_fails(makes: Any, why: str) -> None:
    assert lent_gpu.gpu(lambda: print)() is print
    with pytest.raises(RuntimeError, match=why):
        lent_gpu.gpu(makes)()


def test_a_trace_with_something_that_is_not_on_the_cpu_fails(
    on_a_lent_gpu: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = lending.vit_core.trace_image

    def left_there(*args: Any, **kwargs: Any) -> Trace:
        trace = made(*args, **kwargs)
        return replace(trace, tensors={**trace.tensors, "logits": trace["logits"].to("meta")})

    monkeypatch.setattr(lending.vit_core, "trace_image", left_there)
    with pytest.raises(RuntimeError, match="a tensor on meta"):
        on_a_lent_gpu.lend(LOOK)
    assert not on_a_lent_gpu.keeps(LOOK)


def test_small_models_and_wrong_questions_borrow_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def borrow(*args: Any) -> Trace:
        raise AssertionError("borrowed")

    services = Services(lender=borrow)
    services.lend(LOOK)
    assert not services.keeps(LOOK)
    monkeypatch.setattr(lending, "LARGE_BYTES", 50_000_000)
    for wrong in (replace(LOOK, size=43), replace(LOOK, photo="nobody's")):
        with pytest.raises(VisitorError):
            services.lend(wrong)
    services.lend(replace(LOOK, model="none"))
    with pytest.raises(AssertionError, match="borrowed"):
        services.lend(LOOK)
