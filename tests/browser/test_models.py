"""The Models screen as a visitor uses it: the list, two models side by side, checks that can fail, work that can be cancelled."""

from __future__ import annotations

import math
import re
import threading
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

import vit_core
from demo.page.reachable_hosts import ReachableHosts
from demo.photo.query import DEFAULT_MODEL, FIRST, PhotoQuery
from tests.support.browser import address, box_of, passes, settled, settles
from tests.support.pictures import picture_file
from tests.support.screens import until_photo, until_status, upload
from tests.support.waiting import SECONDS
from tests.support.written import percent
from vit_core.analysis.checks import NAMES
from vit_core.sizes import TRANSFORMER_BASE, VIT_TABLE_1

pytestmark = pytest.mark.one_page

OTHER = "google/vit-base-patch16-224"  # never on a machine that runs these tests without having fetched it
RIGHT = ".side:nth-child(2)"
LEFT = ".side:nth-child(1)"


def opened(open_page, query="lang=en&screen=models", **context):
    """The screen, once both sides and the list are there."""
    watched = open_page(query, **context)
    for side in (LEFT, RIGHT):
        watched.page.wait_for_selector(f"{side}:not([data-waiting]) .side-classes li")
    watched.page.wait_for_selector(".models-table tbody tr")
    return watched


def point_at(place, x, y):
    """Move the pointer to a share of an element's width and height."""
    place.scroll_into_view_if_needed()
    box = box_of(place)
    place.page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])


def row(page, name):
    return page.locator(f'tr[data-model="{name}"]')


# ---- the list


def test_a_family_is_listed_with_the_model_on_screen_marked(open_page, app):
    page = opened(open_page).page
    cards = {card["name"]: card for card in app.services.catalogue()}
    family = [name for name, card in cards.items() if card["family"] == "DINOv2"]
    rows = page.locator(".models-table tbody tr")
    settles(lambda: rows.evaluate_all("rows => rows.map((row) => row.dataset.model)"), family)
    expect(page.locator("tr[aria-current] strong").first).to_have_text(DEFAULT_MODEL)
    expect(row(page, DEFAULT_MODEL).locator(".of-state")).to_have_text("on screen", use_inner_text=True)
    cells = row(page, "facebook/dinov2-with-registers-base").locator("td")

    def check():
        shown = cells.all_inner_texts()
        for told in (
            "86.6\u00a0M",
            "346\u00a0MB",
            "14",
            "768",
            "12",
            "224\u00a0px",
            "261",
            "Apache-2.0",
            "84.6\N{NO-BREAK SPACE}%",
            "CLS + 4 registers",
        ):
            assert any(told in cell for cell in shown), told

    passes(check)
    links = row(page, DEFAULT_MODEL).locator("a")
    settles(
        lambda: links.evaluate_all("all => all.map((link) => [link.getAttribute('rel'), link.getAttribute('href')])"),
        lambda told: told and all(rel == "noopener noreferrer" and href.startswith("https://") for rel, href in told),
    )


def test_every_model_is_in_one_of_the_families(open_page, app):
    page = opened(open_page).page
    expect(page.locator("td.of-state").filter(has_text="asking")).to_have_count(0)
    families = page.locator(".families button")
    settles(
        lambda: families.evaluate_all("all => all.map((button) => button.dataset.family)"),
        ["ViT", "DeiT", "DINO", "DINOv2", "Transformer", "Marian", "here", "all"],
    )
    page.click("[data-family=all]")
    expect(page.locator(".models-table tbody tr")).to_have_count(len(app.services.catalogue()))
    settles(
        page.locator("tbody td.of-state").all_inner_texts,
        lambda cells: all(cell.startswith(("on screen", "Use", "Download · ", "not reachable")) for cell in cells),
    )


