"""A model whose head answers with numbers and names no class: what every screen of the photo's journey makes of it."""

from __future__ import annotations

import re
from functools import partial

import pytest
from playwright.sync_api import expect

from demo.page.screens import SCREENS
from demo.photo.query import FIRST, PhotoQuery
from demo.services import Services
from tests.support.browser import Windows, passes, see_all
from tests.support.server import running_app
from tests.support.tiny import write_tiny
from tests.support.written import near, number
from vit_core.analysis import logit_terms, scores_by_layer

pytestmark = pytest.mark.one_page

# A name for each number; none; one alone.
MODELS = {"moods": ("valence", "arousal"), "nameless": ("LABEL_0", "LABEL_1"), "age": ("age",)}
SUMMED = "#screen-decision .logit-products:not([data-waiting]) canvas"
PHOTO_SCREENS = [screen.name for screen in SCREENS if screen.journey == "photo"]


def cut(tensors, count):
    """A head of fewer numbers than the tiny model has classes."""
    for key in ("classifier.weight", "classifier.bias"):
        tensors[key] = tensors[key][:count].clone()


@pytest.fixture(scope="module")
def app(browser, tiny_vit, tmp_path_factory):
    root = tmp_path_factory.mktemp("regressions")
    for name, labels in MODELS.items():
        said = {"problem_type": "regression", "id2label": dict(enumerate(labels))}
        write_tiny(root / name, tiny_vit, config=said, change=partial(cut, count=len(labels)))
    with running_app(Services(models_dir=root)) as served:
        yield served


@pytest.fixture(scope="module")
def windows(browser, app):
    return Windows(browser, app.url)


def opened(open_page, model, screen="decision", lang="en"):
    page = open_page(f"lang={lang}&screen={screen}&model={model}&size=32").page
    expect(page.locator(".rail-row .status")).to_contain_text(model if screen == "start" else "16")
    see_all(page)
    expect(page.locator(f"#screen-{screen} [data-waiting]")).to_have_count(0)
    return page


def trace_of(app, model):
    return app.services.photos.trace(PhotoQuery(FIRST.photo, model, 32))


@pytest.mark.parametrize("screen", PHOTO_SCREENS)
@pytest.mark.parametrize("lang", ["en", "ko"])  # the slower one: another language draws every screen anew
def test_every_screen_is_drawn_and_none_speaks_of_a_missing_head(open_page, screen, lang):
    shown = opened(open_page, "moods", screen, lang).locator(f"#screen-{screen}")
    expect(shown).not_to_contain_text(re.compile("undefined|NaN|⟨|no class head|분류 헤드가 없"))


@pytest.mark.parametrize("model", MODELS)
def test_the_decision_is_the_numbers_with_their_names_and_no_probability(open_page, app, model):
    page, trace = opened(open_page, model), trace_of(app, model)
    names = [f"output {i}" for i in range(2)] if model == "nameless" else MODELS[model]
    rows = page.locator("#screen-decision .class-row")
    expect(rows).to_have_count(len(names))

    def check():
        told = zip(rows.locator(".name").all_inner_texts(), rows.locator(".logit").all_inner_texts(), strict=True)
        assert [(name, number(text)) for name, text in told] == [
            (name, near(exact)) for name, exact in zip(names, trace.logits.tolist(), strict=True)
        ]

    passes(check)
    shown = page.locator("#screen-decision")
    for hidden in (".track", ".probability", ".flow-numbers:last-child"):
        expect(shown.locator(hidden).locator("visible=true")).to_have_count(0)
    expect(shown.get_by_role("button", name=re.compile("^(All|Show) "))).to_have_count(0)
    expect(shown.locator(".verdict p").first).to_contain_text(names[0])
    expect(shown).not_to_contain_text(re.compile("%|softmax|Low confidence|class head"), use_inner_text=True)
    expect(shown.locator("h2")).to_have_text("What does the model say?")


