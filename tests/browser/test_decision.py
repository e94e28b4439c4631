"""The Decision screen as a visitor uses it: every number on it is the trace's, and it says when the model cannot know."""

from __future__ import annotations

import csv
import math
import re
from pathlib import Path

import pytest
import torch
from playwright.sync_api import expect

from demo.photo.query import DEFAULT_MODEL, FIRST, PhotoQuery
from tests.support.browser import address, box_of, passes, settles
from tests.support.written import percent
from vit_core.analysis import logit_terms

pytestmark = pytest.mark.one_page

LABELS = Path(__file__).parents[2] / "assets/labels/everyday.tsv"
SUMMED = "#screen-decision .logit-products:not([data-waiting])"


def opened(open_page, example="cc0_cat_tabby.jpg", lang="en"):
    """The screen with an example, once the arithmetic of its best class is there."""
    watched = open_page(f"lang={lang}&screen=decision&photo=example:{example}")
    # The page starts with the first example; the one asked for follows.
    watched.page.wait_for_selector(f".decision-photo[src*='{example}']")
    watched.page.wait_for_selector(f"{SUMMED} canvas")
    watched.page.wait_for_function("() => document.querySelectorAll('.class-arithmetic .sum .number').length === 6")
    return watched


def trace_of(app, example="cc0_cat_tabby.jpg"):
    return app.services.photos.trace(PhotoQuery(f"example:{example}", DEFAULT_MODEL, 224))


def number(text):
    """A number as the page writes it, with a real minus and thin spaces."""
    return float(re.sub(r"\s", "", text).replace("−", "-").replace("+", ""))


def korean():
    with LABELS.open(encoding="utf-8", newline="") as file:
        return {row["en"]: row["ko"] for row in csv.DictReader(file, delimiter="\t")}


def names(page):
    return page.locator(".class-rows .name")


def arithmetic(page, title):
    """The numbers of the card, where it is the card of this class and its products are there."""
    assert title in page.locator(".class-arithmetic h3").inner_text()
    assert page.locator(SUMMED).count() == 1
    return page.locator(".class-arithmetic .sum .number").all_inner_texts()


@pytest.mark.parametrize("example", ["cc0_cat_tabby.jpg", "cc0_pizza.jpg"])
def test_the_bars_are_the_best_classes_of_the_trace_in_order(open_page, app, example):
    page = opened(open_page, example).page
    trace = trace_of(app, example)
    best = trace.top(5)
    expect(names(page)).to_have_text([name for name, _ in best])
    expect(page.locator(".class-rows .rank")).to_have_text(["1", "2", "3", "4", "5"])
    expect(page.locator(".class-rows .probability")).to_have_text([percent(share) for _, share in best])
    # The same head, after the norm, on what the layers before the last have made of CLS.
    model, layers = app.services.photos.model(DEFAULT_MODEL).model, trace.config.n_layers
    streams = [trace.resid(0, "pre"), *(trace.resid(layer, "post") for layer in range(layers))]
    with torch.inference_mode():
        shares = torch.stack([model.head(model.norm(x))[0] for x in streams]).softmax(-1)
    rows = page.locator(".layer-rows .layer-row")
    expect(rows.locator(".best")).to_have_text([trace.labels[row.argmax()] for row in shares])
    expect(rows.locator(".own")).to_have_text([percent(row[trace.labels.index(best[0][0])].item()) for row in shares])
    # As everywhere a row of numbers goes in from the left.
    expect(page.locator("#screen-decision .flow-step .shape")).to_have_text(
        f"{trace.config.d_model} × {len(trace.labels)}"
    )
    logits = [f"{trace.logits[trace.labels.index(name)].item():.2f}".replace("-", "−") for name, _ in best]
    expect(page.locator(".class-rows .logit")).to_have_text(logits)


def test_a_bar_is_as_long_as_its_share(open_page, app):
    page = opened(open_page).page
    shares = [share for _, share in trace_of(app).top(5)]
    page.wait_for_function("() => document.getAnimations().every((a) => a.playState !== 'running')")

    def check():
        track = page.locator(".class-rows .track").first.bounding_box()["width"]
        fills = [fill.bounding_box()["width"] for fill in page.locator(".class-rows .fill").all()]
        least = 2  # CSS pixels: a share that is not 0 is seen
        assert fills == pytest.approx([max(least, share * track) for share in shares], abs=1.5)

    passes(check)


def test_in_korean_the_classes_have_korean_names(open_page, app):
    page = opened(open_page, lang="ko").page
    best = [name for name, _ in trace_of(app).top(5)]
    expect(names(page)).to_have_text([korean()[name] for name in best])
    expect(page.locator(".class-rows .english")).to_have_text(best)
    page.click("button[lang=en]")
    expect(names(page)).to_have_text(best)
    page.locator(".layer-rows .layer-row").nth(3).click()
    expect(page.locator(".by-layer .readout")).to_contain_text("After layer 3")
    settles(lambda: address(page).get("layer"), "3")


