"""Our encoder-decoder computes what transformers' MarianMTModel computes: all three attentions, both stacks, scores.

Every parameter of the reference is perturbed, and the planted bugs show that a slip anywhere would be seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from torch import Tensor, nn
from torch.nn import functional as F

import vit_core
from tests.support import marian
from tests.support.references import assert_same
from vit_core.checkpoints.convert import from_dialect
from vit_core.checkpoints.labels import ASSETS
from vit_core.checkpoints.loaded_translator import LoadedTranslator
from vit_core.checkpoints.marian_dialects import SEPARATE, SHARED
from vit_core.positions import sinusoidal_table
from vit_core.seq2seq import EncoderDecoder

pytestmark = pytest.mark.parity

BUNDLED = ASSETS / "checkpoints" / "marian-s-de-en"
TOLERANCE = {torch.float32: {"": 1e-5}, torch.float64: {"": 1e-12}}
# Name of the case: what the folder's config.json says otherwise.
CASES: dict[str, dict[str, Any]] = {
    "swish": {},
    "relu, embeddings as they are": {"activation_function": "relu", "scale_embedding": False},
    "gelu, two tables": {"activation_function": "gelu", "separate": True},
}


@dataclass(frozen=True, eq=False)
class Case:
    """A folder as transformers saved it, and the model it was saved from."""

    folder: Path
    module: transformers.MarianMTModel

    @cached_property
    def batch(self) -> marian.Batch:
        return marian.batch_for(self.module.config)

    @cache  # noqa: B019  three tiny models
    def expected(self, dtype: torch.dtype) -> dict[str, Tensor]:
        return marian.watched(self.module, self.batch, dtype)

    def check(self, dtype: torch.dtype, bug: Callable[[EncoderDecoder], None] | None = None) -> None:
        """Load what was saved, spoil it if asked to, and compare."""
        model = load(self.folder).model.to(dtype)
        if bug is not None:
            bug(model)
        assert_same(marian.divergence(self.expected(dtype), model, self.batch), TOLERANCE[dtype])


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Case]:
    @cache
    def case(name: str) -> Case:
        path = tmp_path_factory.mktemp("marian") / "pair"
        return Case(path, marian.write_folder(path, **CASES[name]))

    return case


def load(folder: Path) -> LoadedTranslator:
    loaded = vit_core.load(folder)
    assert isinstance(loaded, LoadedTranslator)
    return loaded


@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
@pytest.mark.parametrize("name", CASES)
def test_scores_patterns_and_both_streams_are_the_references(cases: Any, name: str, dtype: torch.dtype) -> None:
    assert cases(name).module.final_logits_bias.abs().min() > 0
    cases(name).check(dtype)


@pytest.mark.parametrize("name", ["swish", "gelu, two tables"])
def test_a_model_in_memory_spells_its_tensors_as_its_file_does_and_repeats_the_shared_ones(
    cases: Any, name: str
) -> None:
    module, disk = cases(name).module, load(cases(name).folder)
    dialect = SHARED if disk.model.config.shared_embedding else SEPARATE
    state, report = from_dialect(module.state_dict(), dialect, disk.model.config)
    assert state.keys() == disk.model.state_dict().keys()
    assert all(torch.equal(state[name], tensor) for name, tensor in disk.model.state_dict().items())
    assert set(report.used) | set(report.dropped_on_purpose) == set(module.state_dict())
    assert set(report.dropped_on_purpose) == {name for name in module.state_dict() if "embed_positions" in name}
    assert "lm_head.weight" in report.used


@pytest.mark.parametrize("d_model", [32, *(pytest.param(d, marks=pytest.mark.slow) for d in (256, 512))])
def test_the_positions_are_transformers_own_to_the_last_bit(d_model: int) -> None:
    from transformers.models.marian import modeling_marian

    theirs = modeling_marian.MarianSinusoidalPositionalEmbedding(512, d_model).create_weight()
    assert torch.equal(sinusoidal_table(512, d_model, "halves"), theirs)


@pytest.mark.parametrize("kept", [("encoder", "decoder"), ("encoder",), ("decoder",), ()], ids=" and ".join)
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64], ids=str)
def test_positions_are_those_that_the_file_keeps_however_short_and_where_it_keeps_none_those_that_are_computed(
    tmp_path: Path, dtype: torch.dtype, kept: tuple[str, ...]
) -> None:
    """As opus-mt-tc-big's pytorch_model.bin of float16: transformers reads its table, and does not compute it anew."""
    state = marian.write_folder(tmp_path).to(dtype).state_dict()
    names = [name for name in state if "embed_positions" not in name or name.split(".")[1] in kept]
    torch.save({name: state[name] for name in names}, tmp_path / "pytorch_model.bin")
    (tmp_path / "model.safetensors").unlink()
    theirs = transformers.MarianMTModel.from_pretrained(tmp_path, dtype=torch.float32).eval().requires_grad_(False)
    loaded = load(tmp_path)
    batch = marian.batch_for(theirs.config)
    expected = marian.watched(theirs, batch, torch.float32)
    assert_same(marian.divergence(expected, loaded.model, batch), TOLERANCE[torch.float32])
    assert not {"positions_computed"} & {note.code for note in loaded.notes}
    if dtype == torch.float64 or not kept:
        return
    for stack in (loaded.model.encoder, loaded.model.decoder):  # the planted slip
        stack.stack = replace(stack.stack, positions="float32")
    assert max(marian.divergence(expected, loaded.model, batch).values()) > 5e-5


