"""The list of known checkpoints: complete, consistent, and its shipped files what they claim to be."""

from __future__ import annotations

import hashlib
import re

import pytest

from vit_core import CheckpointSpec, ImageSpec, RecurrentSpec, TranslatorSpec, available
from vit_core.checkpoints.convert import expected_shapes
from vit_core.checkpoints.dialects import DIALECTS, family
from vit_core.checkpoints.labels import ASSETS, LANGUAGES, label_set

# torchvision's are its published num_params; tests/parity/test_parity_registry.py counts the others' reference models.
PARAMETERS = {
    "vit-s14-everyday": 21_842_114,
    "vit-course-48": 8_819_728,
    "vit_b_16": 86_567_656,
    "vit_b_32": 88_224_232,
    "vit_l_16": 304_326_632,
    "vit_l_32": 306_535_400,
    "vit_tiny_patch16_224.augreg_in21k_ft_in1k": 5_717_416,
    "vit_small_patch16_224.augreg_in21k_ft_in1k": 22_050_664,
    "vit_small_patch32_224.augreg_in21k_ft_in1k": 22_878_952,
    "vit_base_patch16_224.augreg_in21k_ft_in1k": 86_567_656,
    "vit_base_patch32_224.augreg_in21k_ft_in1k": 88_224_232,
    "deit_tiny_patch16_224.fb_in1k": 5_717_416,
    "deit_small_patch16_224.fb_in1k": 22_050_664,
    "deit_base_patch16_224.fb_in1k": 86_567_656,
    "deit_small_distilled_patch16_224.fb_in1k": 22_436_432,
    "vit_small_patch16_224.dino": 21_665_664,
    "vit_small_patch8_224.dino": 21_670_272,
    "vit_base_patch16_224.dino": 85_798_656,
    "google/vit-base-patch16-224": 86_567_656,
    "facebook/deit-tiny-patch16-224": 5_717_416,
    "facebook/deit-tiny-distilled-patch16-224": 5_910_800,
    "facebook/deit-small-patch16-224": 22_050_664,
    "facebook/deit-small-distilled-patch16-224": 22_436_432,
    "facebook/deit-base-patch16-224": 86_567_656,
    "facebook/deit-base-distilled-patch16-224": 87_338_192,
    "facebook/dinov2-small": 22_056_192,
    "facebook/dinov2-with-registers-small": 22_057_728,
    "facebook/dinov2-base": 86_579_712,
    "facebook/dinov2-with-registers-base": 86_582_784,
    "marian-s-de-en": 7_585_600,
    "marian-m-de-en": 22_953_648,
    "twin-masked-de-en": 1_312_696,
    "twin-unmasked-de-en": 1_312_696,
    "Helsinki-NLP/opus-mt-de-en": 73_944_309,
    "Helsinki-NLP/opus-mt-en-de": 73_944_309,
    "Helsinki-NLP/opus-mt-fr-en": 74_669_178,
    "Helsinki-NLP/opus-mt-en-fr": 74_669_178,
    "Helsinki-NLP/opus-mt-es-en": 77_484_009,
    "Helsinki-NLP/opus-mt-en-es": 77_484_009,
    "Helsinki-NLP/opus-mt-ko-en": 77_484_009,
    "rnn-de-en": 1_317_752,
    "lstm-de-en": 1_318_904,
    "gru-de-en": 1_311_176,
    "gru-attention-de-en": 1_320_848,
}


def names(spec: CheckpointSpec) -> str:
    return spec.name


every_spec = pytest.mark.parametrize("spec", available(), ids=names)
IMAGE_MODELS = [spec for spec in available() if isinstance(spec, ImageSpec)]
every_image_model = pytest.mark.parametrize("spec", IMAGE_MODELS, ids=names)
RECURRENTS = [spec for spec in available() if isinstance(spec, RecurrentSpec)]
TRANSLATORS = [spec for spec in available() if isinstance(spec, TranslatorSpec)]


def test_every_registered_checkpoint_is_in_the_table() -> None:
    assert len({hash(spec) for spec in available()}) == len(PARAMETERS)
    assert [spec.name for spec in available()] == list(PARAMETERS)


@every_spec
def test_number_of_parameters(spec: CheckpointSpec) -> None:
    assert sum(shape.numel() for shape in expected_shapes(spec.config).values()) == PARAMETERS[spec.name]


@every_spec
def test_an_entry_says_all_that_a_card_shows(spec: CheckpointSpec) -> None:
    assert spec.licence and spec.note.endswith(".")
    assert spec.paper.startswith("https://arxiv.org/abs/")
    assert spec.source_url.startswith("https://")
    assert spec.family
    assert [bool(spec.bundled), bool(spec.hub), spec.local_file is not None].count(True) == 1
    assert spec.where in ("bundled", "local", "cached", "download")


@every_image_model
def test_an_image_model_says_how_pictures_and_classes_are_read(spec: ImageSpec) -> None:
    assert spec.task == "image"
    assert spec.dialect in DIALECTS
    assert (len(label_set(spec.labels)["en"]) if spec.labels else 0) == spec.config.n_classes
    assert spec.preprocess.crop % spec.config.patch_size == 0


def test_a_translator_says_its_languages_and_tasks_do_not_mix() -> None:
    assert all(spec.task == "translation" for spec in TRANSLATORS)
    assert all(spec.task == "recurrent" for spec in RECURRENTS)
    assert all(len(spec.source) == len(spec.target) == 2 for spec in (*TRANSLATORS, *RECURRENTS))
    assert list(available()) == [*IMAGE_MODELS, *TRANSLATORS, *RECURRENTS]


@every_image_model
def test_positions_are_resized_as_the_family_resizes_them(spec: ImageSpec) -> None:
    assert {spec.config.position_resample} == {dialect.position_resample for dialect in family(spec.dialect)}


@pytest.mark.parametrize(("first", "name"), [(IMAGE_MODELS[0], "vit-s14-everyday"), (TRANSLATORS[0], "marian-s-de-en")])
def test_the_shipped_checkpoint_comes_first_and_is_there(first: CheckpointSpec, name: str) -> None:
    assert (first.name, first.where) == (name, "bundled")
    assert first.folder is not None and first.sha256 is not None
    weights = (first.folder / "model.safetensors").read_bytes()
    assert hashlib.sha256(weights).hexdigest() == first.sha256
    card = (first.folder / "README.md").read_text(encoding="utf-8")
    assert first.sha256 in card
    for figures in first.metrics.values():
        for figure in re.findall(r"[\d.]+ %|BLEU [\d.]+|chrF [\d.]+", figures):
            assert figure in card


@pytest.mark.parametrize(("key", "size"), [("everyday", 578), ("course16", 16), ("imagenet1k", 1000)])
def test_label_sets_name_every_class_in_every_language(key: str, size: int) -> None:
    labels = label_set(key)
    assert tuple(labels) == LANGUAGES
    for language in LANGUAGES:
        assert len(labels[language]) == size
        assert all(name == name.strip() and name for name in labels[language])
    assert [name for name in labels["ko"] if not re.search("[가-힣]", name)] == (["SUV"] if key == "everyday" else [])
    rows = (ASSETS / "labels" / f"{key}.tsv").read_text(encoding="utf-8").splitlines()[1:]
    assert [int(row.split("\t")[0]) for row in rows] == list(range(size))
