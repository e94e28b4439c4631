"""Every equation on the page can be done on paper: from its printed operands its printed result follows, to the last digit."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.browser import UNDER_WAY, Watched, box_of, passes, settled, settles
from tests.support.equations import equations, printed, unmarked, wrong
from tests.support.formulas import NODE, formulas, unknown_symbols
from tests.support.sheet import HERE

# Where equations are printed, and how many at least. What follows `&explain=` is a page of the calculator.
PATCH = 1 + 6 * 16 + 3
PLACES = {
    "patches": ("screen=patches", "#screen-patches", 5),
    "position": ("screen=position", "#screen-position", 11),
    "attention": ("screen=attention", "#screen-attention", 0),
    "block, what is put together": ("screen=block&box=concat", "#screen-block", 1),
    "block, heads": ("screen=block&box=q", "#screen-block", 1),
    "decision": ("screen=decision", "#screen-decision", 4),
    "notes": ("screen=notes", "#screen-notes", 24),
    "notes, a patch, a change": (
        "screen=notes&model=vit-course-48&size=48&query=5&layer=2&head=3&change=residual:off@2;scale:off@all",
        "#screen-notes",
        24,
    ),
    "models": ("screen=models", "#screen-models", 0),
    "words": ("screen=words", "#screen-words", 3),
    "start": ("screen=start", "#screen-start", 0),
    "encoder": ("screen=encoder&wbox=concat", "#screen-encoder", 2),
    "encoder, scores without the root": ("screen=encoder&wbox=scores&schange=scale:off@e1", "#screen-encoder", 1),
    "encoder, what a block of the decoder adds": (
        "screen=encoder&stack=decoder&wbox=cross_sum",
        "#screen-encoder",
        1,
    ),
    "decoder": ("screen=decoder", "#screen-decoder", 0),
    "translation": ("screen=translation", "#screen-translation", 2),
    **{
        f"before, {chapter}": (f"screen=before&chapter={chapter}", "#screen-before", least)
        for chapter, least in [("chain", 0), ("uses", 0), ("bottleneck", 0), ("cost", 0), ("gradient", 0), ("path", 1)]
    },
}
PHOTO, SENTENCE = "screen=attention", "screen=decoder"
ENCODER, NOTES = "screen=encoder", "screen=notes&model=vit-course-48&size=48"
CALCULATOR = {
    "weight": (PHOTO, "p!9.attn.pattern:4,12,17", 6),
    "weight of CLS for itself": (PHOTO, "p!12.attn.pattern:0,0,0", 6),
    "large scores": ("screen=attention&change=scale:off@all", "p!4.attn.pattern:0,0,0", 4),
    "z": (PHOTO, "p!3.attn.z:2,40,7", 6),
    "query": (PHOTO, f"p!5.attn.q:1,{PATCH},9", 2),
    "norm": (PHOTO, f"p!7.ln1:{PATCH},100", 1),
    "attention's part": (PHOTO, f"p!2.attn_out:{PATCH},33", 2),
    "stream": (PHOTO, f"p!6.resid_mid:{PATCH},200", 1),
    "stream without the residual": (f"{PHOTO}&change=residual:off@4", f"p!4.resid_mid:{PATCH},12", 1),
    "token without its position": (f"{PHOTO}&change=position:off", f"p!tokens:{PATCH},9", 1),
    "GELU": (PHOTO, f"p!10.mlp.post:{PATCH},77", 1),
    "GELU far below 0": (PHOTO, f"p!10.mlp.post:{PATCH},5", 1),
    "token": (PHOTO, f"p!tokens:{PATCH},10", 1),
    "patch": (PHOTO, f"p!patches:{PATCH - 1},10", 2),
    "pixel": (PHOTO, "p!pixels:1,30,40", 1),
    "logit": (PHOTO, "p!logits:3", 2),
    "weight of a word": (SENTENCE, "s!d3.cross.pattern:2,1,1", 6),
    "masked weight": (SENTENCE, "s!d3.attn.pattern:2,1,3", 5),
    "word": (SENTENCE, "s!encoder.words:1,7", 1),
    "place of a word": (SENTENCE, "s!encoder.position:3,20", 2),
    "place of a word, switched off": (f"{SENTENCE}&schange=position:off", "s!encoder.position:3,20", 2),
    "encoder, weight": (ENCODER, "s!e2.attn.pattern:3,2,4", 6),
    "encoder, score of the decoder": (ENCODER, "s!d1.cross.scores:0,2,1", 6),
    "encoder, norm": (ENCODER, "s!e1.resid_mid:2,30", 1),
    "encoder, sum": (ENCODER, "s!e1.attn_sum:2,30", 1),
    "decoder, sum without the residual": (f"{ENCODER}&schange=residual:off@d2", "s!d2.cross_sum:2,20", 1),
    "encoder, feed-forward": (ENCODER, "s!e3.mlp.post:2,40", 1),
    "notes, weight": (NOTES, "p!2.attn.pattern:3,5,2", 6),
    "notes, z": (NOTES, "p!4.attn.z:7,0,63", 6),
    "notes, token": (NOTES, "p!tokens:5,511", 1),
    "notes, pixel": (NOTES, "p!pixels:2,47,0", 1),
    "notes, MLP": (NOTES, "p!3.mlp.post:9,17", 1),
    "notes, stream": (NOTES, "p!4.resid_post:0,100", 1),
    "notes, logit": (NOTES, "p!logits:15", 2),
    "GRU's state": (SENTENCE, "r.gru!encoder.state:2,30", 3),
    "GRU's candidate": (SENTENCE, "r.gru!encoder.candidate.pre:2,30", 3),
    "GRU's gate": (SENTENCE, "r.gru!encoder.update_gate:2,30", 1),
    "LSTM's memory": (SENTENCE, "r.lstm!encoder.cell:2,30", 3),
    "LSTM's state": (SENTENCE, "r.lstm!encoder.state:2,30", 1),
    "weight of a state": (SENTENCE, "r.gru-attention!decoder.attn.pattern:1,1", 5),
}


@pytest.fixture(scope="module")
def visit(windows):
    """Go from address to address in one page."""
    window = windows.with_options()
    watched = Watched(window.tab(), windows.url)
    watched.page.set_viewport_size({"width": 1440, "height": 1000})
    watched.open("lang=en&screen=attention")

    seen: set[str] = set()  # formulas, the calculator's above all

    def visit_(query: str):
        seen.update(formulas(watched.page))
        watched.go(f"v=5&{query}")  # without a version an address is of the first, whose `change` was a sentence's
        return watched.page

    yield visit_
    seen.update(formulas(watched.page))
    window.take_back(watched)
    assert (watched.foreign, watched.errors) == ([], [])
    assert NODE is None or unknown_symbols(seen) == []


def at_rest(page, within: str) -> None:
    """Wait until what is there is no longer what was there before."""
    settles(lambda: page.evaluate(UNDER_WAY), [])
    settled(lambda: page.locator(within).inner_text())


def hold(page, within: str, least: int) -> None:
    """Wait until so many equations are printed there; all of them hold, and no other is there."""

    def check():
        found = equations(page, within)
        assert len(found) >= least, f"{len(found)} equations instead of {least}: {[one['text'] for one in found]}"
        assert not page.locator("html[data-busy]").count()
        said = [f"{one['text']}: {reason}" for one in found if (reason := wrong(one["pieces"]))]
        assert not said, said
        assert unmarked(page, within) == []

    passes(check)


@pytest.mark.parametrize("place", PLACES)
def test_equations_of_a_screen(visit, place):
    query, within, least = PLACES[place]
    page = visit(f"v=2&lang=en&{query}")
    expect(page.locator(within)).to_be_visible()
    at_rest(page, within)
    hold(page, within, least)


@pytest.mark.parametrize("place", CALCULATOR)
def test_equations_of_the_calculator(visit, place):
    query, trail, least = CALCULATOR[place]
    expect(visit(f"v=3&lang=en&{query}").locator(".calculator")).to_be_hidden()
    page = visit(f"v=3&lang=en&{query}&explain={trail}")
    expect(page.locator(".calculator")).to_be_visible()
    at_rest(page, HERE)
    hold(page, HERE, least)


@pytest.mark.parametrize(
    ("query", "canvas", "reading"),
    [
        ("screen=patches", "#screen-patches .arithmetic canvas.term", "#screen-patches .arithmetic .readout"),
        ("screen=decision", "#screen-decision .logit-products canvas", "#screen-decision .logit-products + .reading"),
        ("screen=block&box=mid", "#screen-block .band-box canvas", "#screen-block .opened .reading"),
        (
            "screen=encoder&stack=decoder&wbox=cross_sum",
            "#screen-encoder .band-box canvas",
            "#screen-encoder .opened .reading",
        ),
    ],
)
def test_the_number_that_is_pointed_at(open_page, query, canvas, reading):
    page = open_page(f"v=2&lang=en&{query}").page
    page.locator(canvas).first.scroll_into_view_if_needed()
    settles(lambda: page.evaluate(UNDER_WAY), [])  # before there are numbers nothing is pointed at
    box = box_of(page.locator(canvas).first)
    for across in (0.1, 0.35, 0.6, 0.85):
        page.mouse.move(box["x"] + box["width"] * across, box["y"] + box["height"] / 2)
        hold(page, f":is({reading})", 1)


def test_what_does_not_hold_is_found():
    def sum_of(*texts):
        return [{"op": text} if text in "×=+÷" else {"term": text} for text in texts]

    assert wrong(sum_of("0.341", "×", "−1.75", "=", "−0.598")), "−0.597 on paper"
    assert wrong(sum_of("0.3414", "×", "−1.752", "=", "−0.598")) is None
    power = [{"op": "exp("}, {"term": "62.8"}, {"op": ")"}, {"op": "="}, {"term": "1.942 × 10²⁷"}]
    assert wrong(power), "1.874 × 10²⁷ on paper"
    share = [{"inner": power}, {"op": "÷"}, {"term": "5.693 × 10²⁷"}, {"op": "="}, {"term": "34.1\u00a0%"}]
    assert wrong(share) is None, "the equation within it is judged by itself"
    assert printed("(−0.0120)").value == -0.012 and printed("66\u202f049").unit == 1


def test_an_equation_without_a_mark_is_found(open_page):
    page = open_page("v=2&lang=en&screen=patches").page
    page.evaluate(
        """() => document.querySelector('#screen-patches .held').insertAdjacentHTML('afterend',
             '<p>0.34 × −1.75 = −0.60</p><p>n = 12, d = 512</p><p>x[3] = 0.2</p><p>e<sup>62.8</sup> = 1.942 × 10²⁷</p>')"""
    )
    assert len(unmarked(page, "#screen-patches")) == 2
