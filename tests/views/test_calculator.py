"""What the calculator is sent of a recurrent network: one number, its operands and the numbers beside it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from demo.endpoints import sentence_view
from demo.errors import VisitorError
from demo.sentence.query import TranslationQuery
from demo.sentence.service import SentenceService
from demo.services import Services
from tests.support.payload import unpack
from tests.support.perturb import perturb
from vit_core import RecurrentConfig
from vit_core.checkpoints.labels import ASSETS
from vit_core.provenance import explain
from vit_core.recurrent_seq2seq import untrained
from vit_core.training.export import export

TRANSLATION = TranslationQuery("Der Hund schläft.")
CELL, NAME = "tiny-gru", "tiny-gru-de-en"


@pytest.fixture(scope="module")
def sentences(tmp_path_factory: pytest.TempPathFactory) -> SentenceService:
    """With one small recurrent translator."""
    folder = tmp_path_factory.mktemp("models")
    config = RecurrentConfig(cell="gru", d_embed=16, d_hidden=10, attention=True, vocab=3000, max_positions=20)
    export(perturb(untrained(config, 3)), folder / NAME, ASSETS / "checkpoints" / "twin-masked-de-en")
    return Services(models_dir=folder).sentences


def number(sentences: SentenceService, name: str, *index: int, cell: str = CELL) -> tuple[dict[str, np.ndarray], Any]:
    query = {"cell": cell, "name": name, "index": ",".join(map(str, index))}
    return unpack(sentence_view["number"].question(TRANSLATION, query).answer(sentences))


def test_a_number_comes_with_its_operands_and_with_all_units_of_its_step(sentences: SentenceService) -> None:
    reading, model = sentences.recurrents.reading(NAME, TRANSLATION.text), sentences.recurrents.model(NAME)
    trace = reading.trace
    for name, index in (
        ("encoder.state", (2, 5)),
        ("encoder.candidate.pre", (1, 9)),
        ("decoder.update_gate", (1, 0)),
        ("decoder.attn.pattern", (1, 3)),
        ("decoder.attn.scores", (1, 3)),
        ("decoder.context", (1, 7)),
        ("decoder.readout", (1, 15)),
    ):
        arrays, facts = number(sentences, name, *index)
        told = explain(model, trace, name, index)
        assert (facts["name"], tuple(facts["index"]), facts["operation"]) == (name, index, told.operation)
        assert facts["value"] == trace[name][index].item() and tuple(facts["shape"]) == tuple(trace[name].shape)
        for role, values in told.terms.items():
            assert np.array_equal(arrays[role], values.numpy().astype(np.float32)), (name, role)
        assert facts["numbers"] == dict(told.numbers)
        for role, source in told.sources.items():
            assert facts["sources"][role] == {
                "name": source.name, "start": list(source.start), "run": list(source.run)
            }  # fmt: skip
        assert np.array_equal(arrays["row"], trace[name][index[0]].numpy())
    fit, _ = number(sentences, "decoder.attn.fit", 1, 3, 2)
    assert fit["row"].shape == (10,)
    assert np.allclose(fit["curve_y"], np.tanh(fit["curve_x"]), atol=1e-6)


def test_a_score_and_a_weight_stand_for_a_word(sentences: SentenceService) -> None:
    token = sentences.recurrents.model(NAME).tokenizer.token(437)
    for name, index in (("logits", (1, 437)), ("embed.weight", (437, 3)), ("logits_bias", (437,))):
        arrays, facts = number(sentences, name, *index)
        assert facts["token"] == token
        assert "row" not in arrays, "nobody draws the whole vocabulary"
    assert number(sentences, "encoder.weight_hh", 3, 3)[1]["operation"] == "parameter"


def test_what_is_not_there_is_refused(sentences: SentenceService) -> None:
    for name, index in (("encoder.state", (99, 0)), ("encoder.cell", (0, 0)), ("decoder.blocks.0.attn.q", (0, 0, 0))):
        with pytest.raises(IndexError):
            number(sentences, name, *index)
    with pytest.raises(VisitorError):
        number(sentences, "encoder.state", 0, 0, cell="nothing")