def test_the_sizes_are_drawn_to_scale(open_page):
    page = opened(open_page).page
    small, translator = (384, 12), [(256, 3), (256, 3)]
    papers = [
        (TRANSFORMER_BASE.d_model, 6),
        (TRANSFORMER_BASE.d_model, 6),
        *((s.d_model, s.layers) for s in VIT_TABLE_1),
    ]
    stacks = page.locator(".stack")

    def check():
        boxes = stacks.evaluate_all("all => all.map((box) => [box.clientWidth, box.clientHeight])")
        unit, per_layer = boxes[0][0] / small[0], boxes[0][1] / small[1]
        for (width, height), (d_model, layers) in zip(boxes, [small, *translator, *papers], strict=True):
            assert width == pytest.approx(d_model * unit, abs=2) and height == pytest.approx(layers * per_layer, abs=1)

    passes(check)


# ---- side by side


BESIDE_ITSELF = f"lang=en&screen=models&second={DEFAULT_MODEL}&size2=112"


def test_two_models_are_two_and_what_cannot_be_reached_cannot_be_chosen(open_page, app, monkeypatch):
    monkeypatch.setattr(
        ReachableHosts, "of", lambda self, addresses: {str(urlsplit(one).hostname): "no" for one in addresses}
    )
    page = opened(open_page, anew=True).page  # who can be reached is asked once
    chooser = page.locator(".compare select")
    other = next(card["name"] for card in app.services.catalogue() if card["here"] and card["name"] != DEFAULT_MODEL)
    expect(chooser).to_have_value(other)
    for select in (chooser, page.locator("#input-strip .model select")):
        groups = select.locator("optgroup")
        settles(
            lambda groups=groups: groups.evaluate_all("all => all.map((group) => [group.label, group.disabled])"),
            [["On the server", False], ["Cannot be reached from here", True]],
        )


def test_what_nobody_knows_yet_is_not_offered_and_nobody_has_to_come_for_it_to_be_asked(open_page, monkeypatch):
    answers = threading.Event()

    def of(self, addresses):
        answers.wait(SECONDS)
        return {str(urlsplit(one).hostname): "yes" for one in addresses}

    monkeypatch.setattr(ReachableHosts, "of", of)
    page = open_page("lang=en&screen=attention", anew=True).page
    groups = page.locator("#input-strip .model optgroup")
    offered = "all => all.map((group) => [group.label, group.disabled])"
    here = ["On the server", False]
    settles(lambda: groups.evaluate_all(offered), [here, ["Asking whether they can be reached …", True]])
    answers.set()
    settles(lambda: groups.evaluate_all(offered), [here, ["To download", False]])


def test_a_model_stands_beside_itself_at_another_size(open_page, app):
    page = opened(open_page, BESIDE_ITSELF).page
    for side, size in ((LEFT, 224), (RIGHT, 112)):
        trace = app.services.photos.trace(PhotoQuery(FIRST.photo, DEFAULT_MODEL, size))
        expect(page.locator(f"{side} .share")).to_have_text([percent(p) for _, p in trace.top(3)])
        expect(page.locator(f"{side} .class-name")).to_have_text([name for name, _ in trace.top(3)])
        peak = trace.pattern(8)[:, 0, 1:].max().item()
        expect(page.locator(f"{side} .ticks span").last).to_have_text(percent(peak))


@pytest.mark.parametrize("pointed", [LEFT, RIGHT])
def test_a_patch_pointed_at_on_one_side_is_the_query_of_both(open_page, pointed):
    page = opened(open_page, BESIDE_ITSELF).page
    point_at(page.locator(f"{pointed} .picker-surface"), 0.72, 0.34)
    # 16 x 16 patches on the left, 8 x 8 on the right. The middle of a coarse patch is the corner of four fine ones: the last is it.
    for side, patch in ((LEFT, "patch 6, 12"), (RIGHT, "patch 3, 6")):
        expect(page.locator(f"{side} .side-reading")).to_contain_text(patch)


def test_a_weight_is_read_on_both_sides(open_page, app):
    page = opened(open_page, BESIDE_ITSELF).page
    point_at(page.locator(f"{LEFT} .head").nth(4).locator(".tile"), 0.4, 0.55)
    expect(page.locator(f"{LEFT} .side-reading")).to_contain_text("gives")
    for side, size, key in ((LEFT, 224, 8 * 16 + 6), (RIGHT, 112, 4 * 8 + 3)):
        weight = (
            app.services.photos.trace(PhotoQuery(FIRST.photo, DEFAULT_MODEL, size)).pattern(8, 4)[0, 1 + key].item()
        )
        expect(page.locator(f"{side} .side-reading")).to_contain_text(percent(weight))