@pytest.mark.parametrize("place", [4])
def test_the_arithmetic_of_a_bar_is_the_traces(open_page, app, place):
    page = opened(open_page).page
    trace = trace_of(app)
    name, share = trace.top(5)[place]
    page.locator(".class-row").nth(place).click()
    page.mouse.move(5, 5)  # away from the bars: what is held stays
    expect(page.locator(".class-row[aria-pressed=true] .name")).to_have_text([name])
    made = logit_terms(trace, app.services.photos.model(FIRST.model).model, trace.labels.index(name))

    def check():
        p, power, total, logit, products, bias = arithmetic(page, f"{name} came to")
        assert p == percent(share)
        assert number(logit) == pytest.approx(made.logit, abs=5.1e-4)
        # e^logit = exponential, over the sum of all of them: a pocket calculator arrives at p.
        exponential = number(power.split("=")[1])
        assert exponential == pytest.approx(math.exp(made.logit), rel=1e-3)
        assert number(total) == pytest.approx(trace.logits.double().exp().sum().item(), rel=1e-3)
        positive, negative, summed = re.fullmatch(r"(\S+) (\S+) = (\S+)", products.replace("\n", " ")).groups()
        assert number(positive) == pytest.approx(made.terms[made.terms > 0].sum().item(), abs=6e-4)
        assert number(negative) == pytest.approx(made.terms[made.terms < 0].sum().item(), abs=6e-4)
        assert number(positive) + number(negative) == pytest.approx(number(summed), abs=5.1e-4)
        assert number(bias) == pytest.approx(made.bias, rel=6e-3)

    passes(check)


def test_pointing_at_a_bar_previews_it_and_leaving_returns_to_the_held_one(open_page, app):
    page = opened(open_page).page
    held, _, other, *_ = [name for name, _ in trace_of(app).top(5)]
    page.locator(".class-row").nth(2).hover()
    passes(lambda: arithmetic(page, f"{other} came to"))
    page.mouse.move(5, 5)
    passes(lambda: arithmetic(page, f"{held} came to"))
    # A mouse that lies still where a row comes to lie points at nothing.
    spot = box_of(page.locator(".class-row").nth(2))
    page.keyboard.press("4")
    expect(page.locator("#screen-attention")).to_be_visible()
    page.mouse.move(spot["x"] + 40, spot["y"] + spot["height"] / 2)
    page.keyboard.press("5")
    expect(page.locator(".class-row:hover")).to_have_count(1)
    passes(lambda: arithmetic(page, f"{held} came to"))


@pytest.mark.parametrize(
    ("example", "absent"),
    [("cc0_space_shuttle.jpg", "space shuttle"), ("cc0_pizza.jpg", None), (FIRST.photo[8:], None)],
)
def test_it_says_when_the_model_has_no_such_class(open_page, example, absent):
    page = opened(open_page, example).page
    verdict = page.locator(".verdict [data-told]")
    expect(verdict).to_contain_text("%")
    if absent:
        expect(verdict).to_contain_text(f"“{absent}” is not among its 578 classes")
    else:
        expect(verdict).not_to_contain_text("not among")
        expect(verdict).not_to_contain_text("not be among")


@pytest.mark.parametrize("name", ["vit-s14-everyday", "vit-course-48"])
def test_what_was_measured_of_the_model_stands_where_its_answer_stands(open_page, app, name):
    page = open_page(f"lang=en&screen=decision&model={name}&photo=example:cc0_pizza.jpg").page
    for value in app.services.photos.model(name).spec.metrics.values():
        expect(page.locator(".verdict .note")).to_contain_text(value)


def test_the_list_of_classes_opens_narrows_and_closes(open_page):
    page = opened(open_page).page
    page.get_by_role("button", name="All 578 classes").click()
    listed = page.locator("dialog.class-list li:visible")
    expect(listed).to_have_count(578)
    every = page.locator("dialog.class-list li .name")
    settles(lambda: sorted(every.all_inner_texts(), key=str.lower), sorted(korean(), key=str.lower))
    page.keyboard.type("GOLDF")  # the search has the focus
    expect(listed.locator(".name")).to_have_text(["goldfish"])
    page.keyboard.type("xyz")
    expect(listed).to_have_count(0)
    expect(page.locator("dialog.class-list [data-told]")).to_be_visible()
    page.locator("dialog.class-list input").fill("")
    expect(listed).to_have_count(578)
    page.keyboard.press("Escape")
    expect(page.locator("dialog.class-list")).to_be_hidden()
    # Opened again it is whole, whatever was searched before.
    page.get_by_role("button", name="All 578 classes").click()
    page.locator("dialog.class-list input").fill("goldf")
    expect(listed).to_have_count(1)
    page.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="All 578 classes").click()
    expect(page.locator("dialog.class-list input")).to_have_value("")
    expect(listed).to_have_count(578)


def test_a_korean_list_is_found_by_both_names_and_a_choice_gets_its_arithmetic(open_page, app):
    page = opened(open_page, lang="ko").page
    page.locator("button[aria-haspopup=dialog]").last.click()
    search, listed = page.locator("dialog.class-list input"), page.locator("dialog.class-list li:visible .name")
    for wanted in ("goldfish", "금붕어"):
        search.fill("")
        expect(listed).to_have_count(578)
        search.fill(wanted)
        expect(listed).to_have_text(["금붕어"])
    listed.click()
    expect(page.locator("dialog.class-list")).to_be_hidden()
    trace = trace_of(app)
    index = trace.labels.index("goldfish")
    settles(lambda: arithmetic(page, "금붕어")[0], percent(trace.probabilities[index].item()))
    rank = 1 + int(torch.count_nonzero(trace.probabilities > trace.probabilities[index]))
    row = page.locator(".class-rows .apart")
    expect(row.locator(".rank")).to_have_text(str(rank))
    expect(row.locator(".name")).to_have_text("금붕어")
