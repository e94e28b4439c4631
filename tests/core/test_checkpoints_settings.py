"""No setting in a checkpoint's files is dropped: it is followed, refused, or told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers

import vit_core
from tests.support.marian import write_folder
from tests.support.tiny import write_tiny
from vit_core.checkpoints import unfollowed
from vit_core.checkpoints.marian_folder import FOLLOWED
from vit_core.vit import VisionTransformer


def change(file: Path, **words: Any) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text()), **words}))


def told(model: Any) -> list[str]:
    return [note.params["settings"] for note in model.notes if note.code == "unfollowed"]


@pytest.fixture(scope="module")
def marian(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("settings") / "marian"
    torch.manual_seed(0)
    write_folder(folder)
    return folder


CASES = {
    "max_new_tokens": 3,
    "min_length": 30,
    "no_repeat_ngram_size": 2,
    "forced_bos_token_id": 0,
    "suppress_tokens": [5],
    "exponential_decay_length_penalty": [1, 1.5],
    "early_stopping": True,
    "do_sample": True,
    "repetition_penalty": 1.2,
    "eos_token_id": [0, 7],
    "decoder_start_token_id": 3,
    "a_word_of_next_year": 1,
}


@pytest.mark.parametrize(("word", "value"), CASES.items())
def test_what_a_translator_asks_and_is_not_followed_is_told(marian: Path, word: str, value: Any) -> None:
    own = marian / "generation_config.json"
    before = own.read_text()
    try:
        change(own, **{word: value})
        assert told(vit_core.load(marian)) == [f"{word} = {value}"]
    finally:
        own.write_text(before)


def test_what_changes_nothing_is_not_told(marian: Path) -> None:
    """A negative control: transformers' own defaults, one by one what they are where nobody says anything."""
    own = marian / "generation_config.json"
    before = own.read_text()
    assert told(vit_core.load(marian)) == []
    try:
        usual = transformers.GenerationConfig._get_default_generation_params()
        change(own, **{key: value for key, value in usual.items() if key not in FOLLOWED})
        assert told(vit_core.load(marian)) == []
    finally:
        own.write_text(before)


def test_every_setting_that_transformers_knows_is_followed_told_or_known_to_change_nothing() -> None:
    ids = {"pad_token_id", "eos_token_id", "decoder_start_token_id"}
    known = {*FOLLOWED, *unfollowed.GENERATION, *unfollowed.WITHOUT_EFFECT, *ids}
    assert set(transformers.GenerationConfig().__dict__) <= known


def test_settings_of_an_older_folder_stand_in_its_config(marian: Path, tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.mkdir()
    for file in marian.iterdir():
        if file.name != "generation_config.json":
            (old / file.name).write_bytes(file.read_bytes())
    assert told(vit_core.load(old)) == []
    change(old / "config.json", no_repeat_ngram_size=3)
    assert told(vit_core.load(old)) == ["no_repeat_ngram_size = 3"]


@pytest.mark.parametrize(
    "said",
    [{"crop_pct": 0.9}, {"rescale_offset": True}, {"do_pad": True, "pad_size": 40}, {"do_flip_channel_order": True}],
)
def test_what_is_asked_of_pictures_and_is_not_followed_is_told(
    tmp_path: Path, tiny_vit: VisionTransformer, said: dict[str, Any]
) -> None:
    folder = write_tiny(tmp_path / "tiny", tiny_vit)
    assert told(vit_core.load(folder)) == []
    change(folder / "preprocessor_config.json", **said)
    assert told(vit_core.load(folder)) == [", ".join(f"{key} = {value}" for key, value in said.items())]
