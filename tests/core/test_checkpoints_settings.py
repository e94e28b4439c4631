"""No setting in a checkpoint's files is dropped: it is followed, refused, or told."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers

import vit_core
from tests.support.marian import write_folder
from tests.support.tiny import write_tiny
from vit_core.checkpoints.marian_folder import USUAL_SEARCH
from vit_core.checkpoints.settings_tables import GENERATION
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


@pytest.fixture
def asked(marian: Path) -> Iterator[Callable[..., Path]]:
    """The folder, with words in its generation_config.json."""
    own = marian / "generation_config.json"
    before = own.read_text()

    def ask(**words: Any) -> Path:
        own.write_text(before)
        change(own, **words)
        return marian

    yield ask
    own.write_text(before)


FOLLOWED: dict[str, tuple[Any, dict[str, Any]]] = {
    "max_new_tokens": (3, {"max_length": 4}),
    "min_length": (5, {"min_length": 5}),
    "min_new_tokens": (5, {"min_length": 6}),
    "no_repeat_ngram_size": (2, {"no_repeat_ngram": 2}),
    "encoder_no_repeat_ngram_size": (3, {"source_no_repeat_ngram": 3}),
    "repetition_penalty": (1.2, {"repetition_penalty": 1.2}),
    "encoder_repetition_penalty": (1.2, {"source_penalty": 1.2}),
    "suppress_tokens": ([5], {"suppressed": (5,)}),
    "begin_suppress_tokens": ([5, 6], {"suppressed_first": (5, 6)}),
    "forced_bos_token_id": (7, {"forced_first": 7}),
    "forced_eos_token_id": ([0], {"forced_end": 0}),
    "exponential_decay_length_penalty": ([1, 1.5], {"end_pull": (1, 1.5)}),
    "early_stopping": ("never", {"early_stopping": "never"}),
}


@pytest.mark.parametrize(("word", "value", "fields"), [(word, *case) for word, case in FOLLOWED.items()])
def test_what_a_translator_asks_is_followed(
    asked: Callable[..., Path], word: str, value: Any, fields: dict[str, Any]
) -> None:
    """How it is followed, tests/parity/test_parity_generation_settings.py compares."""
    usual: Any = vit_core.load(asked())
    loaded: Any = vit_core.load(asked(**{word: value}))
    assert loaded.generation == replace(usual.generation, **fields) and told(loaded) == []
    assert vit_core.translate(loaded, "Der Hund schläft.").ids


REFUSED = {
    "num_beam_groups": 2,
    "diversity_penalty": 0.5,
    "force_words_ids": [[3]],
    "sequence_bias": [[[3], 1.0]],
    "guidance_scale": 1.5,
    "stop_strings": ["."],
    "eos_token_id": [0, 7],
    "decoder_start_token_id": 3,
    "forced_eos_token_id": [0, 7],
}


@pytest.mark.parametrize(("word", "value"), REFUSED.items())
def test_what_a_translator_asks_and_cannot_be_followed_is_refused_by_name(
    asked: Callable[..., Path], word: str, value: Any
) -> None:
    with pytest.raises(vit_core.CheckpointError) as caught:
        vit_core.load(asked(**{word: value}))
    assert (caught.value.code, caught.value.params["setting"]) == ("unsupported_setting", f"{word} = {value}")


@pytest.mark.parametrize(("word", "value"), [("do_sample", True), ("max_time", 2.0), ("a_word_of_next_year", 1)])
def test_what_a_translator_asks_and_is_not_followed_is_told(asked: Callable[..., Path], word: str, value: Any) -> None:
    assert told(vit_core.load(asked(**{word: value}))) == [f"{word} = {value}"]


def test_how_its_authors_search_is_told_where_it_is_not_the_usual_way(asked: Callable[..., Path]) -> None:
    def searched(**words: Any) -> list[dict[str, Any]]:
        return [note.params for note in vit_core.load(asked(**words)).notes if note.code == "searched"]

    usual = {"num_beams": 4, "length_penalty": 0.6}
    assert searched(**usual) == []
    assert searched(num_beams=6) == [{"num_beams": 6, "length_penalty": 1.0}]
    defaults = {name: value.default for name, value in inspect.signature(vit_core.translate).parameters.items()}
    assert (defaults["beam"], defaults["length_penalty"]) == USUAL_SEARCH


def test_a_token_that_is_none_is_refused(asked: Callable[..., Path]) -> None:
    for words in ({"suppress_tokens": [9999]}, {"bad_words_ids": [[9999]]}, {"forced_bos_token_id": -1}):
        with pytest.raises(vit_core.CheckpointError, match="is no token of"):
            vit_core.load(asked(**words))


def test_what_changes_nothing_is_not_told(asked: Callable[..., Path]) -> None:
    """A negative control: transformers' own defaults, one by one what they are where nobody says anything."""
    usual: Any = vit_core.load(asked())
    defaults = transformers.GenerationConfig._get_default_generation_params()
    loaded: Any = vit_core.load(asked(**{key: value for key, value in defaults.items() if value is not None}))
    assert told(usual) == told(loaded) == []
    assert replace(loaded.generation, max_length=usual.generation.max_length) == usual.generation


def test_every_setting_that_transformers_knows_is_in_the_table() -> None:
    assert set(transformers.GenerationConfig().__dict__) <= GENERATION.keys
    sets = (GENERATION.followed, GENERATION.harmless, GENERATION.refused, GENERATION.told)
    assert sum(map(len, sets)) == len(GENERATION.keys), "a setting stands in two places"


def test_settings_of_an_older_folder_stand_in_its_config(marian: Path, tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.mkdir()
    for file in marian.iterdir():
        if file.name != "generation_config.json":
            (old / file.name).write_bytes(file.read_bytes())
    loaded: Any = vit_core.load(old)
    assert told(loaded) == [] and loaded.generation.no_repeat_ngram == 0
    change(old / "config.json", no_repeat_ngram_size=3, do_sample=True)
    loaded = vit_core.load(old)
    assert told(loaded) == ["do_sample = True"] and loaded.generation.no_repeat_ngram == 3


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
