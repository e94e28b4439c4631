"""Which example photos a model has a class for, however its checkpoint spells its labels."""

from __future__ import annotations

from dataclasses import replace

import pytest

from demo.page.gallery import known_files, load_gallery
from demo.photo.facts import photo_facts
from demo.photo.query import DEFAULT_MODEL, FIRST, PhotoQuery
from demo.services import Services
from vit_core.checkpoints.labels import ASSETS, among, label_set

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


def test_every_class_of_the_gallery_is_one_of_a_label_set() -> None:
    every = [name for file in (ASSETS / "labels").glob("*.tsv") for name in label_set(file.stem)["en"]]
    for item in GALLERY:
        for name in item.shows:
            assert among(every, [name]), f"{item.file}: {name}"


def test_the_shipped_model_knows_what_everyday_photos_show(bundled: Services) -> None:
    """Of an example whose class it has, that class is among its first five; but for the taxis, as its card says."""
    model = bundled.photos.model(DEFAULT_MODEL)
    missed = set()
    for file in known_files(GALLERY, model) or []:
        item = next(one for one in GALLERY if one.file == file)
        best = [name for name, _ in bundled.photos.trace(PhotoQuery(f"example:{file}", DEFAULT_MODEL, 224)).top(5)]
        if not among(best, item.shows):
            missed.add(file)
    assert missed == {"cc0_street_taxis.jpg"}


def test_a_look_tells_which_examples_its_model_knows(bundled: Services) -> None:
    knows = photo_facts(bundled.photos, FIRST)["knows"]
    assert {"cc0_cat_tabby.jpg", "cc0_elephant.jpg", "cc0_composite_cat_dog.jpg"} <= set(knows)
    assert {"cc0_dog_beagle.jpg", "cc0_horse_and_jockey.jpg", "cc0_biplane.jpg", "cc0_burger.jpg"} <= set(knows)
    assert not {"pd_astronaut.jpg", "cc0_space_shuttle.jpg"} & set(knows)
    # The labels as transformers spells them.
    hub = replace(
        bundled.photos.model(FIRST.model),
        labels_by_language={"en": ("tabby, tabby cat", "African elephant, African bush elephant, Loxodonta africana")},
    )
    known = {"cc0_cat_tabby.jpg", "cc0_elephant.jpg", "cc0_cat_chelsea.jpg", "cc0_composite_cat_dog.jpg"}
    assert set(known_files(GALLERY, hub) or []) == known


def test_a_model_without_names_leaves_it_open(services: Services) -> None:
    for model in ("headless", "numbers"):
        assert photo_facts(services.photos, PhotoQuery("example:cc0_cat_tabby.jpg", model, 32))["knows"] is None