def test_layer_and_size_are_changed_for_both(open_page, app):
    page = opened(open_page, BESIDE_ITSELF).page
    page.locator(".compare-bar .action").first.click()
    for side in (LEFT, RIGHT):
        expect(page.locator(f"{side} .side-layer")).to_contain_text("layer 8 of 12")
    page.locator(".compare-bar .sizes button").nth(1).click()
    expect(page.locator(f"{RIGHT}:not([data-waiting]) .side-layer")).to_contain_text("98 px, 50 tokens")
    trace = app.services.photos.trace(PhotoQuery(FIRST.photo, DEFAULT_MODEL, 98))
    expect(page.locator(f"{RIGHT} .share")).to_have_text([percent(p) for _, p in trace.top(3)])


# ---- checks


def uploaded(page):
    """A photo of the visitor's own."""
    upload(page, picture_file("PNG", (400, 300), seed=5), "x.png", "image/png")
    until_photo(page, "400")
    expect(page.locator("html[data-busy]")).to_have_count(0)


def test_the_checks_run_on_an_uploaded_photo_and_fail_when_something_is_broken(open_page, app):
    page = opened(open_page).page
    uploaded(page)
    page.click(".checks .primary")
    summary = page.locator(".checks-summary")
    expect(summary).to_contain_text(re.compile(r"All 9 hold\. The server took [\d.,]+.s\."))
    expect(page.locator(".check-line.holds")).to_have_count(len(NAMES) + 2)
    photo = settles(lambda: address(page)["photo"], lambda photo: not photo.startswith("example:"))
    found, parities = app.services.photos.checks(PhotoQuery(photo, DEFAULT_MODEL, 224))
    worst = page.locator(".check-line:not(.check-axis) .worst")

    def check():
        values = [c.worst for c in found] + [p.deviation for p in parities]
        for told, value in zip(worst.all_inner_texts(), values, strict=True):
            assert told == "0" if value == 0 else told.startswith(f"{value:.2e}"[:4]), (told, value)

    passes(check)
    page.click("[data-break=residual]")
    expect(summary).to_contain_text("of 9 fail")
    settles(page.locator(".check-line.fails").count, lambda failing: 4 <= failing < 9)
    page.click("[data-break=none]")
    expect(summary).to_contain_text("All 9 hold. They were computed earlier, in")


def test_another_look_is_checked_anew(open_page, app):
    page = opened(open_page).page
    page.click(".checks .primary")
    summary, worst = page.locator(".checks-summary"), page.locator(".check-line:not(.check-axis) .worst")
    expect(summary).to_contain_text("hold")
    page.locator(".strip .sizes button").nth(2).click()
    expect(page.locator(f"{LEFT} .side-layer")).to_contain_text("112 px")
    found, _ = app.services.photos.checks(replace(FIRST, size=112))
    settles(lambda: worst.all_inner_texts()[1][:4], f"{found[1].worst:.2e}"[:4])
    expect(summary).to_contain_text("hold")
    # The limits and the points stand where the axis says: between the ticks of two powers of ten lies as much as their exponents tell.
    for width in (1440, 700):
        page.set_viewport_size({"width": width, "height": 1000})
        passes(lambda: stand_on_the_axis(page, found))


def stand_on_the_axis(page, found):
    """Every limit and point of the checks lies where the ticks, read as an eye does, put its value."""

    def middles(selector):
        return page.locator(selector).evaluate_all(
            "(all) => all.map((at) => { const box = at.getBoundingClientRect(); return (box.left + box.right) / 2; })"
        )

    nought, low, *_, high = middles(".check-axis .tick")  # 0, then 10⁻⁸ to 1
    lines = page.locator(".check-line:not(.check-axis)")
    for i, check in enumerate(found):
        of_line = f".check-line:nth-child({i + 2})"
        assert lines.nth(i).get_attribute("data-check")
        for drawn, value in zip(
            [*middles(f"{of_line} .limit"), *middles(f"{of_line} .point")],
            [check.tolerance, *check.deviations.tolist()],
            strict=True,
        ):
            wanted = nought if value == 0 else high + max(-9, min(1, math.log10(value))) / 8 * (high - low)
            assert drawn == pytest.approx(wanted, abs=1.5), (check.name, value)


