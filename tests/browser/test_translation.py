"""The Translation screen as a visitor uses it: steps without a request, words that are forced, ribbons, controls, the tree."""

from __future__ import annotations

import math
import re
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from demo.sentence.query import TranslationQuery
from tests.support.browser import address, intercept, passes, settled, settles
from tests.support.screens import STATUS

pytestmark = pytest.mark.one_page

SENTENCE = "Er war so arm, dass er kein Brot kaufen konnte."
LONG = (
    "Als der alte Fischer am frühen Morgen aus dem Haus trat und sah, dass das Meer ruhig war, beschloss er, trotz der "
    "Warnungen seiner Frau hinauszufahren, weil die Kinder seit drei Tagen nichts gegessen hatten."
)
READY = "#screen-translation [data-complete]"
# The lit ribbons: how far their ends are from their words, how wide they are, the line of the word they start at, and the
# pieces that their middle runs behind; whether they leave the card.
LIT = """() => {
  const box = document.querySelector('.sentence-lines').getBoundingClientRect();
  const card = document.querySelector('.translation-figure').getBoundingClientRect();
  const words = [...document.querySelectorAll('.words-read .word')].map((word) => word.getBoundingClientRect());
  const pieces = [...document.querySelectorAll('.sentence-lines .piece')].map((piece) => [piece.textContent, piece.getBoundingClientRect()]);
  const now = document.querySelector('.words-written .word[data-when=now]').getBoundingClientRect();
  return [...document.querySelectorAll('.ribbons .lit path')].map((path) => {
    const end = path.getPointAtLength(path.getTotalLength()), start = path.getPointAtLength(0);
    const along = Array.from({ length: Math.ceil(path.getTotalLength() / 3) }, (_, at) => path.getPointAtLength(3 * at));
    const word = words[path.dataset.source], middle = (one) => one.left + one.width / 2 - box.left;
    return { source: Number(path.dataset.source), width: Number(path.getAttribute('stroke-width')),
      from: [start.x - middle(word), start.y - (word.bottom - box.top)], to: [end.x - middle(now), end.y - (now.top - box.top)],
      outside: along.some(({ x }) => x - path.getAttribute('stroke-width') / 2 < card.left - box.left || x + path.getAttribute('stroke-width') / 2 > card.right - box.left),
      line: Math.round(word.top), behind: pieces.filter(([, one]) => along.some(({ x, y }) =>
        x > one.left - box.left && x < one.right - box.left && y > one.top - box.top && y < one.bottom - box.top)).map(([text]) => text) };
  });
}"""


def opened(open_page, text=SENTENCE, extra="", **size):
    """The screen with a sentence, once all of it is here."""
    watched = open_page(f"lang=en&screen=translation&text={quote(text)}{extra}", **size)
    asked(watched.page, text=text)
    return watched


def asked(page, **wanted):
    """Wait until the address names these and the screen shows them."""
    page.wait_for_function(
        """([ready, wanted]) => {
             const named = new URLSearchParams(location.search);
             return document.querySelector(ready) && !document.documentElement.hasAttribute('data-busy')
               && Object.entries(wanted).every(([name, value]) => (named.get(name) || '') === value);
           }""",
        arg=[READY, wanted],
    )


def written(page):
    return page.locator(".words-written .word .piece")


def now(page):
    return page.locator(".words-written .word[data-when=now] .piece")


def said(app, text=SENTENCE, **translation_query):
    return app.services.sentences.translation(TranslationQuery(text, **translation_query))


def names(made):
    """The tokens as the page writes them."""
    return [token.replace("▁", "") if token != "</s>" else "⟨end⟩" for token in made.tokens]


def brief(share):
    p = 100 * share
    return f"{round(p)}\u00a0%" if p >= 9.95 else f"{p:.1f}\u00a0%" if p >= 0.095 else "<\u00a00.1\u00a0%"


