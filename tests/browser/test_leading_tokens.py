"""Models with other tokens before their patches than CLS alone: every screen of the photo's journey, and what it says."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from demo.page.screens import SCREENS
from demo.page.texts import texts
from demo.photo.query import DEFAULT_MODEL, FIRST, PhotoQuery
from tests.support.browser import Windows, passes, see_all
from tests.support.prefixes import vit_with
from tests.support.server import running_app
from tests.support.sheet import HERE
from tests.support.tiny import LABELS
from vit_core.bundled import ASSETS
from vit_core.preprocess import Preprocess

pytestmark = pytest.mark.one_page

MODELS = {"registers": ("CLS", "REG1", "REG2", "REG3"), "patches-alone": ()}
PHOTO_SCREENS = [screen.name for screen in SCREENS if screen.journey == "photo"]


@pytest.fixture(scope="module")
def app(browser):
    with running_app() as served:
        shelf = served.services.photos.models
        shipped, load = shelf.load(DEFAULT_MODEL), shelf.load
        own = {}
        for name, prefix in MODELS.items():
            model = vit_with(prefix)
            labels = {"en": LABELS if model.head else ()}
            preprocess = Preprocess(crop=32, resize=36)
            own[name] = replace(
                shipped, name=name, model=model, labels_by_language=labels, preprocess=preprocess, notes=()
            )
            shelf.folders[name] = (
                ASSETS / "checkpoints" / DEFAULT_MODEL
            )  # a folder of which the list says that it can be used
        shelf.load = lambda name, request="": own[name] if name in own else load(name, request=request)
        yield served


@pytest.fixture(scope="module")
def windows(browser, app):
    return Windows(browser, app.url)


@pytest.fixture
def open_screen(open_page):
    """Open a screen with a model and wait until nothing is on its way."""

    def open_(model: str, screen: str, query: int | str = 0):
        page = open_page(f"lang=en&screen={screen}&model={model}&size=32&query={query}").page
        expect(page.locator(".rail-row .status")).to_contain_text("16 patches")
        see_all(page)
        expect(page.locator(f"#screen-{screen} [data-waiting]")).to_have_count(0)
        return page

    return open_


@pytest.mark.parametrize("screen", PHOTO_SCREENS)
@pytest.mark.parametrize("model", MODELS)
def test_every_screen_is_drawn(open_screen, model, screen):
    page = open_screen(model, screen)
    leading = "".join(f" + {name}" for name in MODELS[model])
    expect(page.locator(".rail-row .status")).to_contain_text(f"16 patches{leading};")
    expect(page.locator(f"#screen-{screen}")).not_to_contain_text(re.compile("undefined|NaN|⟨"))


@pytest.mark.parametrize(
    ("model", "formula", "words"),
    [
        ("registers", "16 patches + CLS + 3 more = 20 tokens", "Extra tokens go in front: CLS, REG1, REG2, REG3."),
        ("patches-alone", "16 patches = 16 tokens", "Nothing goes in front of them."),
    ],
)
def test_the_sequence_is_told_as_it_is(open_screen, model, formula, words):
    page = open_screen(model, "patches")
    expect(page.locator("#screen-patches .length")).to_have_text(formula)
    expect(page.locator("#screen-patches .words")).to_contain_text(words)


@pytest.mark.parametrize("model", MODELS)
def test_captions_tell_what_no_map_shows(open_screen, app, model):
    captions = open_screen(model, "attention", query=9).locator("#screen-attention .head-caption")
    first, layer = len(MODELS[model]), 1
    pattern = app.services.photos.trace(PhotoQuery(FIRST.photo, model, 32)).pattern(layer)
    expect(captions).to_have_count(3)

    def check():
        for head, caption in enumerate(captions.all_inner_texts()):
            told = [float(share) / 100 for share in re.findall(r"([\d.]+)\s*%", caption)]
            row = pattern[head, 9]
            expected = [*([row[:first].sum().item()] if first else []), row[first:].max().item()]
            assert told == pytest.approx(expected, abs=1e-4, rel=5e-3)

            assert caption.startswith("CLS…REG3" if first else "max")

    passes(check)


@pytest.mark.parametrize(
    ("model", "query", "up"),
    [("registers", 5, "REG3"), ("patches-alone", 1, "patch 1, 2"), ("registers", 8, "patch 1, 1")],
)
def test_up_from_the_first_row_leads_to_what_stands_before_it(open_screen, model, query, up):
    page = open_screen(model, "attention", query=query)
    page.locator("#screen-attention .picker-surface").press("ArrowUp")
    expect(page.locator("#screen-attention .readout")).to_contain_text(up)


def test_to_a_register_no_position_is_added(open_screen):
    """DINOv2 adds positions to CLS and patches and puts the registers between them afterwards (arXiv 2309.16588)."""
    for query, symbols in ((0, ("xclass", "Epos")), (2, ("xreg", "0")), (7, ("xp", "Epos"))):
        page = open_screen("registers", "patches", f"{query}&held=1")
        shown = page.locator("#screen-patches .vectors .symbol")
        expect(shown.nth(0)).to_contain_text(symbols[0])
        expect(shown.nth(1)).to_have_text(re.compile(rf"^\+\s*{symbols[1]}\s*$"))
    page = open_screen("registers", "patches", "2&explain=p!tokens:2,3")
    note = page.locator(f"{HERE} .number-page > .note").first
    expect(note).to_have_text(texts("en")["calculator.sum_tokens_alone"])
