"""Which example photos a model has a class for, however its checkpoint spells its labels."""

from __future__ import annotations

from dataclasses import replace

import pytest

from demo.gallery import known_files, load_gallery
from demo.page import look_facts
from demo.services import FIRST, Look, Services
from vit_core.checkpoints.labels import among, label_set

GALLERY = load_gallery()


@pytest.mark.parametrize(
    ("label", "name", "same"),
    [
        ("tabby cat", "tabby cat", True),
        ("tabby, tabby cat", "tabby cat", True),
        ("Tabby_Cat", "tabby cat", True),
        ("cab, hack, taxi, taxicab", "taxicab", True),
        ("tiger cat", "tabby cat", False),
        ("pizza oven", "pizza", False),
    ],
)
def test_a_class_is_recognised_in_any_spelling(label: str, name: str, same: bool) -> None:
    assert among(["something else", label], [name]) is same


def test_one_of_several_classes_on_a_photo_is_enough() -> None:
    assert among(["beagle"], ["tabby cat", "Beagle"])
    assert not among(["beagle"], [])


def test_every_class_of_the_gallery_is_one_of_imagenet() -> None:
    for item in GALLERY:
        assert not item.shows or among(label_set("imagenet1k")["en"], item.shows), item.file


def test_a_look_tells_which_examples_its_model_knows(bundled: Services) -> None:
    knows = look_facts(bundled, FIRST)["knows"]
    assert {"cc0_cat_tabby.jpg", "cc0_elephant.jpg", "cc0_composite_cat_dog.jpg"} <= set(knows)
    assert not {"pd_astronaut.jpg", "cc0_dog_beagle.jpg"} & set(knows)
    # The labels as transformers spells them.
    hub = replace(
        bundled.model(FIRST.model),
        labels_by_language={"en": ("tabby, tabby cat", "African elephant, Loxodonta africana")},
    )
    known = ["cc0_cat_tabby.jpg", "cc0_elephant.jpg", "cc0_cat_chelsea.jpg", "cc0_composite_cat_dog.jpg"]
    assert known_files(GALLERY, hub) == known


def test_a_model_without_names_leaves_it_open(services: Services) -> None:
    assert look_facts(services, Look("example:cc0_cat_tabby.jpg", "headless", 32))["knows"] is None