def test_stepping_by_keys_buttons_words_and_slider_asks_nothing(open_page, app):
    watched = opened(open_page)
    page, made = watched.page, said(app)
    tokens = names(made)
    expect(written(page)).to_have_text(tokens)
    expect(page.locator(".words-written .share")).to_have_text([brief(step.probability) for step in made.steps])
    settles(lambda: address(page)["how"], "beam:4:0.6:exponent")  # written when nothing has changed for a moment
    watched.requests.clear()
    for move, step in [
        (lambda: page.keyboard.press("ArrowRight"), 1),
        (lambda: page.keyboard.press("ArrowRight"), 2),
        (lambda: page.keyboard.press("ArrowLeft"), 1),
        (lambda: page.click("[data-step-to=last]"), len(tokens) - 1),
        (lambda: page.click("[data-step-to=back]"), len(tokens) - 2),
        (lambda: page.click("[data-step-to=first]"), 0),
        (lambda: page.click("[data-step-to=on]"), 1),
        (lambda: page.locator(".words-written .word").nth(5).click(), 5),
        (lambda: page.locator(".stepper input").fill("2"), 2),
    ]:
        move()
        expect(now(page)).to_have_text(tokens[step])
        expect(page.locator(".words-written .word[data-when=done]")).to_have_count(step)
        top = made.steps[step].top(1)[0]
        expect(page.locator(".word-rows .share").first).to_have_text(f"{100 * top[1]:.1f} %")
        chosen = page.locator(".word-rows li.chosen .name")
        settles(lambda chosen=chosen: chosen.inner_text().lstrip("·"), tokens[step])
    settles(lambda: address(page)["step"], "3")  # counted from 1
    assert settled(lambda: watched.requests) == []


def test_it_plays_to_the_end_by_itself_and_not_for_those_who_want_no_motion(open_page, app):
    page = opened(open_page, "Guten Tag.").page
    page.click(".stepper .play")
    expect(page.locator(".words-written .word:last-child[data-when=now] .special")).to_be_visible()
    expect(page.get_by_role("button", name="Play")).to_be_visible()  # it stopped there
    still = opened(open_page, "Guten Tag.", reduced_motion="reduce").page
    expect(still.locator(".words-written .word").first).to_be_visible()
    expect(still.locator(".stepper .play")).to_be_hidden()


def test_what_is_not_written_yet_can_be_read_and_words_stand_together(open_page):
    """Once 2.1 : 1 of contrast, and "Br ö t chen und" with wider gaps within a word than between two."""
    watched = opened(open_page, "Die Brötchen und der Bürgermeister.", width=1280, height=800)
    page = watched.page
    contrast = """(piece) => {
        const channels = (css) => css.match(/[\\d.]+/g).slice(0, 3).map((c) => c / 255);
        const light = (css) => {
          const [r, g, b] = channels(css).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
          return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
        };
        const style = getComputedStyle(piece), pair = [light(style.color), light(style.backgroundColor)];
        let seen = 1;
        for (let one = piece; one; one = one.parentElement) seen *= Number(getComputedStyle(one).opacity);
        return seen < 1 ? 0 : Math.max(...pair) / Math.min(...pair);
    }"""
    unwritten = page.locator(".words-written .word[data-when=next] .piece").first
    settles(lambda: unwritten.evaluate(contrast), lambda ratio: ratio >= 4.5)
    gaps = """() => {
        const text = (piece) => { const range = document.createRange(); range.selectNodeContents(piece); return range.getBoundingClientRect(); };
        const within = [], between = [];
        for (const line of document.querySelectorAll('.words-read, .words-written')) {
          const words = [...line.querySelectorAll('.word')];
          words.slice(1).forEach((word, i) => {
            const [before, after] = [words[i], word].map((one) => text(one.querySelector('.piece')));
            if (Math.abs(before.top - after.top) < 8) (word.parentElement === words[i].parentElement ? within : between).push(after.left - before.right);
          });
        }
        return [Math.max(...within), Math.min(...between)];
    }"""
    settles(lambda: page.evaluate(gaps), lambda found: 0 <= found[0] < found[1])


def test_a_word_that_is_pointed_at_and_then_held_is_said_once_the_pointer_has_left(open_page):
    """The reading says the same of it before and after."""
    page = opened(open_page).page
    page.locator(".words-written .word").nth(4).hover()
    expect(page.locator("#screen-translation .readout")).to_contain_text("Step 5")
    page.locator(".words-written .word").nth(4).click()
    page.mouse.move(0, 0)
    expect(page.locator(".voice")).to_contain_text("Step 5")


