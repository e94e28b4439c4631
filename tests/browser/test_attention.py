"""The Attention screen as a visitor uses it: every head follows the pointer, and the numbers are the model's."""

from __future__ import annotations

import re

import pytest

from demo.services import FIRST
from vit_core.analysis import sinks

FINGERPRINT = """() => [...document.querySelectorAll('#screen-attention .heads canvas.heat')].map((canvas) =>
  canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.reduce((sum, x) => (sum * 31 + x) >>> 0, 0))"""
ATLAS = """() => { const c = document.querySelector('#screen-attention canvas.atlas');
  return c.getContext('2d').getImageData(0, 0, c.width, c.height).data.reduce((sum, x) => (sum * 31 + x) >>> 0, 0); }"""


def painted(page):
    """Wait until the heads are painted."""
    page.wait_for_function(f"() => {{ const f = ({FINGERPRINT})(); return f.length && f.some((x) => x !== 0); }}")


def complete(page):
    """Wait until everything this screen ever needs for this look is here."""
    painted(page)
    page.wait_for_selector("#screen-attention [data-complete]")


def centre_of(page, row, col, rows=16, cols=16, within="#screen-attention .picker-surface"):
    box = page.locator(within).bounding_box()
    return box["x"] + box["width"] * (col + 0.5) / cols, box["y"] + box["height"] * (row + 0.5) / rows


def shares(text):
    return [float(share) / 100 for share in re.findall(r"([\d.]+) %", text)]


def test_the_first_visit_finds_a_finished_example_without_a_forward_pass(open_page, app, monkeypatch):
    runs = []
    monkeypatch.setattr(app.services, "_run", lambda *args: runs.append(args))
    watched = open_page()
    painted(watched.page)
    assert "256 patches" in watched.page.locator(".status").inner_text()
    assert not runs


def test_hovering_a_patch_repaints_every_head_and_the_atlas_without_a_request(open_page):
    watched = open_page("lang=en&layer=5&query=0")
    page = watched.page
    complete(page)
    before, atlas = page.evaluate(FINGERPRINT), page.evaluate(ATLAS)
    watched.requests.clear()
    page.mouse.move(*centre_of(page, 3, 4))
    page.wait_for_function(f"(old) => JSON.stringify(({FINGERPRINT})()) !== old", arg=str(before).replace(" ", ""))
    after = page.evaluate(FINGERPRINT)
    assert len(after) == 6
    assert all(old != new for old, new in zip(before, after, strict=True))
    assert page.evaluate(ATLAS) != atlas
    assert watched.requests == []


@pytest.mark.parametrize(("layer", "head", "query", "key"), [(0, 1, (2, 3), (9, 9)), (11, 5, (15, 0), (0, 15))])
def test_the_weight_under_the_pointer_is_the_models(open_page, app, layer, head, query, key):
    watched = open_page(f"lang=en&layer={layer}&query={1 + query[0] * 16 + query[1]}")
    page = watched.page
    painted(page)
    tile = page.locator("#screen-attention .head .tile").nth(head)
    tile.scroll_into_view_if_needed()
    box = tile.bounding_box()
    page.mouse.move(box["x"] + box["width"] * (key[1] + 0.5) / 16, box["y"] + box["height"] * (key[0] + 0.5) / 16)
    readout = page.locator("#screen-attention .readout")
    page.wait_for_function(
        "() => document.querySelector('#screen-attention .readout').textContent.includes('looks at')"
    )
    pattern = app.services.trace(FIRST).pattern(layer, head=head)
    weight = pattern[1 + query[0] * 16 + query[1], 1 + key[0] * 16 + key[1]].item()
    assert f"patch {key[0] + 1}, {key[1] + 1}" in readout.inner_text()
    assert shares(readout.inner_text())[0] == pytest.approx(weight, abs=2**-17 + 5e-3 * weight)


def test_captions_give_cls_and_the_largest_patch_of_each_head(open_page, app):
    page = open_page("lang=en&layer=8&query=0").page
    painted(page)
    pattern = app.services.trace(FIRST).pattern(8)
    for head, caption in enumerate(page.locator("#screen-attention .head-caption").all_inner_texts()):
        cls, most = shares(caption)
        assert cls == pytest.approx(pattern[head, 0, 0].item(), abs=2**-17 + 5e-3 * cls)
        assert most == pytest.approx(pattern[head, 0, 1:].max().item(), abs=2**-17 + 5e-3 * most)


def test_keys_move_the_query_and_the_layer(open_page):
    page = open_page("lang=en&layer=5&query=120").page
    painted(page)
    page.locator("#screen-attention .picker-surface").focus()
    readout = page.locator("#screen-attention .readout")
    for key, expected in (
        ("ArrowRight", "patch 8, 9"),
        ("ArrowDown", "patch 9, 9"),
        ("c", "CLS"),
        ("ArrowDown", "patch 1, 1"),
    ):
        page.keyboard.press(key)
        page.wait_for_function(
            "(text) => document.querySelector('#screen-attention .readout').textContent.includes(text)", arg=expected
        )
    assert "patch 1, 1" in readout.inner_text()
    page.keyboard.press("]")
    page.wait_for_function(
        "() => document.querySelector('#screen-attention .layer-name').textContent.includes('Layer 7')"
    )
    page.keyboard.press("[")
    page.wait_for_function(
        "() => document.querySelector('#screen-attention .layer-name').textContent.includes('Layer 6')"
    )


