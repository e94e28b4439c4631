"""The shipped recurrent translators: as their recipes say, and as good as their cards say."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

import vit_core
from tests.support.cards import assert_card_is_of_the_files, card, folder, shipped, told
from vit_core import LoadedRecurrent
from vit_core.checkpoints.recurrent_entries import COMPARED
from vit_core.quality_by_length import read_quality
from vit_core.sizes import n_parameters
from vit_core.training import quality
from vit_core.training.data import read_texts
from vit_core.training.lengths import MODELS
from vit_core.training.recipes import RECIPES

RECURRENTS = COMPARED[:4]
every_one = pytest.mark.parametrize("name", RECURRENTS)


def recurrent(name: str) -> LoadedRecurrent:
    return shipped(name, LoadedRecurrent)


@every_one
def test_it_is_what_its_recipe_its_entry_and_its_card_say(name: str) -> None:
    recipe, config = RECIPES[name.removesuffix("-de-en")], recurrent(name).model.config
    assert replace(recipe.config, vocab=3000) == config
    assert {spec.name: spec for spec in vit_core.available()}[name].config == config
    assert f"{n_parameters(config):,} parameters" in card(name)
    assert_card_is_of_the_files(name, "model.safetensors")
    assert sum(file.stat().st_size for file in folder(name).iterdir()) < 10e6


@every_one
def test_alone_it_writes_what_its_card_shows(name: str) -> None:
    samples = re.findall(r"^\| ([^|]+[.?!]) \| ([^|]+) \| ([^|]+) \|$", card(name), re.MULTILINE)
    assert len(samples) >= 6
    for german, _, written in samples:
        assert vit_core.translate_recurrent(recurrent(name), german, keep=lambda name: False).text == written


@pytest.mark.slow
@every_one
def test_fed_with_the_answer_it_is_as_good_as_its_card_says(name: str) -> None:
    found, (accuracy, loss) = quality.next_word_quality(recurrent(name), read_texts(quality.TEST)), told(name)
    assert (100 * found.accuracy, found.loss) == (pytest.approx(accuracy, abs=0.06), pytest.approx(loss, abs=0.0006))


def test_the_table_of_quality_by_length_is_of_all_six() -> None:
    lines = read_quality()
    assert {line.model for line in lines} == set(MODELS)
    assert {line.kind for line in lines} == {"single", "captions", "joined"}
    counts = {(line.kind, line.bucket): line.n for line in lines}
    assert all(line.n == counts[line.kind, line.bucket] for line in lines)
    assert sum(n for (kind, _), n in counts.items() if kind == "single") == len(read_texts(quality.TEST))
    # An interval of a small bucket is skew, but never beside its value.
    assert all(line.low - 1 <= line.value <= line.high + 1 for line in lines)