@pytest.mark.parametrize("name", ["marian-s-de-en", "marian-m-de-en"])
def test_the_shipped_translators_are_transformers_own(name: str) -> None:
    folder = ASSETS / "checkpoints" / name
    module = transformers.MarianMTModel.from_pretrained(folder, dtype=torch.float32).eval().requires_grad_(False)
    loaded = load(folder)
    texts = ["Der Hund schläft unter dem Tisch.", "Wo ist der Bahnhof?", "Ja."]
    ids = [loaded.tokenizer.encode(text) for text in texts]
    lengths = torch.tensor([len(row) for row in ids])
    source = nn.utils.rnn.pad_sequence([torch.tensor(row) for row in ids], batch_first=True)
    target = torch.tensor([[0, *loaded.tokenizer.encode_target("The dog sleeps.")]] * len(texts))
    batch = marian.Batch(source, target, lengths)
    expected = marian.watched(module, batch, torch.float64)
    assert_same(marian.divergence(expected, loaded.model.to(torch.float64), batch), TOLERANCE[torch.float64])


# ---- planted bugs: each must make the check fail


def no_scale(model: EncoderDecoder) -> None:
    model.config = replace(model.config, scale_embedding=False)


def no_logits_bias(model: EncoderDecoder) -> None:
    model.logits_bias.zero_()


def encoder_position_off_by_one(model: EncoderDecoder) -> None:
    _start_at(model.encoder, 1)


def decoder_position_off_by_one(model: EncoderDecoder) -> None:
    _start_at(model.decoder, 1)


def _start_at(stack: Any, shift: int) -> None:
    place = stack.place
    stack.place = lambda words, first, **more: place(words, first + shift, **more)


def encoder_sees_padding(model: Any) -> None:
    encode = model.encode
    model.encode = lambda ids, mask=None, **more: encode(ids, None, **more)


def decoder_sees_padding(model: Any) -> None:
    decode = model.decode
    model.decode = lambda *given, source_mask=None, **more: decode(*given, source_mask=None, **more)


def keys_and_values_of_the_wrong_layer(model: Any) -> None:
    cross_keys_values = model.decoder.cross_keys_values

    def rotated(*given: Any, **more: Any) -> Any:
        first, *others = cross_keys_values(*given, **more)
        return (*others, first)

    model.decoder.cross_keys_values = rotated


def norm_before(model: EncoderDecoder) -> None:
    for stack in (model.encoder, model.decoder):
        for block in stack.blocks:
            block._norm_first = True  # type: ignore[assignment]


def gelu_instead(model: EncoderDecoder) -> None:
    _act(model, F.gelu)


def relu_instead(model: EncoderDecoder) -> None:
    _act(model, F.relu)


def _act(model: EncoderDecoder, act: Callable[[Tensor], Tensor]) -> None:
    for stack in (model.encoder, model.decoder):
        for block in stack.blocks:
            block.mlp._act = act  # type: ignore[union-attr, assignment]


def no_causal_mask(model: EncoderDecoder) -> None:
    model.config = replace(model.config, causal=False)


def interleaved_positions(model: EncoderDecoder) -> None:
    for stack in (model.encoder, model.decoder):
        stack.config = replace(stack.config, sinusoids="interleaved")


def self_and_cross_swapped(model: EncoderDecoder) -> None:
    for block in model.decoder.blocks:
        block.attn, block.cross = block.cross, block.attn


def norms_swapped(model: EncoderDecoder) -> None:
    for block in model.decoder.blocks:
        block.norm1, block.norm_cross = block.norm_cross, block.norm1


def heads_of_the_encoder_in_the_decoder(model: EncoderDecoder) -> None:
    for block in model.decoder.blocks:
        block.cross.n_heads = 3  # type: ignore[union-attr, assignment]


def another_eps(model: EncoderDecoder) -> None:
    for module in model.modules():
        if isinstance(module, nn.LayerNorm):
            module.eps = 1e-6


BUGS: list[Callable[[EncoderDecoder], None]] = [
    no_scale,
    no_logits_bias,
    encoder_position_off_by_one,
    decoder_position_off_by_one,
    encoder_sees_padding,
    decoder_sees_padding,
    keys_and_values_of_the_wrong_layer,
    norm_before,
    gelu_instead,
    relu_instead,
    no_causal_mask,
    interleaved_positions,
    self_and_cross_swapped,
    norms_swapped,
    heads_of_the_encoder_in_the_decoder,
    another_eps,
]


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.__name__)
def test_the_check_fails_on_a_planted_bug(cases: Any, bug: Callable[[EncoderDecoder], None]) -> None:
    for dtype in TOLERANCE:
        if bug is another_eps and dtype is torch.float32:
            continue  # in float32 such a slip is about as large as rounding
        # Another number of heads is seen by the shape of its pattern.
        with pytest.raises(AssertionError, match=r"is the first to differ|^decoder.blocks.0.cross.pattern"):
            cases("swish").check(dtype, bug)
