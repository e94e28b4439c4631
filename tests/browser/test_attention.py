"""The Attention screen as a visitor uses it: every head follows the pointer, and the numbers are the model's."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import expect

from demo.photo.query import FIRST
from tests.support.browser import Late, address, box_of, in_page, passes, settled, settles
from tests.support.screens import (
    STATUS,
    centre_of,
    complete,
    painted,
    scrolled_through,
    until_photo,
    until_status,
    upload,
)
from tests.support.visitors import BELOW, REQUESTS, own_photo
from vit_core.analysis import sinks

pytestmark = pytest.mark.one_page

FINGERPRINTS = """(canvases) => canvases.map((canvas) =>
  canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.reduce((sum, x) => (sum * 31 + x) >>> 0, 0))"""
READOUT = "#screen-attention .readout"
LAYER = "#screen-attention .layer-name"
PRECISION = 2**-17  # of a weight on the wire


def heads(page):
    """A number for the picture of each head."""
    return page.locator("#screen-attention .heads canvas.heat").evaluate_all(FINGERPRINTS)


def atlas(page):
    """A number for the picture of the atlas."""
    return page.locator("#screen-attention canvas.atlas").evaluate_all(FINGERPRINTS)


def shares(text):
    return [float(share) / 100 for share in re.findall(r"([\d.]+)\s%", text)]


def test_the_first_visit_finds_a_finished_example_without_a_forward_pass(open_page, app, monkeypatch):
    runs = []
    monkeypatch.setattr(app.services.photos, "_run", lambda *args: runs.append(args))
    watched = open_page()
    painted(watched.page)
    expect(watched.page.locator(STATUS)).to_contain_text("256 patches")
    assert not runs


def test_hovering_a_patch_repaints_every_head_and_the_atlas_without_a_request(open_page):
    watched = open_page("lang=en&layer=5&query=0")
    page = watched.page
    scrolled_through(page)
    before, atlas_before = settled(lambda: heads(page)), settled(lambda: atlas(page))
    assert len(before) == 6
    watched.requests.clear()
    page.mouse.move(*centre_of(page, 3, 4))
    settles(lambda: heads(page), lambda now: all(old != new for old, new in zip(before, now, strict=True)))
    settles(lambda: atlas(page), lambda now: now != atlas_before)
    assert settled(lambda: watched.requests) == []


@pytest.mark.parametrize(("layer", "head", "query", "key"), [(0, 1, (2, 3), (9, 9)), (11, 5, (15, 0), (0, 15))])
def test_the_weight_under_the_pointer_is_the_models(open_page, app, layer, head, query, key):
    watched = open_page(f"lang=en&layer={layer}&query={1 + query[0] * 16 + query[1]}")
    page = watched.page
    painted(page)
    tile = page.locator("#screen-attention .head .tile").nth(head)
    tile.scroll_into_view_if_needed()
    box = box_of(tile)
    page.mouse.move(box["x"] + box["width"] * (key[1] + 0.5) / 16, box["y"] + box["height"] * (key[0] + 0.5) / 16)
    pattern = app.services.photos.trace(FIRST).pattern(layer, head=head)
    weight = pattern[1 + query[0] * 16 + query[1], 1 + key[0] * 16 + key[1]].item()
    readout = page.locator(READOUT)
    expect(readout).to_contain_text("looks at")
    expect(readout).to_contain_text(f"patch {key[0] + 1}, {key[1] + 1}")
    settles(lambda: shares(readout.inner_text())[0], pytest.approx(weight, abs=PRECISION + 5e-3 * weight))


def test_captions_give_cls_and_the_largest_patch_of_each_head(open_page, app):
    page = open_page("lang=en&layer=8&query=0").page
    painted(page)
    pattern = app.services.photos.trace(FIRST).pattern(8)
    captions = page.locator("#screen-attention .head-caption")
    expect(captions).to_have_count(len(pattern))

    def check():
        for row, caption in zip(pattern[:, 0], captions.all_inner_texts(), strict=True):
            cls, most = shares(caption)
            assert cls == pytest.approx(row[0].item(), abs=PRECISION + 5e-3 * cls)
            assert most == pytest.approx(row[1:].max().item(), abs=PRECISION + 5e-3 * most)

    passes(check)


def test_keys_move_the_query_and_the_layer(open_page):
    page = open_page("lang=en&layer=5&query=120").page
    painted(page)
    page.locator("#screen-attention .picker-surface").focus()
    for key, expected in (
        ("ArrowRight", "patch 8, 9"),
        ("ArrowDown", "patch 9, 9"),
        ("c", "CLS"),
        ("ArrowDown", "patch 1, 1"),
    ):
        page.keyboard.press(key)
        expect(page.locator(READOUT)).to_contain_text(expected)
    page.keyboard.press("]")
    expect(page.locator(LAYER)).to_contain_text("Layer 7")
    page.keyboard.press("[")
    expect(page.locator(LAYER)).to_contain_text("Layer 6")


def test_a_layer_that_comes_when_its_size_was_left_keeps_nothing_waiting(open_page):
    watched = open_page("v=3&lang=en&layer=1&query=0", anew=True)
    page = watched.page
    complete(page)
    first = settled(lambda: heads(page))
    late = Late(page, "**/view/layer?**")
    page.keyboard.press("]")
    late.wait(1)
    settles(lambda: address(page)["layer"], "2")
    watched.go("v=3&lang=en&screen=attention&layer=2&query=0&size=112")
    late.wait(2)
    settles(lambda: address(page)["size"], "112")
    late.let_through()
    until_status(page, "64 patches")
    watched.come_to_rest()
    page.go_back()
    until_status(page, "256 patches")
    expect(page.locator(LAYER)).to_contain_text("Layer 2")
    settles(lambda: heads(page), lambda now: len(now) == len(first) and now != first)
    watched.come_to_rest()


def test_the_heads_of_any_token_are_painted_before_their_layer_has_come(open_page):
    watched = open_page("v=5&lang=en&screen=models", anew=True)
    page = watched.page
    late = Late(page, "**/view/layer?**")
    watched.go("v=5&lang=en&screen=attention&layer=3&query=0")
    late.wait()
    first = settled(lambda: heads(page))
    assert len(first) == 6
    watched.go("v=5&lang=en&screen=attention&layer=3&query=200")
    settles(lambda: heads(page), lambda now: all(old != new for old, new in zip(first, now, strict=True)))
    before = settled(lambda: heads(page))
    late.let_through()
    complete(page)
    settles(lambda: heads(page), before)


def test_the_sinks_of_a_size_that_was_left_are_not_hidden_in_another(open_page, app):
    """They came last, and took the place of those of the size on screen."""
    half = patch_sinks(app.services.photos.trace(replace(FIRST, size=112)), 0)
    assert half and half != patch_sinks(app.services.photos.trace(FIRST), 0)
    watched = open_page("v=3&lang=en&screen=models", anew=True)
    page = watched.page
    late = Late(page, "**/view/depth?**", lambda url: "size=224" in url)
    watched.go("v=3&lang=en&screen=attention&layer=1&query=0&sinks=1")
    late.wait()
    watched.go("v=3&lang=en&screen=attention&layer=1&query=0&size=112&sinks=1")
    until_status(page, "64 patches")
    complete(page)
    late.let_through()
    tiles = page.locator("#screen-attention .heads .tile")
    settles(lambda: [hatched_in(tile, side=8) for tile in tiles.all()], [half] * 6)


def test_a_click_in_the_atlas_shows_that_layer_and_head(open_page):
    page = open_page("lang=en&layer=5&head=0&query=0").page
    scrolled_through(page)
    box = box_of(page.locator("#screen-attention canvas.atlas"))
    page.locator("#screen-attention canvas.atlas").click(
        position={"x": box["width"] * 2.5 / 12, "y": box["height"] * 3.5 / 6}
    )
    expect(page.locator(LAYER)).to_contain_text("Layer 3")
    expect(page.locator("#screen-attention .head").nth(3)).to_have_attribute("aria-pressed", "true")


def patch_sinks(trace, layer):
    """Patches that are sinks of a layer, as tokens."""
    first = len(trace.geometry.prefix)
    return [token for token in sinks(trace).is_sink[layer].nonzero().flatten().tolist() if token >= first]


def hatched_in(tile, side=16):
    """The tokens that are hatched in one head of so many patches a side."""
    around = tile.bounding_box()
    marks = [mark.bounding_box() for mark in tile.locator(".hatched").all()]
    return sorted(
        1
        + side * int((mark["y"] + mark["height"] / 2 - around["y"]) / around["height"] * side)
        + int((mark["x"] + mark["width"] / 2 - around["x"]) / around["width"] * side)
        for mark in marks
    )


def test_a_hidden_patch_is_hatched_in_every_head_and_leaves_the_scale(open_page, app):
    """In the first layer one patch of the cat photo receives 41 times an even share: it alone sets the scale."""
    trace = app.services.photos.trace(FIRST)
    hidden = patch_sinks(trace, 0)
    assert hidden
    row = trace.pattern(0)[:, 0].clone()  # CLS asks
    peak = row[:, 1:].max().item()
    row[:, hidden] = 0
    rest = row[:, 1:].max().item()
    assert peak > 1.2 * rest
    page = open_page("lang=en&layer=0&query=0").page
    complete(page)
    lightest = page.locator("#screen-attention .legend .ticks span").last
    tiles, hatched = page.locator("#screen-attention .heads .tile"), page.locator("#screen-attention .heads .hatched")

    def scale_ends_at(weight):
        settles(lambda: shares(lightest.inner_text())[0], pytest.approx(weight, rel=6e-3))

    scale_ends_at(peak)
    expect(hatched).to_have_count(0)
    page.get_by_text("Hide sinks").click()
    expect(hatched).to_have_count(len(hidden) * len(row))
    scale_ends_at(rest)
    settles(lambda: [hatched_in(tile) for tile in tiles.all()], [hidden] * len(row))
    page.get_by_text("Hide sinks").click()
    expect(hatched).to_have_count(0)
    scale_ends_at(peak)


def test_a_held_patch_survives_the_change_of_screen_and_reload(open_page):
    page = open_page("lang=en&layer=5&query=0").page
    painted(page)
    page.mouse.click(*centre_of(page, 2, 5))
    page.click(".station[data-to=patches]")
    held = page.locator("#screen-patches .held")
    expect(held).to_contain_text("You hold patch 38 of 256")
    expect(page).to_have_url(re.compile("query=38"))
    expect(page).to_have_url(re.compile("screen=patches"))
    page.reload()
    expect(held).to_contain_text("You hold patch 38 of 256")
    page.click(".station[data-to=attention]")
    expect(page.locator(READOUT)).to_contain_text("patch 3, 6")
    # And what is held on the other screen comes along as well.
    page.click(".station[data-to=patches]")
    page.mouse.click(*centre_of(page, 9, 11, within="#screen-patches .photo-figure .surface"))
    page.click(".station[data-to=attention]")
    expect(page.locator(READOUT)).to_contain_text("patch 10, 12")


def test_the_same_instrument_serves_words(open_page):
    """Rows are four English words, columns five German ones: cross-attention of a translator, in the same component."""
    page = open_page().page
    painted(page)
    shown = in_page(
        page,
        """async () => {
          const base = [...document.querySelectorAll('link[rel=modulepreload]')].find((l) => l.href.includes('instrument/instrument')).href;
          const { AttentionInstrument } = await import(base);
          const { wordAxis } = await import(base.replace('instrument/instrument', 'core/axes'));
          const boxes = Object.fromEntries(['picker', 'heads', 'atlas'].map((name) => [name, document.body.appendChild(document.createElement('div'))]));
          let seen = null, held = null;
          const instrument = new AttentionInstrument(boxes, { head: (i) => `h${i}`, caption: () => '', atlas: () => '' },
            { hold: (token) => { held = token; instrument.show({ query: token }); }, choose() {}, hover: (what) => { seen = what; } });
          instrument.setAxes(wordAxis(['the', 'small', 'dog', '</s>']), wordAxis(['der', 'kleine', 'Hund', '<b>&', '</s>']), 2);
          const data = Float32Array.from({ length: 2 * 4 * 5 }, (_, i) => (i % 5 === Math.floor(i / 5) % 4 ? 0.8 : 0.05));
          instrument.setPattern({ shape: [2, 4, 5], data });
          boxes.picker.querySelectorAll('.word')[2].click();
          while (seen?.query !== 2) await new Promise(requestAnimationFrame);
          const words = [...boxes.heads.querySelector('.tile').children].map((word) => [word.textContent, word.style.background]);
          return { held, words, query: seen.query, weight: instrument.weight(1, 2, 2) };
        }""",
    )
    assert shown["held"] == shown["query"] == 2
    assert [word for word, _ in shown["words"]] == ["der", "kleine", "Hund", "<b>&", "</s>"]
    colours = [colour for _, colour in shown["words"]]
    assert colours[2] != colours[0] == colours[1] == colours[3]
    assert shown["weight"] == pytest.approx(0.8)


def test_where_no_patch_is_a_sink_none_is_offered_to_hide(open_page, app):
    trace = app.services.photos.trace(FIRST)
    layers = {bool(patch_sinks(trace, layer)): layer + 1 for layer in range(12)}
    page = open_page(f"v=2&lang=en&screen=attention&layer={layers[False]}").page
    scrolled_through(page)
    switch = page.get_by_role("switch", name="Hide sinks")
    expect(switch).to_be_disabled()
    expect(page.get_by_text("no patch is one in this layer")).to_be_visible()
    page = open_page(f"v=2&lang=en&screen=attention&layer={layers[True]}").page
    scrolled_through(page)
    expect(page.get_by_role("switch", name="Hide sinks")).to_be_enabled()


def test_where_a_model_read_few_pixels_weights_lie_over_those_until_somebody_chooses_the_photo(open_page):
    """On every screen that lays weights or patches over the photo; the choice is one for all and in the address."""
    watched = open_page("lang=en&size=42")
    page = watched.page
    pictures = {
        "attention": ".picker-surface img, .heads img",
        "block": ".picker-surface img",
        "decision": ".decision-photo",
        "models": ".picker-surface img",
        "start": ".start-heads img",
    }

    def kinds(screen):
        shown = page.locator(f"#screen-{screen}").locator(pictures[screen])
        found = [
            source.rpartition("/")[2].split("?")[0] for source in shown.evaluate_all("(all) => all.map((i) => i.src)")
        ]
        assert found
        return set(found)

    for kind in ("read", "seen"):
        for screen in pictures:
            page.locator(f".rail [data-to={screen}]").dispatch_event("click")
            settles(lambda screen=screen: kinds(screen), {kind})
        page.locator(".rail [data-to=position]").dispatch_event("click")
        views = page.locator("#screen-position .seen-switch button")
        expect(views.nth(int(kind == "read"))).to_have_attribute("aria-pressed", "true")
        page.locator(".rail [data-to=attention]").dispatch_event("click")
        page.locator("#screen-attention .seen-switch button").first.click()
    settles(lambda: address(page).get("pixels"), "0")
    page.locator(".rail [data-to=patches]").dispatch_event("click")
    expect(page.locator("#screen-patches .model-pixels")).to_be_hidden()


# ---- what lies below the heads


# What a page asks for by itself, whatever is on screen.
AROUND = ("photo", "progress", "reach", "boot")


def asked_for(watched):
    """What was asked for of a photo, in its order: path and words, but for those that name the photo query."""
    found = []
    for url in watched.requests:
        path, words = urlsplit(url).path.partition("/microscope/")[2], dict(parse_qsl(urlsplit(url).query))
        if path not in AROUND and not path.startswith("static/"):
            told = {name: word for name, word in words.items() if name in {"layer", "query"}}
            found.append((path, told))
    return found


def as_asked(requests):
    return [(path, {name: str(word) for name, word in words.items()}) for path, words in requests]


def own(watched, number):
    """Upload a photo that nobody has, and wait for what the page asks for by itself."""
    watched.requests.clear()
    photo = watched.page.locator("#input-strip img").first
    before = settled(lambda: photo.get_attribute("src"))
    upload(watched.page, own_photo(number))
    until_photo(watched.page, "Your photo")
    expect(photo).not_to_have_attribute("src", before)
    watched.come_to_rest()
    complete(watched.page)


def wheel(page, to):
    """Turn the wheel, beside everything, until the page is scrolled so far."""
    at = settled(lambda: page.evaluate("scrollY"))
    page.mouse.move(3, 500)
    page.mouse.wheel(0, to - at)
    settles(lambda: page.evaluate("scrollY"), pytest.approx(to, abs=1))


def test_what_lies_below_the_window_is_asked_for_once_somebody_comes_there(open_page):
    """And the lists that the benchmarks take for a visitor's requests are the page's."""
    watched = open_page("lang=en&layer=8&query=0", anew=True)
    page, below = watched.page, watched.page.locator("#screen-attention .attention-bottom")
    complete(page)
    own(watched, 1)
    assert settled(lambda: asked_for(watched)) == as_asked(REQUESTS)
    # The last pixels above it ask for nothing, its first one for all of it.
    edge = round(box_of(below)["y"]) - 1000
    wheel(page, edge - 4)
    assert settled(lambda: asked_for(watched)) == as_asked(REQUESTS)
    expect(page.locator("#screen-attention .sinks li")).to_have_count(0)
    wheel(page, edge + 2)
    settles(lambda: asked_for(watched), as_asked((*REQUESTS, *BELOW)))
    expect(page.locator("#screen-attention .sinks li")).not_to_have_count(0)
    # Another photo has it at once while it can be seen, and once it is come to where it cannot.
    own(watched, 2)
    settles(lambda: asked_for(watched), as_asked((*REQUESTS, *BELOW)))
    wheel(page, 0)
    own(watched, 3)
    assert settled(lambda: asked_for(watched)) == as_asked(REQUESTS)
    expect(below).to_have_attribute("data-later", "0")
    page.locator("#screen-attention .attention-right .take").focus()
    page.keyboard.press("Tab")  # into what lies below
    settles(lambda: asked_for(watched), as_asked((*REQUESTS, *BELOW)))
    expect(below).to_have_attribute("data-complete", "true")


def test_sinks_are_hidden_without_scrolling_and_what_was_switched_on_can_be_switched_off(open_page, app):
    trace = app.services.photos.trace(FIRST)
    some, none = (next(i for i in range(12) if bool(patch_sinks(trace, i)) == wanted) for wanted in (True, False))
    watched = open_page(f"v=5&lang=en&screen=attention&layer={some + 1}&query=0&sinks=1", anew=True)
    page, hatched = watched.page, watched.page.locator("#screen-attention .heads .hatched")
    expect(hatched).to_have_count(6 * len(patch_sinks(trace, some)))
    paths = [path for path, _ in settled(lambda: asked_for(watched))]
    assert "view/depth" in paths and "view/atlas" not in paths
    # Turned on where no patch is one: that is told once it is known, and nobody is held to it.
    watched = open_page(f"v=5&lang=en&screen=attention&layer={none + 1}&query=0", anew=True)
    page, switch = watched.page, watched.page.get_by_role("switch", name="Hide sinks")
    complete(page)
    expect(page.get_by_text("no patch is one in this layer")).to_have_count(0)
    page.get_by_text("Hide sinks").click()
    expect(page.get_by_text("no patch is one in this layer")).to_be_visible()
    page.get_by_text("Hide sinks").click()
    expect(switch).to_be_disabled()
    expect(switch).not_to_be_checked()


def test_a_step_of_a_tour_and_a_slide_have_what_lies_below(open_page):
    """Both show it alone, or scroll to it: nobody has turned a wheel."""
    for query in ("tour=vit&tourstep=8", "present=1&slide=3"):
        watched = open_page(f"v=5&lang=en&screen=attention&{query}", anew=True)
        page = watched.page
        expect(page.locator("#screen-attention .attention-bottom")).to_have_attribute("data-complete", "true")
        expect(page.locator("#screen-attention .attention-side .card").first).to_contain_text("Through all layers")
        page.keyboard.press("Escape")


def test_a_reading_that_is_written_again_says_what_it_would_if_it_were_written_anew(open_page):
    """Whatever it said before, and whatever somebody else has done to it: a browser that translates puts its own elements in."""
    page = open_page("lang=en&screen=attention").page
    said = in_page(
        page,
        """async () => {
          const at = [...document.querySelectorAll('link[rel=modulepreload]')].find(({ href }) => href.endsWith('core/text.js'));
          const { html, retell } = await import(at.href), again = document.createElement('p'), anew = document.createElement('p');
          const value = (words) => html('attention.told', { query: words, head: 3, layer: 9, key: 'CLS', weight: '40 %' });
          const nested = '<data translate="no"><b>c</b></data>.', bare = html('attention.atlas');
          const emptied = () => again.replaceChildren(),
            translated = () => again.querySelectorAll('data').forEach((data) => data.replaceWith(data.cloneNode(true)));
          const made = [value('patch 3, 2'), value('patch 3, 4'), value('<b> & "ab"'), value('a & b'), value(''), value('patch 1, 1'),
            bare, nested, nested, value('1'), emptied, value('2'), translated, value('3'), nested, value('4'), bare, emptied, bare];
          return made.flatMap((one) => {
            if (typeof one === 'function') {
              one();
              return [];
            }
            const kept = again.querySelector('data');
            retell(again, one);
            anew.innerHTML = one;
            return [[again.innerHTML, anew.innerHTML, kept !== null && kept === again.querySelector('data')]];
          });
        }""",
    )
    assert [again for again, _, _ in said] == [anew for _, anew, _ in said]
    assert len({again for again, _, _ in said}) == 12
    assert [kept for _, _, kept in said][:2] == [False, True]
