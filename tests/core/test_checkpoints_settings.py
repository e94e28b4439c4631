"""No setting in a checkpoint's files is dropped: it is followed, refused, or told."""

from __future__ import annotations

import inspect
import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from inspect import get_annotations
from pathlib import Path
from typing import Any

import pytest
import timm
import torch
import transformers
from safetensors.torch import load_file, save_file

import vit_core
from tests.support.marian import write_folder
from tests.support.tiny import HF_CONFIG, write_tiny
from vit_core.checkpoints import settings_tables
from vit_core.checkpoints.image_processors import PROCESSORS
from vit_core.checkpoints.marian_dialects import POSITIONS
from vit_core.checkpoints.settings_tables import (
    GENERATION,
    IMAGE_CONFIG,
    MARIAN_CONFIG,
    PROCESSOR,
    TIMM_CONFIG,
    TIMM_PRETRAINED,
    TOKENIZER,
)
from vit_core.checkpoints.survey import survey
from vit_core.checkpoints.unfollowed import Table
from vit_core.decoding import Beam
from vit_core.positions import sinusoidal_table
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
    model: Any = vit_core.load(asked(**usual))
    unsaid, said = (vit_core.translate(model, "ja", **how) for how in ({}, {"strategy": Beam(4, 0.6)}))
    assert (unsaid.ids, unsaid.score) == (said.ids, said.score)


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


def test_every_setting_of_generation_that_transformers_knows_is_in_the_table() -> None:
    assert set(transformers.GenerationConfig().__dict__) <= GENERATION.keys


TABLES = {name: table for name, table in vars(settings_tables).items() if isinstance(table, Table)}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_setting_stands_in_one_place(table: Table) -> None:
    sets = (table.followed, table.harmless, table.refused, table.reported)
    twice = [key for key in table.keys if sum(key in each for each in sets) > 1]
    assert len(TABLES) >= 7 and twice == []


CONFIGS: dict[str, Table] = {
    **dict.fromkeys(
        ("ViTConfig", "DeiTConfig", "Dinov2Config", "Dinov2WithRegistersConfig", "ViTMAEConfig", "ViTMSNConfig"),
        IMAGE_CONFIG,
    ),
    "MarianConfig": MARIAN_CONFIG,
    "TimmWrapperConfig": TIMM_CONFIG,
}


@pytest.mark.parametrize(("name", "table"), CONFIGS.items(), ids=CONFIGS)
def test_every_word_of_a_configuration_that_transformers_knows_is_in_its_table(name: str, table: Table) -> None:
    """A key that a new version adds to one of these classes, or to all, is in no table and fails here."""
    of_all = {field.name for field in fields(transformers.PreTrainedConfig)}
    kind = getattr(transformers, name)
    known = {field.name for field in fields(kind)} | set(kind().to_dict()) | of_all | set(kind.attribute_map)
    assert len(known) > 15 and known - table.keys == set()


def test_every_word_that_timm_says_of_pictures_and_classes_is_in_its_table() -> None:
    known = {field.name for field in fields(timm.models.PretrainedCfg)}
    assert len(known) > 20 and known - TIMM_PRETRAINED.keys == set()


@pytest.mark.parametrize("name", PROCESSORS)
def test_every_word_of_an_image_processor_is_in_its_table(name: str) -> None:
    kind = getattr(transformers, f"{name}ImageProcessorPil")
    known = set(kind().to_dict()) | {key for base in kind.valid_kwargs.__mro__ for key in get_annotations(base)}
    assert len(known) > 15 and known - PROCESSOR.keys == set()


def test_every_word_of_a_tokenizer_is_in_its_table(marian: Path, tmp_path: Path) -> None:
    base = transformers.PreTrainedTokenizerBase
    taken = set(re.findall(r"kwargs\.pop\(\s*\"(\w+)\"", inspect.getsource(base.__init__)))
    tokenizer = transformers.MarianTokenizer.from_pretrained(marian)
    tokenizer.save_pretrained(tmp_path)
    saved = json.loads((tmp_path / "tokenizer_config.json").read_text())
    named = set(inspect.signature(transformers.MarianTokenizer.__init__).parameters) - {"self", "kwargs"}
    known = {*taken, *saved, *named, *base.SPECIAL_TOKENS_ATTRIBUTES}
    left = known - TOKENIZER.keys - {"clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output"}
    assert len(taken) > 10 and left == set()


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


