"""The Models screen as a visitor uses it: the list, two models side by side, checks that can fail, work that can be cancelled."""

from __future__ import annotations

import io
import threading
import time

import numpy as np
import pytest
from PIL import Image

import vit_core
from demo.services import DEFAULT_MODEL, FIRST, Look
from vit_core.analysis.checks import NAMES
from vit_core.sizes import TRANSFORMER_BASE, VIT_TABLE_1

OTHER = "google/vit-base-patch16-224"  # never on a machine that runs these tests without having fetched it
RIGHT = ".side:nth-child(2)"
LEFT = ".side:nth-child(1)"
ANSWERED = "() => ![...document.querySelectorAll('td.of-state')].some((cell) => cell.textContent.includes('asking'))"


def opened(open_page, query="lang=en&screen=models", **context):
    """The screen, once both sides and the list are there."""
    watched = open_page(query, **context)
    watched.page.wait_for_selector(f"{RIGHT}:not([data-waiting]) .side-classes li")
    watched.page.wait_for_selector(".models-table tbody tr")
    return watched


def percent(share):
    p = 100 * share
    return f"{p:.1f} %" if p >= 10 else f"{p:.2f} %" if p >= 1 else f"{p:.3f} %"


def point_at(place, x, y):
    """Move the pointer to a share of an element's width and height."""
    place.scroll_into_view_if_needed()
    box = place.bounding_box()
    place.page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])


def row(page, name):
    return page.locator(f'tr[data-model="{name}"]')


# ---- the list


def test_a_family_is_listed_with_the_model_on_screen_marked(open_page, app):
    page = opened(open_page).page
    cards = {card["name"]: card for card in app.services.catalogue()}
    family = [name for name, card in cards.items() if card["family"] == "DINOv2"]
    assert page.locator(".models-table tbody tr").evaluate_all("rows => rows.map((row) => row.dataset.model)") == family
    assert page.locator("tr[aria-current] strong").first.inner_text() == DEFAULT_MODEL
    assert row(page, DEFAULT_MODEL).locator(".of-state").inner_text() == "on screen"
    shown = row(page, "facebook/dinov2-with-registers-base").locator("td").all_inner_texts()
    for told in ("86.6 M", "346 MB", "14", "768", "12", "224 px", "261", "Apache-2.0", "84.6 %", "CLS + 4 registers"):
        assert any(told in cell for cell in shown), told
    for link in row(page, DEFAULT_MODEL).locator("a").all():
        assert link.get_attribute("rel") == "noopener noreferrer" and link.get_attribute("href").startswith("https://")


def test_every_model_is_in_one_of_the_families(open_page, app):
    page = opened(open_page).page
    page.wait_for_function(ANSWERED)
    families = page.locator(".families button").evaluate_all("all => all.map((button) => button.dataset.family)")
    assert families == ["ViT", "DeiT", "DINO", "DINOv2", "Transformer", "Marian", "here", "all"]
    page.click("[data-family=all]")
    assert page.locator(".models-table tbody tr").count() == len(app.services.catalogue())
    for cell in page.locator("tbody td.of-state").all_inner_texts():
        assert cell.startswith(("on screen", "Use", "Download · ", "not reachable"))


def test_the_sizes_are_drawn_to_scale(open_page):
    page = opened(open_page).page
    boxes = page.locator(".stack").evaluate_all("all => all.map((box) => [box.clientWidth, box.clientHeight])")
    small, translator = (384, 12), [(256, 3), (256, 3)]
    papers = [
        (TRANSFORMER_BASE.d_model, 6),
        (TRANSFORMER_BASE.d_model, 6),
        *((s.d_model, s.layers) for s in VIT_TABLE_1),
    ]
    unit, per_layer = boxes[0][0] / small[0], boxes[0][1] / small[1]
    for (width, height), (d_model, layers) in zip(boxes, [small, *translator, *papers], strict=True):
        assert width == pytest.approx(d_model * unit, abs=2) and height == pytest.approx(layers * per_layer, abs=1)