# ---- giving up


class Download:
    """A model on its way, slowly, until it is given up or the test is over."""

    def __init__(self, monkeypatch):
        self.ended, self.over = threading.Event(), threading.Event()
        load = vit_core.load

        def slow(name, *, progress=None, **options):
            if name != OTHER:
                return load(name, progress=progress, **options)
            try:
                for done in range(1, 3000):
                    progress(done * 100_000, 346_000_000)
                    if self.over.wait(0.02):
                        break
            finally:
                self.ended.set()
            raise AssertionError("nobody gave it up")

        monkeypatch.setattr(vit_core, "load", slow)


@pytest.fixture
def downloads(monkeypatch, app):
    """Makes the next model that is asked for one that takes its time."""
    monkeypatch.setattr(
        ReachableHosts, "of", lambda self, addresses: {str(urlsplit(one).hostname): "yes" for one in addresses}
    )
    begun = []

    def begin() -> Download:
        begun.append(Download(monkeypatch))
        return begun[-1]

    yield begin
    for slow in begun:
        slow.over.set()


def test_a_download_shows_how_far_it_is_and_can_be_cancelled_or_given_up_for_another_model(open_page, downloads):
    watched, download = opened(open_page, anew=True), downloads()  # who can be reached is asked once
    page = watched.page
    page.locator("#input-strip .model select").select_option(OTHER)
    until_status(page, "of 346.0 MB")
    page.click(".rail-row .cancel")
    until_status(page, "Cancelled")
    assert download.ended.wait(20), "the server went on"
    expect(page.locator(".rail-row .cancel")).to_be_hidden()
    expect(page.locator("#input-strip .model select")).to_have_value(DEFAULT_MODEL)
    expect(page.locator(f"{LEFT} .share")).to_have_count(3)
    page.locator(".strip .sizes button").nth(1).click()
    until_status(page, "98 × 98")

    # By choosing another one.
    download = downloads()
    page.locator("#input-strip .model select").select_option(OTHER)
    until_status(page, "of 346.0 MB")
    page.locator("#input-strip .model select").select_option(DEFAULT_MODEL)
    assert download.ended.wait(20), "the server went on"
    until_status(page, "forward pass")

    # A second one, and the old one stays.
    download = downloads()
    watched.go_on(BESIDE_ITSELF)
    page.wait_for_selector(f"{RIGHT}:not([data-waiting]) .side-classes li")
    before = settled(page.locator(f"{RIGHT} .share").all_inner_texts)
    page.locator(".compare select").select_option(OTHER)
    status = page.locator(".compare-status")
    expect(status).to_contain_text("of 346.0 MB")
    expect(page.locator(f"{RIGHT}[data-waiting]")).to_be_visible()
    page.get_by_role("button", name="Cancel").locator("visible=true").click()
    expect(status).to_contain_text("Cancelled")
    assert download.ended.wait(20), "the server went on"
    expect(page.locator(f"{RIGHT}:not([data-waiting]) .share")).to_have_text(before)
    expect(page.locator(".compare select")).to_have_value(DEFAULT_MODEL)


# ---- languages and phones


def test_in_korean_on_a_phone_nothing_is_too_wide(open_page):
    page = opened(open_page, "lang=ko&screen=models", width=390, height=844).page
    page.click("[data-family=all]")
    page.click(".checks .primary")
    expect(page.locator(".checks-summary")).to_contain_text("모두 성립해요")
    wide = "() => [...document.querySelectorAll('#screen-models *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && e.getClientRects().length).map((e) => e.className)"
    settles(lambda: page.evaluate(wide), [])
    expect(page.locator("#screen-models .note").first).to_contain_text("체크포인트")