# ---- number formats


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64], ids=str)
def test_numbers_of_another_format_are_told(tmp_path: Path, tiny_vit: VisionTransformer, dtype: torch.dtype) -> None:
    def cast(tensors: dict[str, torch.Tensor]) -> None:
        tensors |= {name: x.to(dtype) for name, x in tensors.items()}

    plain = vit_core.load(write_tiny(tmp_path / "plain", tiny_vit)).notes
    loaded: Any = vit_core.load(write_tiny(tmp_path / "tiny", tiny_vit, change=cast))
    (note,) = [note for note in loaded.notes if note not in plain]
    assert (note.code, note.params["stored"]) == ("rounded", str(dtype).removeprefix("torch."))
    expected = tiny_vit.pos_embed.to(dtype).float()
    assert torch.equal(loaded.model.pos_embed, expected)


def test_positions_that_a_translator_keeps_rounded_in_a_way_of_its_own_are_told(marian: Path, tmp_path: Path) -> None:
    """They are the same for every model of a size, and computed and rounded alike; what is stored is only compared."""
    folder = tmp_path / "marian"
    shutil.copytree(marian, folder)
    file = folder / "model.safetensors"
    tensors = {name: x.half() for name, x in load_file(file).items() if name not in POSITIONS}
    table = sinusoidal_table(40, 48, "halves")
    other = table.half()
    other[3, 7] = torch.nextafter(other[3, 7], other.new_tensor(2.0))
    for kept, codes in ((None, []), (table.half(), []), (other, ["positions_computed"])):
        stored = {} if kept is None else dict.fromkeys(POSITIONS, kept)
        save_file({**tensors, **{name: x.clone() for name, x in stored.items()}}, file)
        loaded = vit_core.load(folder)
        assert [note.code for note in loaded.notes if note.code not in ("searched", "rounded")] == codes
        assert "rounded" in [note.code for note in loaded.notes]
        found = survey(folder, "it")  # which reads no numbers
        assert found.notes == tuple(note for note in loaded.notes if note.code != "positions_computed")
        assert found.spec is not None and found.spec.config == loaded.spec.config
    off = {name: x.float().clone() for name, x in stored.items()}
    save_file({**tensors, **off}, file)  # numbers of float16 in a file of float32: not what this model computes
    with pytest.raises(vit_core.CheckpointError) as caught:
        vit_core.load(folder)
    assert caught.value.code == "wrong_positions"


# ---- config.json, of each form


TOLD: dict[str, Any] = {"a_word_of_next_year": 1, "use_absolute_position_embeddings": True}
REFUSED_OF_CONFIGS: dict[str, Any] = {"quantization_config": {"bits": 4}, "pruned_heads": {"0": [1]}}


def test_what_the_files_of_an_image_model_ask_and_is_not_followed_is_told_in_one_note(
    tmp_path: Path, tiny_vit: VisionTransformer
) -> None:
    folder = write_tiny(tmp_path / "tiny", tiny_vit, config=TOLD)
    change(folder / "preprocessor_config.json", do_pad=True)
    expected = "a_word_of_next_year = 1, use_absolute_position_embeddings = True, do_pad = True"
    assert told(vit_core.load(folder)) == [expected]
    (found,) = survey(folder, "tiny").notes
    assert found.params["settings"] == expected


@pytest.mark.parametrize(("word", "value"), REFUSED_OF_CONFIGS.items())
def test_what_a_config_asks_that_makes_it_another_model_is_refused_by_name(
    tmp_path: Path, tiny_vit: VisionTransformer, marian: Path, word: str, value: Any
) -> None:
    other = tmp_path / "marian"
    shutil.copytree(marian, other)
    change(other / "config.json", **{word: value})
    for folder in (write_tiny(tmp_path / "tiny", tiny_vit, config={word: value}), other):
        with pytest.raises(vit_core.CheckpointError) as caught:
            vit_core.load(folder)
        assert caught.value.code == "unsupported_setting" and word in caught.value.params["setting"]
        change(folder / "config.json", **{word: type(value)()})
        assert told(vit_core.load(folder)) == []


def test_what_a_config_leaves_as_it_usually_is_is_not_told(tmp_path: Path, tiny_vit: VisionTransformer) -> None:
    """A negative control: all that transformers' class knows, each as it is where nobody says anything."""
    usual = transformers.ViTConfig().to_dict()
    folder = write_tiny(tmp_path / "tiny", tiny_vit, config={key: usual[key] for key in usual if key not in HF_CONFIG})
    assert told(vit_core.load(folder)) == []