def test_a_click_in_the_atlas_shows_that_layer_and_head(open_page):
    page = open_page("lang=en&layer=5&head=0&query=0").page
    complete(page)
    box = page.locator("#screen-attention canvas.atlas").bounding_box()
    page.locator("#screen-attention canvas.atlas").click(
        position={"x": box["width"] * 2.5 / 12, "y": box["height"] * 3.5 / 6}
    )
    page.wait_for_function(
        "() => document.querySelector('#screen-attention .layer-name').textContent.includes('Layer 3')"
    )
    assert page.locator("#screen-attention .head").nth(3).get_attribute("aria-pressed") == "true"


def patch_sinks(trace, layer):
    """Patches that are sinks of a layer, as tokens."""
    first = len(trace.geometry.prefix)
    return [token for token in sinks(trace).is_sink[layer].nonzero().flatten().tolist() if token >= first]


def test_a_hidden_patch_is_hatched_in_every_head_and_leaves_the_scale(open_page, app):
    """In the first layer one patch of the cat photo receives 41 times an even share: it alone sets the scale."""
    trace = app.services.trace(FIRST)
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
    assert shares(lightest.inner_text())[0] == pytest.approx(peak, rel=6e-3)
    assert page.locator("#screen-attention .heads .hatched").count() == 0
    page.get_by_text("Hide sinks").click()
    page.wait_for_selector("#screen-attention .heads .hatched")
    assert shares(lightest.inner_text())[0] == pytest.approx(rest, rel=6e-3)
    for tile in page.locator("#screen-attention .heads .tile").all():
        around = tile.bounding_box()
        marks = [mark.bounding_box() for mark in tile.locator(".hatched").all()]
        places = [
            1
            + 16 * int((mark["y"] + mark["height"] / 2 - around["y"]) / around["height"] * 16)
            + int((mark["x"] + mark["width"] / 2 - around["x"]) / around["width"] * 16)
            for mark in marks
        ]
        assert sorted(places) == hidden
    page.get_by_text("Hide sinks").click()
    page.wait_for_selector("#screen-attention .heads .hatched", state="detached")
    assert shares(lightest.inner_text())[0] == pytest.approx(peak, rel=6e-3)


def test_a_held_patch_survives_the_change_of_screen_and_reload(open_page):
    page = open_page("lang=en&layer=5&query=0").page
    painted(page)
    page.mouse.click(*centre_of(page, 2, 5))
    page.click(".station[data-to=patches]")
    page.wait_for_function(
        "() => document.querySelector('#screen-patches .held')?.textContent.includes('You hold patch 38 of 256')"
    )
    page.wait_for_function("() => location.search.includes('query=38') && location.search.includes('screen=patches')")
    page.reload()
    page.wait_for_function(
        "() => document.querySelector('#screen-patches .held')?.textContent.includes('You hold patch 38 of 256')"
    )
    page.click(".station[data-to=attention]")
    page.wait_for_function(
        "() => document.querySelector('#screen-attention .readout')?.textContent.includes('patch 3, 6')"
    )
    # And what is held on the other screen comes along as well.
    page.click(".station[data-to=patches]")
    page.mouse.click(*centre_of(page, 9, 11, within="#screen-patches .photo-figure .surface"))
    page.click(".station[data-to=attention]")
    page.wait_for_function(
        "() => document.querySelector('#screen-attention .readout')?.textContent.includes('patch 10, 12')"
    )


def test_the_same_instrument_serves_words(open_page):
    """Rows are four English words, columns five German ones: cross-attention of a translator, in the same component."""
    page = open_page().page
    painted(page)
    shown = page.evaluate(
        """async () => {
          const base = [...document.querySelectorAll('link[rel=modulepreload]')].find((l) => l.href.includes('instrument/instrument')).href;
          const { AttentionInstrument } = await import(base);
          const { wordAxis } = await import(base.replace('instrument/instrument', 'core/axes'));
          const boxes = Object.fromEntries(['picker', 'heads', 'atlas'].map((name) => [name, document.body.appendChild(document.createElement('div'))]));
          let seen = null, held = null;
          const instrument = new AttentionInstrument(boxes, { head: (i) => `h${i}`, caption: () => '', atlas: () => '' },
            { hold: (token) => { held = token; instrument.show({ query: token }); }, choose() {}, look: (what) => { seen = what; } });
          instrument.setAxes(wordAxis(['the', 'small', 'dog', '</s>']), wordAxis(['der', 'kleine', 'Hund', '<b>&', '</s>']), 2);
          const data = Float32Array.from({ length: 2 * 4 * 5 }, (_, i) => (i % 5 === Math.floor(i / 5) % 4 ? 0.8 : 0.05));
          instrument.setPattern({ shape: [2, 4, 5], data });
          boxes.picker.querySelectorAll('.word')[2].click();
          while (seen?.query !== 2) await new Promise(requestAnimationFrame);
          const words = [...boxes.heads.querySelector('.tile').children].map((word) => [word.textContent, word.style.background]);
          return { held, words, query: seen.query, weight: instrument.weight(1, 2, 2) };
        }"""
    )
    assert shown["held"] == shown["query"] == 2
    assert [word for word, _ in shown["words"]] == ["der", "kleine", "Hund", "<b>&", "</s>"]
    colours = [colour for _, colour in shown["words"]]
    assert colours[2] != colours[0] == colours[1] == colours[3]
    assert shown["weight"] == pytest.approx(0.8)