# ---- side by side


def test_by_default_the_same_model_stands_beside_itself_at_another_size(open_page, app):
    page = opened(open_page).page
    for side, size in ((LEFT, 224), (RIGHT, 112)):
        trace = app.services.trace(Look(FIRST.photo, DEFAULT_MODEL, size))
        assert page.locator(f"{side} .share").all_inner_texts() == [percent(p) for _, p in trace.top(3)]
        assert page.locator(f"{side} .class-name").all_inner_texts() == [name for name, _ in trace.top(3)]
        peak = trace.pattern(8)[:, 0, 1:].max().item()
        assert page.locator(f"{side} .ticks span").last.inner_text() == percent(peak)


@pytest.mark.parametrize("pointed", [LEFT, RIGHT])
def test_a_patch_pointed_at_on_one_side_is_the_query_of_both(open_page, pointed):
    page = opened(open_page).page
    point_at(page.locator(f"{pointed} .picker-surface"), 0.72, 0.34)
    # 16 x 16 patches on the left, 8 x 8 on the right. The middle of a coarse patch is the corner of four fine ones: the last is it.
    for side, patch in ((LEFT, "patch 6, 12"), (RIGHT, "patch 3, 6")):
        page.wait_for_function(
            "([side, told]) => document.querySelector(`${side} .side-reading`).textContent.includes(told)",
            arg=[side, patch],
        )


def test_a_weight_is_read_on_both_sides(open_page, app):
    page = opened(open_page).page
    point_at(page.locator(f"{LEFT} .head").nth(4).locator(".tile"), 0.4, 0.55)
    page.wait_for_function(f"() => document.querySelector('{LEFT} .side-reading').textContent.includes('gives')")
    for side, size, key in ((LEFT, 224, 8 * 16 + 6), (RIGHT, 112, 4 * 8 + 3)):
        weight = app.services.trace(Look(FIRST.photo, DEFAULT_MODEL, size)).pattern(8, 4)[0, 1 + key].item()
        assert percent(weight) in page.locator(f"{side} .side-reading").inner_text()


def test_layer_and_size_are_changed_for_both(open_page, app):
    page = opened(open_page).page
    page.locator(".compare-bar .action").first.click()
    for side in (LEFT, RIGHT):
        page.wait_for_selector(f"{side} .side-layer:text('layer 8 of 12')")
    page.locator(".compare-bar .sizes button").nth(1).click()
    page.wait_for_selector(f"{RIGHT}:not([data-waiting]) .side-layer:text('98 px, 50 tokens')")
    trace = app.services.trace(Look(FIRST.photo, DEFAULT_MODEL, 98))
    assert page.locator(f"{RIGHT} .share").all_inner_texts() == [percent(p) for _, p in trace.top(3)]


# ---- checks


