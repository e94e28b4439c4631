"""Passes on another device: nothing is forgotten on the way there or back, and the numbers are the CPU's.

The second device refuses to meet tensors of the CPU (tests/support/second_device.py), so that every tensor that was
not brought along ends a test. Where there is a real one: python -m tests.device --device cuda.
"""

from __future__ import annotations

import logging
import pickle
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import torch
from PIL import Image
from torch import Tensor, nn

import vit_core
from tests.support import devices
from tests.support.second_device import NAME, Distant, second_device
from vit_core import device
from vit_core.analysis.alignment import prediction_difference
from vit_core.analysis.padding import encode_padded, moved_from_alone, translate_padded
from vit_core.checkpoints import in_memory, loading
from vit_core.config import RecurrentConfig, Seq2SeqConfig, ViTConfig
from vit_core.decoding import Beam, Greedy, Sample
from vit_core.interventions import Intervention
from vit_core.recurrent_seq2seq import RecurrentTranslator
from vit_core.replay import open_block, rerun
from vit_core.seq2seq import EncoderDecoder
from vit_core.shapes_only import shapes_only
from vit_core.tap import RecordTap
from vit_core.trace import keep_all
from vit_core.vit import PatchEmbed, VisionTransformer

WITHIN = 1e-4
NETWORKS: dict[type, Callable[[Any], nn.Module]] = {
    ViTConfig: VisionTransformer,
    Seq2SeqConfig: EncoderDecoder,
    RecurrentConfig: RecurrentTranslator,
}
TEXT = "Er war so arm, dass er kein Brot kaufen konnte."
TRANSLATORS = ("marian-s-de-en", "marian-m-de-en", "twin-masked-de-en", "twin-unmasked-de-en")
RECURRENT = ("rnn-de-en", "lstm-de-en", "gru-de-en", "gru-attention-de-en")


