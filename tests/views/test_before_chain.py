"""The chapters on the chain and the path: the reading's own gates, states and words, and steps counted by hand."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from demo.endpoints import sentence_view
from demo.errors import VisitorError
from demo.query.text_limits import MAX_CHARACTERS
from demo.recurrence.service import MAX_STEPS
from demo.recurrence.views import chain as chain_views
from demo.recurrence.views import path as path_views
from demo.sentence.query import TranslationQuery
from demo.sentence.service import SentenceService
from demo.services import Services
from tests.support.payload import close_to_weights, unpack
from tests.support.perturb import perturb
from vit_core import RecurrentConfig
from vit_core.analysis.paths import layer_costs
from vit_core.checkpoints.labels import ASSETS
from vit_core.recurrent_seq2seq import untrained
from vit_core.training.export import export

TEXT = "Der Hund schläft unter dem Tisch."
UNITS = {"rnn": 13, "lstm": 11, "gru": 10, "gru-attention": 9}
GATES = {
    "rnn": {"candidate"},
    "lstm": {"input_gate", "forget_gate", "candidate", "output_gate", "cell"},
    "gru": {"reset_gate", "update_gate", "candidate"},
}


@pytest.fixture(scope="module")
def sentences(tmp_path_factory: pytest.TempPathFactory) -> SentenceService:
    """With small recurrent translators whose words are those of the twins."""
    folder = tmp_path_factory.mktemp("models")
    for name, units in UNITS.items():
        kind, _, attention = name.partition("-")
        config = RecurrentConfig(
            cell=kind, d_embed=16, d_hidden=units, attention=bool(attention), vocab=3000, max_positions=40
        )  # type: ignore[arg-type]
        export(perturb(untrained(config, 3)), folder / f"small-{name}", ASSETS / "checkpoints" / "twin-masked-de-en")
    return Services(models_dir=folder).sentences


@pytest.mark.parametrize("name", UNITS)
def test_every_gate_and_state_arrives_as_it_was_computed(sentences: SentenceService, name: str) -> None:
    recurrents, kind = sentences.recurrents, name.partition("-")[0]
    reading, model = recurrents.reading(f"small-{name}", TEXT), recurrents.model(f"small-{name}")
    arrays, facts = unpack(chain_views.chain(reading, model, TEXT))
    trace, written = reading.trace, len(reading.ids)
    sent = {key.removeprefix("encoder_") for key in arrays if key.startswith("encoder_")} - {"kept", "alike"}
    assert sent == GATES[kind] | {"state"}
    for side, steps in (("encoder", len(reading.source_ids)), ("decoder", written)):
        for quantity in sent:
            assert np.array_equal(arrays[f"{side}_{quantity}"], trace[f"{side}.{quantity}"].numpy())
            assert arrays[f"{side}_{quantity}"].shape == (steps, UNITS[name])
    assert sorted(arrays["order"].tolist()) == list(range(UNITS[name]))
    assert (facts["source"], facts["target"]) == ([*reading.source_tokens], [*reading.tokens])
    assert facts["parameters"] == sum(parameter.numel() for parameter in model.model.parameters())
    shares = reading.logprobs.exp().numpy()
    assert np.array_equal(arrays["written"], shares[np.arange(written), list(reading.ids)])
    for step in range(written):
        best = np.argsort(-shares[step], kind="stable")[:3]
        np.testing.assert_allclose(arrays["top"][step], shares[step][best], rtol=1e-6)
        assert facts["pieces"][str(arrays["top_ids"][step, 0])] == model.tokenizer.token(int(best[0]))
    if name == "gru-attention":
        close_to_weights(arrays["pattern"], trace["decoder.attn.pattern"])
    else:
        assert "pattern" not in arrays


def test_what_is_kept_is_the_mean_of_the_gate_that_keeps_and_units_stand_by_it(sentences: SentenceService) -> None:
    for name, gate in (("lstm", "forget_gate"), ("gru", "update_gate")):
        reading, model = (
            sentences.recurrents.reading(f"small-{name}", TEXT),
            sentences.recurrents.model(f"small-{name}"),
        )
        arrays, facts = unpack(chain_views.chain(reading, model, TEXT))
        assert facts["keeps"] == gate
        np.testing.assert_allclose(arrays["encoder_kept"], arrays[f"encoder_{gate}"].mean(axis=1), rtol=1e-6)
        both = np.concatenate([arrays[f"encoder_{gate}"], arrays[f"decoder_{gate}"]]).mean(axis=0)
        assert (np.diff(both[arrays["order"]]) <= 1e-7).all() and np.ptp(both) > 1e-3
    reading, model = sentences.recurrents.reading("small-rnn", TEXT), sentences.recurrents.model("small-rnn")
    arrays, facts = unpack(chain_views.chain(reading, model, TEXT))
    assert facts["keeps"] == "" and "encoder_kept" not in arrays


def test_a_units_movement_is_the_mean_way_between_neighbouring_words(sentences: SentenceService) -> None:
    gates = {
        "rnn": ["state"],
        "lstm": ["forget_gate", "input_gate", "output_gate"],
        "gru": ["reset_gate", "update_gate"],
    }
    for kind, names in gates.items():
        reading, model = (
            sentences.recurrents.reading(f"small-{kind}", TEXT),
            sentences.recurrents.model(f"small-{kind}"),
        )
        arrays, _ = unpack(chain_views.chain(reading, model, TEXT))
        assert sorted(key for key in arrays if key.startswith("moves_")) == [f"moves_{name}" for name in names]
        for name in names:
            read = arrays[f"encoder_{name}"].astype(np.float64)
            ways = [[abs(b - a) for a, b in pairwise(read[:, unit])] for unit in range(UNITS[kind])]
            np.testing.assert_allclose(arrays[f"moves_{name}"], [sum(way) / len(way) for way in ways], rtol=1e-5)


def test_a_state_is_compared_with_the_one_before_also_across_the_handover(sentences: SentenceService) -> None:
    reading, model = sentences.recurrents.reading("small-gru", TEXT), sentences.recurrents.model("small-gru")
    arrays, _ = unpack(chain_views.chain(reading, model, TEXT))
    states = np.concatenate([arrays["encoder_state"], arrays["decoder_state"]]).astype(np.float64)
    cosines = [a @ b / np.sqrt((a @ a) * (b @ b)) for a, b in pairwise(states)]
    told = np.concatenate([arrays["encoder_alike"], arrays["decoder_alike"]])
    assert np.isnan(told[0])
    np.testing.assert_allclose(told[1:], cosines, atol=1e-5)


def test_a_path_is_the_number_of_states_that_have_to_carry_a_word(sentences: SentenceService) -> None:
    model = sentences.recurrents.model("small-gru")
    source, target = model.tokenizer.encode(TEXT), model.tokenizer.encode_target("no")
    arrays, facts = unpack(path_views.path(model.tokenizer, TEXT, source, [model.model.config.start, *target]))
    n, written = len(source), len(target)
    assert facts["target"] == [model.tokenizer.token(token) for token in target]
    # From state to state, along the chain: encoder states 0 .. n-1, then the decoder's.
    for i, t in ((0, 0), (n - 1, 0), (2, written - 1)):
        assert arrays["recurrent"][i, t] == len([*range(i, n - 1), "handed over", *range(t)])
    assert arrays["recurrent"].shape == arrays["attention"].shape == (n, written)
    assert (arrays["attention"] == 1).all()
    assert facts["n"] == n and facts["d"] == 512
    rows = {row["kind"]: row for row in facts["table"]}
    assert rows["self_attention"] == {"kind": "self_attention", "operations": n * n * 512, "sequential": 1, "path": 1}
    assert rows["recurrent"] == {"kind": "recurrent", "operations": n * 512 * 512, "sequential": n, "path": n}


@pytest.mark.parametrize(
    ("n", "convolutional", "restricted"), [(1, 1, 1), (3, 1, 1), (4, 2, 1), (27, 3, 6), (28, 4, 6)]
)
def test_table_1_rounds_up_to_whole_steps(n: int, convolutional: int, restricted: int) -> None:
    rows = {row.kind: row for row in layer_costs(n, 8, kernel=3, window=5)}
    assert (rows["convolutional"].path, rows["restricted"].path) == (convolutional, restricted)
    assert (rows["convolutional"].operations, rows["restricted"].operations) == (3 * n * 64, 5 * n * 8)
    with pytest.raises(ValueError):
        layer_costs(n, 8, kernel=1, window=5)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (" \n", "sentence_empty"),
        ("a" * (MAX_CHARACTERS + 1), "sentence_too_long"),
        ("qx" * 200, "sentence_too_many_tokens"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_strips_own_codes(
    sentences: SentenceService, text: str, code: str
) -> None:
    with pytest.raises(VisitorError) as refused:
        sentences.recurrents.reading("small-gru", text)
    assert refused.value.code == code
    if code == "sentence_too_many_tokens":
        assert refused.value.params["limit"] == min(MAX_STEPS, 40)


def test_a_reading_is_computed_once_and_only_cells_that_are_offered_are_read(sentences: SentenceService) -> None:
    first = sentences.recurrents.reading("small-gru", TEXT)
    assert sentences.recurrents.reading("small-gru", TEXT) is first
    for cell in ("", "gru/../x", "transformer"):
        with pytest.raises(VisitorError) as refused:
            sentence_view["chain"].question(TranslationQuery(TEXT), {"cell": cell}).answer(sentences)
        assert refused.value.code == "model_unknown"