def test_the_arithmetic_of_a_number_is_the_traces(open_page, app):
    page, trace = opened(open_page, "moods"), trace_of(app, "moods")
    page.locator("#screen-decision .class-row").nth(1).click()
    expect(page.locator(".class-arithmetic h3")).to_contain_text("arousal")
    page.wait_for_selector(SUMMED)
    made = logit_terms(trace, app.services.photos.model("moods").model, 1)
    score = page.locator("#screen-decision .class-arithmetic .sum:visible")
    expect(score).to_have_count(1)

    def check():
        assert number(score.locator(".opens").inner_text()) == pytest.approx(made.logit, abs=1e-3)

    passes(check)
    expect(page.locator(".class-arithmetic .reading")).to_contain_text("raise it")
    score.locator(".opens").click()
    expect(page.locator(".calculator")).to_contain_text("arousal")


def test_between_the_layers_stands_what_the_head_makes_of_each(open_page, app):
    page = opened(open_page, "age")
    rows = page.locator("#screen-decision .layer-rows .layer-row")
    expect(rows).to_have_count(3)
    scores = scores_by_layer(trace_of(app, "age"), app.services.photos.model("age").model)

    def check():
        texts = page.locator("#screen-decision .layer-rows .own").all_text_contents()
        assert [number(text) for text in texts] == [near(exact) for exact in scores[:, 0].tolist()]

    passes(check)


def test_the_start_tells_the_number(open_page, app):
    page, exact = opened(open_page, "age", "start"), trace_of(app, "age").logits[0].item()
    station = page.locator("#screen-start .stop[data-stop='decision']")
    expect(station.locator(".stop-what")).to_contain_text("age")
    passes(lambda: number(station.locator(".stop-number").inner_text()) == near(exact) or pytest.fail("another number"))
    expect(station).not_to_contain_text("%")


def test_each_size_tells_its_numbers(open_page, app):
    page, trace = opened(open_page, "moods", "patches"), trace_of(app, "moods")
    answers = page.locator("#screen-patches .answers li")
    expect(answers).to_have_count(2)
    expect(answers.locator(".bar")).to_have_count(0)

    def check():
        texts = answers.locator(".share").all_inner_texts()
        assert [number(text) for text in texts] == [near(exact) for exact in trace.logits.tolist()]

    passes(check)


def read(place):
    """The number that a place shows last."""
    return number(place.inner_text().split()[-1])


def told(page, places, wanted):
    def check():
        assert [read(place) for place in page.locator(places).all()] == [near(exact) for exact in wanted]

    passes(check)


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_switched_off_the_numbers_stand_beside_those_as_trained(open_page, app, lang):
    """On Position and on Block the answer moves, whatever kind it is of."""
    trained = trace_of(app, "moods").logits.tolist()
    for screen, change in (("position", "position:off"), ("block", "residual:off@1")):
        changed = app.services.photos.trace(PhotoQuery(FIRST.photo, "moods", 32, change=change)).logits.tolist()
        page = open_page(f"v=2&lang={lang}&screen={screen}&model=moods&size=32&change={change}").page
        expect(page.locator(f"#screen-{screen} [data-waiting]")).to_have_count(0)
        shown = f"#screen-{screen} .paired"
        expect(page.locator(f"{shown} .name").first).to_have_text("valence")
        expect(page.locator(f"{shown} .track:visible")).to_have_count(0)
        told(page, f"{shown} .now-share", changed)
        if screen == "block":
            told(page, f"{shown} .was-share", trained)
        else:
            best = "#screen-position .pass-best"
            told(page, best, [trained[0], changed[0], changed[0]])
        expect(page.locator(f"#screen-{screen} .answer, #screen-{screen} .answer-now")).not_to_contain_text(
            re.compile("%|확률|probabilit")
        )


def test_two_models_side_by_side_tell_their_numbers(open_page, app):
    page = opened(open_page, "moods", "models")
    told(page, ".side:nth-child(1) .side-classes .share", trace_of(app, "moods").logits.tolist())
    expect(page.locator(".side:nth-child(1) .side-classes .track")).to_have_count(0)
    expect(page.locator(".side:nth-child(2) .side-classes .track").first).to_be_visible()