@pytest.fixture(autouse=True)
def a_second_device(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(loading, "DEVICES", (*device.DEVICES, NAME))
    monkeypatch.setattr(in_memory, "is_here", lambda _: True)
    in_memory._log.cache_clear()
    yield


def photo() -> Image.Image:
    return Image.effect_mandelbrot((126, 126), (-2, -1.5, 1, 1.5), 60).convert("RGB")


def both(name: str, work: Callable[[vit_core.checkpoints.in_memory.InMemory], dict[str, Tensor]]) -> None:
    """What `work` finds with a model's passes on the second device is what it finds on the CPU."""
    here, there = vit_core.load(name), vit_core.load(name, device=NAME)
    expected = work(here)
    with second_device():
        found = work(there)
        assert there.fallback is None, "the passes ran on the CPU"
    assert found.keys() == expected.keys()
    for quantity, x in found.items():
        assert not isinstance(x, Distant) and x.device.type == "cpu", quantity
        torch.testing.assert_close(x, expected[quantity], rtol=WITHIN, atol=WITHIN, equal_nan=True, msg=quantity)


def test_a_photo() -> None:
    def work(model):
        trace = vit_core.trace_image(model, photo(), size=126, keep=keep_all)
        changes = Intervention(order=tuple(range(80, -1, -1)), position_off=True, residual_off=frozenset({3}))
        again = rerun(model, trace, changes.edits(trace.config.d_head))
        late = rerun(model, trace, Intervention(unscaled=frozenset({7})).edits(trace.config.d_head))
        opened = open_block(model, trace, 5)
        told = {"plain": trace, "changed": again, "late": late, "opened": opened}
        return {f"{which}.{name}": x for which, one in told.items() for name, x in one.tensors.items()}

    both("vit-s14-everyday", work)


SAMPLE = Sample(temperature=1.3, top_k=40, top_p=0.9, seed=5)


# A translator is a shape, and a strategy asks every shape for the same: each strategy meets one of them, and each shape
# a strategy. What the first words need is what every word needs, but for the hypotheses of a beam that have ended.
@pytest.mark.parametrize(
    ("name", "strategy", "words"),
    [
        (TRANSLATORS[0], Beam(4), 12),
        (TRANSLATORS[0], Greedy(), 5),
        (TRANSLATORS[0], SAMPLE, 5),
        (TRANSLATORS[1], Beam(2), 5),
        (TRANSLATORS[2], SAMPLE, 5),
        (TRANSLATORS[3], Greedy(), 5),
    ],
)
def test_a_sentence(name: str, strategy: vit_core.decoding.Strategy, words: int) -> None:
    def work(model):
        said = vit_core.translate(model, TEXT, strategy=strategy, max_new=words, keep=keep_all)
        steps = {f"step {i}": step.weighed for i, step in enumerate(said.steps)}
        return {**said.trace.tensors, **steps, "ids": torch.tensor(said.ids), "score": torch.tensor(said.score)}

    both(name, work)


@pytest.mark.parametrize("name", TRANSLATORS[:1])
def test_what_else_passes_a_sentence(name: str) -> None:
    def work(model):
        ids, target = model.tokenizer.encode(TEXT), model.tokenizer.encode_target("He was so poor.")
        rows = [list(ids), list(ids[2:])]

        def passes(there):
            batch = encode_padded(there.model, rows, masked=True)
            written = translate_padded(there, rows[1], len(ids), Greedy(), masked=True)
            return {
                "difference": prediction_difference(there.model, tuple(ids), tuple(target)),
                "outputs": batch.outputs,
                "moved": moved_from_alone(there.model, batch),
                "written": torch.tensor(list(written.encode())),
            }

        return {**model.run(passes), **vit_core.read_along(model, TEXT, target, keep=keep_all).trace.tensors}

    both(name, work)


@pytest.mark.parametrize("name", RECURRENT)
def test_a_recurrent_network(name: str) -> None:
    def work(model):
        said = vit_core.translate_recurrent(model, TEXT, max_new=12)
        given = vit_core.read_along_recurrent(model, TEXT, said.ids)
        again = {f"given.{name}": x for name, x in given.trace.tensors.items()}
        return {**said.trace.tensors, **again, "logprobs": said.logprobs}

    both(name, work)


def shallow(config: Any) -> Any:
    """A shape with two blocks in each stack: a third would ask for nothing that the second has not asked for."""
    if isinstance(config, ViTConfig):
        return replace(config, n_layers=2)
    if isinstance(config, Seq2SeqConfig):
        return replace(config, **{name: replace(getattr(config, name), n_layers=2) for name in ("encoder", "decoder")})
    return config


@pytest.mark.parametrize("name", [spec.name for spec in vit_core.available() if type(spec.config) in NETWORKS])
def test_on_meta_the_pass_of_every_model_takes_place_where_its_weights_are(name: str) -> None:
    """Of those too that this computer could not hold: what has a shape and no numbers takes no memory and no time."""
    config: Any = shallow(next(spec.config for spec in vit_core.available() if spec.name == name))
    with shapes_only():
        net = NETWORKS[type(config)](config)
    seen = RecordTap(keep_all)
    with device.passing(net):
        if isinstance(config, ViTConfig):
            net(device.entering(torch.zeros(3, config.image_size, config.image_size, device="cpu"), net), tap=seen)
        else:
            ids = torch.zeros(1, 5, dtype=torch.long)
            net(ids, ids, tap=seen)
    assert len(seen.tensors) > 5 and {x.device.type for x in seen.tensors.values()} == {"meta"}


def test_the_comparison_for_a_real_device(monkeypatch: pytest.MonkeyPatch) -> None:
    """It tells a device whose numbers are a little off from one whose are not, and one that was not used."""
    monkeypatch.setattr(devices, "PHOTOS", 1)
    monkeypatch.setattr(devices, "SENTENCES", 1)
    vit, told = "vit-course-48", list[str]()
    with second_device():
        assert devices.compare(NAME, [vit, "gru-de-en"], told.append)
        assert len(told) == 3 and "within 0.0001" in told[-1]
        right = PatchEmbed.forward
        off = 1 + torch.tensor(1e-3)  # a number by itself may meet any device
        monkeypatch.setattr(
            PatchEmbed, "forward", lambda self, x: right(self, x) * off if isinstance(x, Distant) else right(self, x)
        )
        assert not devices.compare(NAME, [vit], told.append)
        assert "above 0.0001" in told[-1]
    monkeypatch.setattr(in_memory, "is_here", lambda _: False)
    assert not devices.compare(NAME, [vit], told.append)
    assert f"There is no {NAME} device" in told[-1]


def test_a_forgotten_tensor_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = PatchEmbed.forward

    def forgets(self: PatchEmbed, image: Tensor) -> Tensor:
        return right(self, image) + torch.ones(self.proj.out_channels, device="cpu")

    monkeypatch.setattr(PatchEmbed, "forward", forgets)
    with pytest.raises(RuntimeError, match="on the same device"):
        both("vit-s14-everyday", lambda model: dict(vit_core.trace_image(model, photo(), size=126).tensors))


def test_a_trace_of_another_device_can_be_sent_to_another_process() -> None:
    model = vit_core.load("marian-s-de-en", device=NAME)
    with second_device():
        said = vit_core.translate(model, "Der Hund schläft.")
    again = pickle.loads(pickle.dumps(said))
    assert again.text == said.text
    assert all(type(x) is Tensor and x.device.type == "cpu" for x in again.trace.tensors.values())


@pytest.mark.parametrize("at_most", [1_000_000, 90_000_000])
def test_a_full_device_hands_over_to_the_cpu(at_most: int, caplog: pytest.LogCaptureFixture) -> None:
    """Full already with the weights, of 87 MB, or in the middle of a pass."""
    layers: list[str] = []

    def watch(name: str, x: Tensor) -> Tensor:
        layers.append(name)
        return x

    expected = vit_core.trace_image(vit_core.load("vit-s14-everyday"), photo())
    model = vit_core.load("vit-s14-everyday", device=NAME)
    with caplog.at_level(logging.WARNING), second_device(at_most):
        found = vit_core.trace_image(model, photo(), watch=watch)
        begun = layers.count("patches")
        vit_core.trace_image(model, photo(), watch=watch)
    assert (begun, layers.count("patches")) == ((1, 2) if at_most < 87e6 else (2, 3)), "it is not tried again"
    assert torch.equal(found["logits"], expected["logits"])
    [remark] = [note for note in model.remarks if note not in model.notes]
    assert (remark.code, remark.params["device"]) == ("device_full", NAME)
    assert [record.getMessage() for record in caplog.records] == [f"vit-s14-everyday: {remark.sentence}"]


def test_a_device_that_is_not_there_leaves_the_cpu(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(in_memory, "is_here", lambda _: False)
    with caplog.at_level(logging.WARNING):
        for name in ("vit-s14-everyday", "vit-s14-everyday"):
            model = vit_core.load(name, device="cuda")
            assert vit_core.trace_image(model, photo(), size=42).top(1)
            assert model.remarks[-1].code == "device_absent"
    assert len(caplog.records) == 1 and "cuda" in caplog.text, "told once, whatever the number of models"


def test_anything_else_that_goes_wrong_on_a_device_is_told() -> None:
    model = vit_core.load("vit-s14-everyday", device=NAME)

    def broken(name: str, x: Tensor) -> Tensor:
        raise RuntimeError("not the memory")

    with second_device(), pytest.raises(RuntimeError, match="not the memory"):
        vit_core.trace_image(model, photo(), size=42, watch=broken)
    assert not any(note.code.startswith("device") for note in model.remarks)


def test_only_known_devices() -> None:
    with pytest.raises(ValueError, match="tpu"):
        vit_core.load("vit-s14-everyday", device="tpu")
    assert device.is_here("cpu")
    assert {kind: device.is_here(kind) for kind in ("cuda", "mps")} == {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
    }
