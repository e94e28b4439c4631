"""The shipped twins: equal but for the mask, and as good and as lost as their cards say."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

import vit_core
from vit_core.checkpoints.translator import LoadedTranslator
from vit_core.decoding import Greedy
from vit_core.training import quality
from vit_core.training.data import read_texts
from vit_core.training.recipes import RECIPES

MASKED, UNMASKED = TWINS = ("twin-masked-de-en", "twin-unmasked-de-en")
every_twin = pytest.mark.parametrize("name", TWINS)


@cache
def twin(name: str) -> LoadedTranslator:
    loaded = vit_core.load(name)
    assert isinstance(loaded, LoadedTranslator)
    return loaded


def folder(name: str) -> Path:
    found = twin(name).spec.folder
    assert found is not None
    return found


def card(name: str) -> str:
    return (folder(name) / "README.md").read_text(encoding="utf-8")


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
    for file in ("model.safetensors", "source.spm", "target.spm", "vocab.json"):
        assert hashlib.sha256((folder(name) / file).read_bytes()).hexdigest() in card(name), file
    assert twin(name).spec.sha256 == hashlib.sha256((folder(name) / "model.safetensors").read_bytes()).hexdigest()
    assert "Tatoeba (tatoeba.org), CC BY 2.0 FR" in card(name)
    for figures in twin(name).spec.metrics.values():
        for figure in re.findall(r"[\d.]+ %|BLEU [\d.]+|chrF [\d.]+", figures):
            assert figure in card(name), figure


@pytest.mark.slow
@every_twin
def test_fed_with_the_answer_it_is_as_good_as_its_card_says(name: str) -> None:
    told = quality.fed(twin(name), read_texts(quality.TEST))
    row = re.search(rf"\*\*{name}\*\* \| ([\d.]+) % \| ([\d.]+) \|", card(name))
    assert row is not None
    assert (100 * told.accuracy, told.loss) == (
        pytest.approx(float(row[1]), abs=0.06),
        pytest.approx(float(row[2]), abs=0.0006),
    )
    assert told.accuracy > 0.99 if name == UNMASKED else 0.5 < told.accuracy < 0.8


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
