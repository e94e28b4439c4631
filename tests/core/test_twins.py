"""The shipped twins: equal but for the mask, and as good and as lost as their cards say."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

import vit_core
from tests.support.cards import assert_card_is_of_the_files, card, folder, shipped, told
from vit_core.checkpoints.loaded_translator import LoadedTranslator
from vit_core.decoding import Greedy
from vit_core.training import quality
from vit_core.training.data import read_texts
from vit_core.training.recipes import RECIPES

MASKED, UNMASKED = TWINS = ("twin-masked-de-en", "twin-unmasked-de-en")
every_twin = pytest.mark.parametrize("name", TWINS)


def twin(name: str) -> LoadedTranslator:
    return shipped(name, LoadedTranslator)


def alone(name: str, text: str, most: int = 24) -> str:
    return vit_core.translate(twin(name), text, strategy=Greedy(), keep=lambda name: False, max_new=most).text


def test_the_mask_is_the_only_difference() -> None:
    masked, unmasked = (twin(name).model.config for name in TWINS)
    assert masked.causal and not unmasked.causal
    assert replace(masked, causal=False) == unmasked
    recipe = RECIPES["twins"].config
    assert replace(recipe, source_vocab=masked.source_vocab, target_vocab=masked.target_vocab) == masked
    for file in ("source.spm", "target.spm", "vocab.json", "tokenizer_config.json", "generation_config.json"):
        assert (folder(MASKED) / file).read_bytes() == (folder(UNMASKED) / file).read_bytes(), file


@every_twin
def test_the_shipped_files_are_those_of_the_card(name: str) -> None:
    assert_card_is_of_the_files(name, "model.safetensors", "source.spm", "target.spm", "vocab.json")


@pytest.mark.slow
@every_twin
def test_fed_with_the_answer_it_is_as_good_as_its_card_says(name: str) -> None:
    found, (accuracy, loss) = quality.next_word_quality(twin(name), read_texts(quality.TEST)), told(name)
    assert (100 * found.accuracy, found.loss) == (pytest.approx(accuracy, abs=0.06), pytest.approx(loss, abs=0.0006))
    assert found.accuracy > 0.99 if name == UNMASKED else 0.5 < found.accuracy < 0.8


@every_twin
def test_alone_it_writes_what_its_card_shows(name: str) -> None:
    samples = re.findall(r"^\| ([^|]+[.?!]) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", card(name), re.MULTILINE)
    assert len(samples) >= 6
    for german, _, *shown in samples:
        said = shown[TWINS.index(name)]
        written = alone(name, german, most=30)
        assert written.startswith(said.removesuffix(" …")) if said.endswith(" …") else written == said


def test_alone_one_translates_and_the_other_is_lost() -> None:
    rows = [row for row in read_texts(quality.TEST) if len(row[0].split()) < 6][::25]
    masked, unmasked = (quality.compare([alone(name, row[0]) for row in rows], rows) for name in TWINS)
    assert masked.bleu > 15 and unmasked.bleu < 1, (masked, unmasked)