def test_another_candidate_is_forced_undone_and_taken_back(open_page, app):
    page = opened(open_page, extra="&step=2").page
    first, made = names(said(app)), said(app)
    other = next(token for token, _ in made.steps[2].top(5) if token != made.ids[2])
    page.locator(".word-rows li:not(.chosen) button").first.click()
    prefix = (*made.ids[:2], other)
    asked(page, prefix=",".join(map(str, prefix)))
    forced = said(app, prefix=prefix)
    assert forced.ids[:3] == prefix and names(forced) != first
    expect(written(page)).to_have_text(names(forced))
    given = page.locator(".words-written .word.given")
    expect(given).to_have_count(3)
    page.get_by_role("button", name="Undo").click()
    asked(page, prefix="")
    expect(written(page)).to_have_text(first)
    expect(given).to_have_count(0)
    # A typed word of two pieces, and then back to the model's own.
    page.fill(".forcing input", "house boat")
    page.keyboard.press("Enter")
    expect(given).to_have_count(4)
    expect(written(page).nth(2)).to_have_text("house")
    expect(written(page).nth(3)).to_have_text("boat")
    expect(page.locator(".next-words .told")).to_contain_text("2 tokens")
    page.get_by_role("button", name="Take back what was given (tokens: 4)").click()
    asked(page, prefix="")
    expect(written(page)).to_have_text(first)


def test_hostile_words_stay_text_and_what_cannot_be_written_is_told(open_page):
    hostile = "<img src=x onerror=alert(1)> ${x} مرحبا Hund"
    watched = opened(open_page, hostile)
    page = watched.page
    images = page.locator("#screen-translation img")
    expect(images).to_have_count(0)
    settles(
        lambda: "".join(page.locator(".words-read .piece").all_inner_texts()),
        lambda shown: "<" in shown and "${" in shown.replace("⟨", "") and "مرحبا" in shown,
    )
    before = settles(lambda: address(page), lambda named: "how" in named)
    watched.requests.clear()
    page.fill(".forcing input", "<img src=x onerror=alert(1)> مرحبا")
    page.keyboard.press("Enter")
    expect(page.locator(".next-words .told")).to_contain_text("Not forced")
    expect(images).to_have_count(0)
    # Nobody was asked for a translation, and the next time the address is written it names nothing but the step.
    assert ["view/pieces" in url for url in settled(lambda: watched.requests)] == [True]
    page.click("[data-step-to=on]")
    settles(lambda: address(page), {**before, "step": "2"})
    # What became of the word is said once: who comes back from elsewhere has the screen as a link shows it.
    page.locator(".rail [data-to=encoder]").click()
    page.locator(".rail [data-to=translation]").click()
    expect(page.locator(".next-words .told")).to_be_empty()


def meet(ribbon):
    """It starts in the middle under its word, and ends on the word that looks, where all ribbons lie side by side."""
    (x, y), (across, down) = ribbon["from"], ribbon["to"]
    return max(abs(x), abs(y), abs(down)) <= 1 and abs(across) <= 16


def test_ribbons_are_as_wide_as_their_weights_and_end_at_their_words(open_page, app):
    page = opened(open_page, LONG, "&step=9", width=390, height=1200).page
    settles(lambda: page.evaluate("document.documentElement.scrollWidth"), 390)
    row = said(app, LONG).trace.pattern(2, part="cross").mean(dim=0)[9]
    sources = {s for s, weight in enumerate(row) if weight >= 0.01}

    def lit():
        ribbons = page.evaluate(LIT)
        assert {one["source"] for one in ribbons} == sources
        for one in ribbons:
            assert one["width"] == pytest.approx(max(0.8, 30 * float(row[one["source"]])), abs=0.02)
        assert all(map(meet, ribbons))
        assert not [one["behind"] for one in ribbons if one["behind"]]
        assert not any(one["outside"] for one in ribbons)
        return len({one["line"] for one in ribbons})

    lines = settles(lit, lambda lines: lines > 1)  # the sentence stands in several lines
    # In a wider window the words stand elsewhere, and the ribbons with them.
    page.set_viewport_size({"width": 1000, "height": 1200})
    settles(lit, lambda now: now < lines)
    # Pointing at a word of the source shows who looks at it.
    page.locator(".words-read .word").nth(1).click()
    column = said(app, LONG).trace.pattern(2, part="cross").mean(dim=0)[:, 1]
    paths = page.locator(".ribbons .lit path")

    def check():
        shown = paths.evaluate_all("paths => paths.map((path) => [+path.dataset.step, +path.dataset.weight])")
        assert [step for step, _ in shown] == [t for t, weight in enumerate(column) if weight >= 0.01]
        assert [weight for _, weight in shown] == pytest.approx([float(column[step]) for step, _ in shown], abs=1e-3)

    passes(check)
    # Another head is another picture, and the address knows it.
    page.locator(".head-choice select").nth(1).select_option("5")
    asked(page, chead="6")  # counted from 1
    page.mouse.click(5, 5)