def uploaded(page):
    """A photo of the visitor's own."""
    waves = np.random.default_rng(5).integers(0, 256, (9, 12, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(waves).resize((400, 300)).save(file, "PNG")
    page.set_input_files("input[type=file]", {"name": "x.png", "mimeType": "image/png", "buffer": file.getvalue()})
    page.wait_for_selector(".photo-name:text('400')")
    page.wait_for_selector("html:not([data-busy])")


def test_the_checks_run_on_an_uploaded_photo_and_fail_when_something_is_broken(open_page, app):
    page = opened(open_page).page
    uploaded(page)
    page.click(".checks .primary")
    page.wait_for_selector(".checks-summary:text('All 9 hold')")
    assert page.locator(".check-line.holds").count() == len(NAMES) + 2
    photo = page.evaluate("sessionStorage.getItem('microscope.photo')")
    found, parities = app.services.checks(Look(photo, DEFAULT_MODEL, 224))
    worst = page.locator(".check-line:not(.check-axis) .worst").all_inner_texts()
    for told, value in zip(worst, [c.worst for c in found] + [p.deviation for p in parities], strict=True):
        assert told == "0" if value == 0 else told.startswith(f"{value:.2e}"[:4]), (told, value)
    page.click("[data-break=residual]")
    page.wait_for_selector(".checks-summary:has-text('of 9 fail')")
    assert 4 <= page.locator(".check-line.fails").count() < 9
    page.click("[data-break=none]")
    page.wait_for_selector(".checks-summary:text('All 9 hold')")


def test_what_was_checked_is_not_said_of_another_look(open_page):
    page = opened(open_page).page
    page.click(".checks .primary")
    page.wait_for_selector(".checks-summary:text('hold')")
    page.locator(".strip .sizes button").nth(2).click()
    page.wait_for_selector(f"{LEFT} .side-layer:text('112 px')")
    assert page.locator(".checks-summary").inner_text() == ""
    assert page.locator(".checks-rows").is_hidden()


# ---- giving up


class Download:
    """A model on its way, slowly, until it is given up."""

    def __init__(self, monkeypatch):
        self.ended = threading.Event()
        load = vit_core.load

        def slow(name, *, progress=None, **options):
            if name != OTHER:
                return load(name, progress=progress, **options)
            try:
                for done in range(1, 2000):
                    progress(done * 100_000, 346_000_000)
                    time.sleep(0.02)
            finally:
                self.ended.set()
            raise AssertionError("nobody gave it up")

        monkeypatch.setattr(vit_core, "load", slow)


@pytest.fixture
def download(monkeypatch, app):
    return Download(monkeypatch)


def test_a_download_shows_how_far_it_is_and_can_be_cancelled(open_page, download):
    page = opened(open_page).page
    page.locator("#input-strip .model select").select_option(OTHER)
    page.wait_for_selector(".rail-row .status:text('of 346.0 MB')")
    page.click(".rail-row .cancel")
    page.wait_for_selector(".rail-row .status:text('Cancelled')")
    assert download.ended.wait(20), "the server went on"
    assert page.locator(".rail-row .cancel").is_hidden()
    assert page.locator("#input-strip .model select").input_value() == DEFAULT_MODEL
    assert page.locator(f"{LEFT} .share").count() == 3
    page.locator(".strip .sizes button").nth(1).click()
    page.wait_for_selector(".rail-row .status:text('98 × 98')")


def test_a_second_model_on_its_way_can_be_cancelled_and_the_old_one_stays(open_page, download):
    page = opened(open_page).page
    before = page.locator(f"{RIGHT} .share").all_inner_texts()
    page.locator(".compare select").select_option(OTHER)
    page.wait_for_selector(".compare-status:text('of 346.0 MB')")
    page.get_by_role("button", name="Cancel").locator("visible=true").click()
    page.wait_for_selector(".compare-status:text('Cancelled')")
    assert download.ended.wait(20), "the server went on"
    assert page.locator(f"{RIGHT} .share").all_inner_texts() == before
    assert page.locator(".compare select").input_value() == DEFAULT_MODEL


def test_choosing_another_model_gives_up_the_one_on_its_way(open_page, download):
    page = opened(open_page).page
    page.locator("#input-strip .model select").select_option(OTHER)
    page.wait_for_selector(".rail-row .status:text('of 346.0 MB')")
    page.locator("#input-strip .model select").select_option(DEFAULT_MODEL)
    assert download.ended.wait(20), "the server went on"
    page.wait_for_selector(".rail-row .status:text('forward pass')")


# ---- languages and phones


def test_in_korean_on_a_phone_nothing_is_too_wide(open_page):
    page = opened(open_page, "lang=ko&screen=models", width=390, height=844).page
    page.click("[data-family=all]")
    page.click(".checks .primary")
    page.wait_for_selector(".checks-summary:text('모두 성립합니다')")
    wide = page.evaluate(
        "() => [...document.querySelectorAll('#screen-models *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && e.getClientRects().length).map((e) => e.className)"
    )
    assert not wide
    assert "체크포인트" in page.locator("#screen-models .note").first.inner_text()