def test_what_timms_config_asks_and_is_not_followed_is_told(tmp_path: Path) -> None:
    small = {"img_size": 32, "patch_size": 8, "depth": 1, "embed_dim": 48, "num_heads": 3}
    timm.models.save_for_hf(timm.create_model("vit_tiny_patch16_224", **small, num_classes=3), tmp_path)
    assert told(vit_core.load(tmp_path)) == []
    file = tmp_path / "config.json"
    said = json.loads(file.read_text())
    change(file, of_next_year=2, pretrained_cfg={**said["pretrained_cfg"], "label_offset": 1, "gamma": 0.5})
    assert told(vit_core.load(tmp_path)) == ["of_next_year = 2, label_offset = 1, gamma = 0.5"]


MARIAN_TOLD: dict[str, tuple[str, dict[str, Any], str]] = {
    "a word of next year": ("config.json", {"a_word_of_next_year": 1}, "a_word_of_next_year = 1"),
    "another word for a size": ("config.json", {"num_attention_heads": 6}, "num_attention_heads = 6"),
    "a decoder alone": ("config.json", {"is_decoder": True}, "is_decoder = True"),
    "another tokenizer": ("tokenizer_config.json", {"tokenizer_class": "T5Tokenizer"}, "tokenizer_class = T5Tokenizer"),
    "small letters": ("tokenizer_config.json", {"do_lower_case": True}, "do_lower_case = True"),
    "a token cut out of words": ("tokenizer_config.json", {"extra_special_tokens": ["▁der"]}, "added_tokens = ▁der"),
    "a token that takes spaces along": (
        "tokenizer_config.json", {"eos_token": {"content": "</s>", "lstrip": True}}, "added_tokens = </s>",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("file", "words", "expected"), MARIAN_TOLD.values(), ids=MARIAN_TOLD)
def test_what_the_files_of_a_translator_ask_and_is_not_followed_is_told(
    marian: Path, tmp_path: Path, file: str, words: dict[str, Any], expected: str
) -> None:
    folder = tmp_path / "marian"
    shutil.copytree(marian, folder)
    assert told(vit_core.load(folder)) == []
    vocab = json.loads((folder / "vocab.json").read_text())
    if "extra_special_tokens" in words:  # a piece of this very vocabulary
        piece = next(piece for piece in vocab if piece.startswith("▁") and len(piece) > 2)
        words, expected = {"extra_special_tokens": [piece]}, f"added_tokens = {piece}"
    change(folder / file, **words)
    assert told(vit_core.load(folder)) == [expected]


def test_tokens_that_are_the_special_ones_again_are_not_told(marian: Path, tmp_path: Path) -> None:
    """As transformers 5 writes them; and cuts drawn by lot are refused."""
    folder = tmp_path / "marian"
    shutil.copytree(marian, folder)
    transformers.MarianTokenizer.from_pretrained(folder).save_pretrained(folder)
    assert "eos_token" in json.loads((folder / "tokenizer_config.json").read_text())
    (folder / "special_tokens_map.json").write_text(json.dumps({"eos_token": "</s>", "pad_token": "<pad>"}))
    assert told(vit_core.load(folder)) == []
    change(folder / "tokenizer_config.json", sp_model_kwargs={"enable_sampling": True})
    with pytest.raises(vit_core.CheckpointError, match="enable_sampling"):
        vit_core.load(folder)


def test_special_tokens_of_a_folder_that_numbers_none_are_read_where_older_versions_kept_them(
    marian: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "marian"
    shutil.copytree(marian, folder)
    vocab = {
        {"</s>": "<eos>"}.get(token, token): i for token, i in json.loads((folder / "vocab.json").read_text()).items()
    }
    (folder / "vocab.json").write_text(json.dumps(vocab))
    with pytest.raises(vit_core.CheckpointError, match="lacks </s>"):
        vit_core.load(folder)
    (folder / "special_tokens_map.json").write_text(json.dumps({"eos_token": {"content": "<eos>", "lstrip": False}}))
    loaded: Any = vit_core.load(folder)
    theirs = transformers.MarianTokenizer.from_pretrained(folder)
    assert loaded.tokenizer.special.end == theirs.eos_token == "<eos>"
    assert loaded.tokenizer.encode("Der Hund.") == theirs("Der Hund.").input_ids