@pytest.mark.parametrize(
    "text", ["Er gab ihr das Buch.", "Meine Tante backt jeden Sonntag frische Brötchen und Käsekuchen."]
)
def test_a_ribbon_of_nearly_all_passes_its_lines_within_the_card(open_page, text):
    page = opened(open_page, text, width=390, height=1000).page
    for step in range(4):
        page.locator(".words-written .word").nth(step).click()
        settles(
            lambda: [one["outside"] or one["behind"] for one in page.evaluate(LIT)], lambda lit: lit and not any(lit)
        )


def test_the_controls_choose_how_words_are_chosen(open_page, app):
    page = opened(open_page, extra="&step=2").page
    page.click(".decoding [data-value=sample]")
    asked(page, how="sample:1:50:1:1")
    page.locator(".decoding .group:not([hidden]) input").nth(1).fill("2")  # of the offered k the third: 3
    asked(page, how="sample:1:3:1:1")
    page.click("[data-action=again]")
    asked(page, how="sample:1:3:1:2")
    made = said(app, how="sample:1:3:1:2")
    expect(written(page)).to_have_text(names(made))
    expect(page.locator(".word-rows li.cut")).to_have_count(7)
    expect(page.locator(".beam-tree")).to_be_hidden()
    step = made.steps[2]
    expect(page.locator(".word-rows .share").first).to_have_text(f"{100 * float(step.weighed.exp().max()):.1f} %")
    expect(page.locator(".word-rows .before").first).to_have_text(f"{100 * step.top(1)[0][1]:.1f} %")
    page.click(".decoding [data-value=beam]")
    asked(page, how="beam:4:0.6:exponent")
    page.click(".decoding [data-value=paper]")
    asked(page, how="beam:4:0.6:paper")
    score = f"{said(app, how='beam:4:0.6:paper').score:.3f}".replace("-", "−")
    expect(page.locator(".result .number").nth(2)).to_have_text(score)
    page.reload()
    asked(page, how="beam:4:0.6:paper")


def digits(value):
    """As text.js writes a number: three significant digits."""
    return f"{value:.3g}" if 0.001 <= value < 1000 else None


def test_the_rest_and_the_entropy_belong_to_the_bars_above_them(open_page, app):
    """At temperature 2 the model's own remainder and entropy stood below the bars of what was drawn from."""
    how = "sample:2:0:1:1"
    page = opened(open_page, extra=f"&how={how}").page
    asked(page, how=how)
    step = said(app, how=how).steps[0]
    # Ten words are listed, and the one that was drawn.
    listed = {token for token, _ in step.top(10)} | {step.chosen}
    drawn = step.weighed.double().exp()
    left = 1 - float(sum(drawn[token] for token in listed))
    bits = float(-drawn.xlogy(drawn).sum() / math.log(2))
    own = float(-step.logprobs.double().exp().mul(step.logprobs.double()).sum() / math.log(2))
    assert left > 0.5 and bits > 3 * own  # far from the model's own
    rest = page.locator(".next-words .rest")
    expect(rest).to_contain_text(f"drawn with {100 * left:.1f} %")
    expect(rest).to_contain_text(f"{digits(bits)} bits (of the model {digits(own)})")


def test_forced_words_stand_outside_the_score_and_the_page_says_so(open_page, app):
    text, first = "Warum hast du mir gestern nicht geholfen?", "Because"
    page = opened(open_page, text).page
    page.fill(".forcing input", first)
    page.press(".forcing input", "Enter")
    prefix = tuple(app.services.sentences.models.load("marian-s-de-en").tokenizer.encode_target(first)[:-1])
    expect(page.locator(".words-written .word.given")).to_have_count(len(prefix))
    made = said(app, text, prefix=prefix)
    assert made.text == "Because didn't you help me yesterday?"
    chosen = made.logprob - made.given_logprob
    minus = lambda value: f"{value:.3f}".replace("-", "−")  # noqa: E731
    n = len(made.ids) - len(prefix)
    expect(page.locator(".result .number")).to_have_text([minus(chosen), digits(n**0.6), minus(made.score)])
    expect(page.locator(".result .symbol").first).to_have_text(f"log-probabilities, {n} chosen")
    expect(page.locator(".outside-score")).to_contain_text(
        f"Outside the score: the given tokens ({len(prefix)}), log-probability {minus(made.given_logprob)}"
    )
    # The tree's winner is judged by the same arithmetic.
    expect(page.locator(".hypothesis .number")).to_have_text([minus(chosen), digits(n**0.6), minus(made.score)])
    # Within what was given nothing is judged.
    page.locator(".tree-canvas .node").nth(len(prefix) - 1).hover()
    expect(page.locator(".hypothesis .number")).to_have_text([minus(made.given_logprob)])


