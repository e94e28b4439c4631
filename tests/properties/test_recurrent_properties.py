"""What is true of every recurrent translator, and of its gradients, whatever its weights."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

import vit_core
from tests.support.recurrent import LENGTHS, SHAPES, SOURCE, TARGET, tiny_config, tiny_translator
from vit_core.analysis.gradients import input_gradients, radius_gradients, spectral_radius, step_factors
from vit_core.config import RecurrentConfig
from vit_core.masks import padding
from vit_core.names import recurrent_names
from vit_core.recurrent_seq2seq import RecurrentTranslator, untrained
from vit_core.tap import EditTap, RecordTap

F64 = torch.float64
SHAPE_NAMES = list(SHAPES)
MASK = padding(LENGTHS, SOURCE.shape[1])


def recorded(model: RecurrentTranslator, source: Tensor, target: Tensor, mask: Tensor | None = None) -> RecordTap:
    record = RecordTap(lambda name: True)
    model(source, target, source_mask=mask, tap=record)
    return record


@pytest.mark.parametrize("shape", SHAPE_NAMES)
def test_a_pass_announces_the_table_of_names_with_its_axes(shape: str) -> None:
    model, config = tiny_translator(shape), tiny_config(shape)
    found = recorded(model, SOURCE, TARGET).tensors
    names = recurrent_names(config)
    assert list(found) == [name.template for name in names]
    sizes = {"d_embed": config.d_embed, "d_hidden": config.d_hidden, "word": config.vocab, "query": 4, "key": 6}
    sizes["d_embed + d_hidden"] = config.d_embed + config.d_hidden
    for name in names:
        token = 6 if name.template.startswith("encoder") else 4
        assert found[name.template].shape == (3, *({**sizes, "token": token}[axis] for axis in name.axes)), name


@pytest.mark.parametrize("shape", SHAPE_NAMES)
def test_word_by_word_is_the_whole_sequence(shape: str) -> None:
    model = tiny_translator(shape, F64)
    memory = model.encode(SOURCE, MASK)
    whole, last = model.decode(TARGET, memory)
    state, parts = None, []
    for t in range(TARGET.shape[1]):
        x, state = model.decode(TARGET[:, t : t + 1], memory, state)
        parts.append(x)
    assert_close(torch.cat(parts, dim=1), whole, atol=1e-12, rtol=0)
    assert state is not None
    assert_close(state.h, last.h, atol=1e-12, rtol=0)

    reading = model.encoder.start(model.embed(SOURCE))
    for word in model.embed(SOURCE).unbind(dim=1):
        reading = model.encoder(word, reading)
    assert_close(reading.h, model.encoder.read(model.embed(SOURCE))[1].h, atol=1e-12, rtol=0)


@pytest.mark.parametrize("shape", SHAPE_NAMES)
def test_padding_changes_nothing_and_gets_no_attention(shape: str) -> None:
    model = tiny_translator(shape, F64)
    together = recorded(model, SOURCE, TARGET, MASK).tensors
    for row, length in enumerate(LENGTHS.tolist()):
        alone = recorded(model, SOURCE[row : row + 1, :length], TARGET[row : row + 1]).tensors
        assert_close(together["logits"][row], alone["logits"][0], atol=1e-12, rtol=0)
        held = together["encoder.state"][row, length - 1 :]
        assert torch.equal(held, held[:1].expand_as(held))
        if model.attn is not None:
            pattern = together["decoder.attn.pattern"][row]
            assert pattern[:, length:].eq(0).all()
            assert_close(pattern[:, :length], alone["decoder.attn.pattern"][0], atol=1e-12, rtol=0)
            assert_close(pattern.sum(dim=-1), torch.ones(4, dtype=F64), atol=1e-12, rtol=0)
    # Without its mask the padding would be read like words.
    assert (model(SOURCE, TARGET) - together["logits"]).abs().max() > 1e-3


@pytest.mark.parametrize("shape", SHAPE_NAMES)
def test_a_word_changes_nothing_before_it_and_something_after(shape: str) -> None:
    model, place = tiny_translator(shape, F64), 2
    other = TARGET.clone()
    other[:, place] = 57
    before, after = model(SOURCE, TARGET), model(SOURCE, other)
    assert torch.equal(before[:, :place], after[:, :place])
    assert ((before - after)[:, place:].abs().amax(dim=(0, 2)) > 1e-4).all()

    source = SOURCE.clone()
    source[:, place] = 57
    states, changed = (recorded(model, ids, TARGET).tensors["encoder.state"] for ids in (SOURCE, source))
    assert torch.equal(states[:, :place], changed[:, :place]), "the encoder reads forwards only"


@pytest.mark.parametrize("shape", SHAPE_NAMES)
def test_without_attention_one_vector_is_all_the_decoder_is_told(shape: str) -> None:
    model = tiny_translator(shape, F64)
    memory = model.encode(SOURCE)
    blank = memory._replace(states=memory.states * 0, keys=None if memory.keys is None else memory.keys * 0)
    same = torch.equal(model.decode(TARGET, memory)[0], model.decode(TARGET, blank)[0])
    assert same is (model.attn is None)


def test_more_tokens_than_admitted_are_refused() -> None:
    model = RecurrentTranslator(tiny_config("gru", max_positions=5))
    with pytest.raises(ValueError, match="6 tokens, but this model admits 5"):
        model.encode(SOURCE)
    for wrong in ({"cell": "elman"}, {"d_hidden": 0}, {"end": 3000}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            RecurrentConfig(**wrong)


def test_a_run_begins_with_orthogonal_matrices_and_an_open_forget_gate() -> None:
    model = untrained(tiny_config("lstm"), seed=5)
    again, other = untrained(tiny_config("lstm"), seed=5), untrained(tiny_config("lstm"), seed=6)
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), again.parameters(), strict=True))
    assert not torch.equal(model.encoder.weight_hh, other.encoder.weight_hh)
    for cell in (model.encoder, model.decoder):
        for gate in cell.gates:
            _, W, b, b_h = cell.of_gate(gate)
            assert_close(W @ W.T, torch.eye(20), atol=1e-5, rtol=0)
            assert b.eq(1.0 if gate == "forget_gate" else 0.0).all() and b_h.eq(0).all()
    assert model.embed.weight.std().item() == pytest.approx(24**-0.5, rel=0.1)


# ---- gradients


def losses(model: RecurrentTranslator, source: Tensor, target: Tensor, at: int, tap: EditTap) -> Tensor:
    """Of one wanted token, for every row of a batch of the same sentence: [B]."""
    given = torch.cat([target.new_full((len(target), 1), model.config.start), target[:, :-1]], dim=1)
    return -model(source, given, tap=tap)[:, at].log_softmax(dim=-1)[:, target[0, at]]


@pytest.mark.parametrize(("shape", "at"), [("rnn", -1), ("lstm", 1), ("gru-attention", -1)])
def test_the_gradients_are_those_of_finite_differences(shape: str, at: int) -> None:
    model, eps = tiny_translator(shape, F64), 1e-5
    found = input_gradients(tiny_translator(shape), SOURCE[1, :4].tolist(), TARGET[1].tolist(), at)
    e, at = model.config.d_embed, at % 4
    source, target = SOURCE[1:2, :4].expand(2 * e, -1), TARGET[1:2].expand(2 * e, -1)
    assert found.loss == pytest.approx(losses(model, source, target, at, EditTap({}))[0].item(), rel=1e-6)
    assert found.source.shape == (4,) and found.target.shape == (at + 1,)
    assert found.source.dtype == found.target.dtype == torch.float32
    # Every number of an embedding, once a little more and once a little less.
    moves = eps * torch.cat([torch.eye(e, dtype=F64), -torch.eye(e, dtype=F64)])
    for name, norms in (("encoder.words", found.source), ("decoder.words", found.target)):
        for step, norm in enumerate(norms.tolist()):

            def moved(x: Tensor, step: int = step) -> Tensor:
                return torch.cat([x[:, :step], x[:, step : step + 1] + moves[:, None], x[:, step + 1 :]], dim=1)

            more, less = losses(model, source, target, at, EditTap({name: moved})).split(e)
            assert norm == pytest.approx(((more - less) / (2 * eps)).norm().item(), rel=1e-5), (name, step)


def test_the_gradient_of_a_single_linear_unit_is_a_power_of_its_weight() -> None:
    """With words of zeros every state is 0, where tanh has slope 1: by hand, the factor of each step is the weight."""
    model = RecurrentTranslator(RecurrentConfig(cell="rnn", d_embed=3, d_hidden=1, vocab=6)).double()
    w, u, wanted = 0.5, -1.5, 5
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
        model.embed.weight[wanted] = torch.tensor([2.0, 0.0, 0.0], dtype=F64)
        model.encoder.weight_hh.fill_(w)
        model.decoder.weight_hh.fill_(u)
        model.encoder.weight_ih.copy_(torch.tensor([[3.0, 4.0, 0.0]]))  # length 5
        model.decoder.weight_ih.copy_(torch.tensor([[0.0, 0.0, 7.0]]))
        model.readout.weight[0] = 0.25
    n = 90
    found = input_gradients(model, [3] * n, [4, wanted])
    # All words are equally probable, 1/6; the readout moves the wanted one's score by 2 · 0.25 per unit of the state.
    unit = (1 - 1 / 6) * 2 * 0.25
    assert found.loss == pytest.approx(torch.tensor(6.0).log().item())
    expected = [unit * u * u * abs(w) ** (n - 1 - k) * 5 for k in range(n)]
    assert expected[0] < 1e-26
    assert found.source.tolist() == pytest.approx(expected, rel=1e-6)
    assert found.target.tolist() == pytest.approx([unit * abs(u) * 7, unit * 7], rel=1e-6)


def test_the_radius_is_the_factor_of_every_step() -> None:
    single = radius_gradients(1, 50, 0.7, seed=3)
    assert_close(single[:-1] / single[1:], torch.full((49,), 0.7, dtype=F64), atol=1e-9, rtol=0)
    # A matrix stretches other directions than its eigenvectors otherwise, but in the long run the radius decides.
    for radius in (0.9, 1.1):
        norms = radius_gradients(12, 400, radius, seed=3, inputs=0.0)
        assert norms.shape == (400,)
        assert (norms[0] / norms[300]) ** (1 / 300) == pytest.approx(radius, rel=0.01)
    assert not torch.equal(radius_gradients(12, 5, 1.0, seed=3), radius_gradients(12, 5, 1.0, seed=4))


def test_inputs_that_bend_tanh_shrink_the_gradient() -> None:
    straight, bent = (radius_gradients(12, 60, 1.3, seed=3, inputs=scale) for scale in (1e-20, 1.0))
    assert straight[0] / straight[-1] > 1e4 and bent[0] / bent[-1] < 1e-2
    assert_close(straight, radius_gradients(12, 60, 1.3, seed=3, inputs=0.0), atol=0, rtol=1e-6)


@pytest.mark.parametrize("shape", ["rnn", "lstm", "gru", "gru-attention"])
@pytest.mark.parametrize("at", [-1, 1])
def test_the_factors_of_the_steps_are_the_slopes_of_the_direct_way(shape: str, at: int) -> None:
    """By autograd, one step at a time: of tanh's output by its input; of c by c, and of h by h with the gates held."""
    model = tiny_translator(shape, F64)
    source, target = SOURCE[1, :4], TARGET[1]
    found = step_factors(tiny_translator(shape), source.tolist(), target.tolist(), at)
    at %= 4
    with torch.no_grad():
        given = torch.cat([target.new_tensor([model.config.start]), target[:at]])
        record = recorded(model, source[None], given[None])
    for side, factors in (("encoder", found.source), ("decoder", found.target)):
        states = {name: record.tensors[f"{side}.{name}"][0] for name in ("candidate", "candidate.pre")}
        expected = []
        for step in range(len(factors)):
            pre = states["candidate.pre"][step].clone().requires_grad_()
            slope = torch.autograd.grad(pre.tanh().sum(), pre)[0]
            if shape == "lstm":
                c = torch.zeros_like(pre).requires_grad_()
                gates = [record.tensors[f"{side}.{name}"][0, step] for name in ("forget_gate", "input_gate")]
                slope = torch.autograd.grad((gates[0] * c + gates[1] * pre.tanh().detach()).sum(), c)[0]
            if shape.startswith("gru"):
                h = torch.zeros_like(pre).requires_grad_()
                z = record.tensors[f"{side}.update_gate"][0, step]
                slope = torch.autograd.grad((z * h + (1 - z) * pre.tanh().detach()).sum(), h)[0]
            expected.append(slope.mean())
        assert_close(factors.double(), torch.stack(expected), atol=1e-6, rtol=1e-6)


def test_a_saturated_tanh_is_nearly_flat_and_not_quite() -> None:
    """Where float32 rounds tanh to 1, its slope is 4 e^-2a all the same."""
    model = RecurrentTranslator(RecurrentConfig(cell="rnn", d_embed=3, d_hidden=1, vocab=6))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
        model.encoder.bias_ih.fill_(12.0)
    factors = step_factors(model, [3, 3], [4])
    assert factors.source.tolist() == pytest.approx([4 * math.exp(-24)] * 2, rel=1e-5)
    assert factors.target.tolist() == [1.0]


def test_the_spectral_radius_is_the_longest_eigenvalue() -> None:
    model = tiny_translator("rnn")
    expected = np.abs(np.linalg.eigvals(model.encoder.weight_hh.numpy().astype(np.float64))).max()
    assert spectral_radius(model.encoder) == pytest.approx(expected, rel=1e-12)
    with pytest.raises(ValueError, match="3 matrices"):
        spectral_radius(tiny_translator("gru").encoder)


def test_the_trained_rnn_vanishes_by_saturation_and_not_by_its_radius() -> None:
    """The page once told a spectral radius below 1 to be the cause; the trained one's is far above."""
    loaded = vit_core.load("rnn-de-en")
    source = loaded.tokenizer.encode("Ich bin mir sicher, dass er morgen kommen wird.")
    target = loaded.tokenizer.encode_target("I am sure that he will come tomorrow.")
    factors = step_factors(loaded.model, source, target)
    assert spectral_radius(loaded.model.encoder) == pytest.approx(12.3, abs=0.05)
    assert spectral_radius(loaded.model.decoder) == pytest.approx(5.6, abs=0.05)
    assert factors.source.mean() < 0.2 and factors.target.mean() < 0.2


def test_what_has_no_gradient_is_refused() -> None:
    model = tiny_translator("rnn")
    with pytest.raises(ValueError, match="empty"):
        input_gradients(model, [], [5])
    with pytest.raises(IndexError, match="at takes a whole number from -2 to 1, not 2"):
        input_gradients(model, [5], [5, 6], 2)
    with pytest.raises(ValueError, match="radius"):
        radius_gradients(3, 5, -0.1, seed=0)