def test_a_word_that_is_refused_stays_where_it_was_typed_and_nothing_is_said_of_it(open_page):
    watched = opened(open_page)
    watched.forgive("status of 4")
    page = watched.page
    word = page.locator(".forcing input")
    word.fill("x" * 200)
    word.press("Enter")
    told = page.locator("#screen-translation .field-problem")
    expect(told).to_be_visible()
    settles(lambda: word.get_attribute("aria-describedby") == told.get_attribute("id"), True)
    expect(word).to_have_value("x" * 200)
    # What was told of one word does not stand beside another, and a field with nothing in it has its own sentence.
    word.fill("🦊")
    word.press("Enter")
    expect(page.locator("#screen-translation .told")).to_contain_text("the vocabulary has no token for this")
    word.fill("  ")
    word.press("Enter")
    expect(page.locator("#screen-translation .told")).to_have_text("Nothing was forced: type a word first.")
    page.fill(".sentence-input", "Guten Morgen.")
    page.press(".sentence-input", "Enter")
    asked(page, text="Guten Morgen.")
    expect(page.locator("#screen-translation .told")).to_have_text("")


def test_a_question_overtaken_by_another_is_taken_back_without_an_error(open_page):
    page = opened(open_page, anew=True).page
    held = []

    def hold_the_first(route):
        held.append(route)
        if len(held) > 1:
            route.continue_()

    intercept(page, "**/sentence/facts?**", hold_the_first)
    with page.expect_request(lambda request: "how=greedy" in request.url):
        page.click(".decoding [data-value=greedy]")
    with page.expect_event("requestfailed", lambda request: "how=greedy" in request.url):
        page.click(".decoding [data-value=sample]")
    asked(page, how="sample:1:50:1:1")
    assert len(held) == 2
    assert held[0].request.failure == "net::ERR_ABORTED"


def test_the_tree_tells_its_hypotheses_and_a_node_forces_its_words(open_page, app):
    page, made = opened(open_page).page, said(app)
    nodes = made.tree.nodes
    expect(page.locator(".tree-canvas .node")).to_have_count(len(nodes))
    winner = page.locator(".tree-canvas .node.winner")
    settles(
        lambda: winner.evaluate_all("all => all.map((node) => +node.dataset.node)"),
        [node.id for node in made.tree.path()],
    )
    other = next(node for node in nodes if node.step == 3 and node.fate == "kept" and not node.on_path)
    path, at = [], other
    while at is not None:
        path.insert(0, at.token)
        at = None if at.parent is None else nodes[at.parent]
    button = page.locator(f".tree-canvas .node[data-node='{other.id}']")
    button.hover()
    told = page.locator(".hypothesis .number")
    expect(told.nth(0)).to_have_text(f"{other.total:.3f}".replace("-", "−"))
    expect(told.nth(2)).to_have_text(f"{other.total / 4**0.6:.3f}".replace("-", "−"))
    decoded = app.services.sentences.model_of(TranslationQuery(SENTENCE)).tokenizer.decode(path)
    settles(
        lambda: re.sub(r"\s+", "", page.locator(".hypothesis-text").inner_text()),
        decoded.replace(" ", ""),
    )
    expect(page.locator(".tree-canvas .node.lit")).to_have_count(4)
    button.click()
    asked(page, prefix=",".join(map(str, path)))
    expect(written(page)).to_have_text(names(said(app, prefix=tuple(path))))


def test_the_broken_twin_says_so_wherever_its_answer_stands(open_page):
    watched = open_page("lang=en&screen=translation&translator=twin-unmasked-de-en")
    page = watched.page
    for screen in ("translation", "decoder", "words", "start"):
        page.locator(f".rail [data-to={screen}]").dispatch_event("click")
        expect(page.locator(STATUS)).to_contain_text("This translator is the broken twin")
    expect(page.locator("#screen-translation .result")).to_contain_text("what it writes alone is no translation")
    watched.go("lang=en&screen=translation")
    expect(page.locator("#screen-translation .result .note", has_text="broken twin")).to_be_hidden()
    expect(page.locator(STATUS)).not_to_contain_text("broken")
