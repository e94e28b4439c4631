"""What somebody chose on a screen of the sentence's journey is in the address: a copy of it, a reload and Back bring it back."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from demo.sentence.query import TranslationQuery
from tests.support.browser import address, see_all, settled, settles

pytestmark = pytest.mark.one_page

SENTENCE = "Ich bin mir sicher, dass er morgen kommen wird."  # every page begins with it
WORDS, DECODER, TRANSLATION = (f"#screen-{name}" for name in ("words", "decoder", "translation"))
CHIPS = f"{WORDS} .chip"
SHUFFLED = ["bin", "Ich", *SENTENCE.split()[2:]]


def opened(open_page, screen, query=""):
    return open_page(f"v=2&lang=en&screen={screen}&{query}").page


def comes_back(open_page, page, *checks, **named):
    """What each of `checks` expects is on the page; in another window, which remembers nothing, at its address; and after a reload.

    Each of several checks goes to its own screen, and the last one to that of the address.
    """

    def check_all(page):
        for check in checks:
            check(page)

    check_all(page)
    wanted = settles(lambda: address(page), lambda names: named.items() <= names.items())
    elsewhere = open_page(urlencode(wanted), timezone_id="Asia/Seoul", anew=True).page
    checks[-1](elsewhere)
    settles(lambda: address(elsewhere), wanted)
    check_all(elsewhere)
    page.reload()
    checks[-1](page)
    settles(lambda: address(page), wanted)
    check_all(page)
    settles(lambda: address(page), wanted)


def swap_first_words(page):
    """Pick the first word up with the keys and put it behind the second."""
    expect(page.locator(CHIPS)).to_have_text(SENTENCE.split())
    page.locator(CHIPS).first.focus()
    for key in ("Enter", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(page.locator(CHIPS)).to_have_text(SHUFFLED)


def names(made):
    """The tokens of a translation as the page writes them."""
    return [token.replace("▁", "") if token != "</s>" else "⟨end⟩" for token in made.tokens]


def written(page):
    return page.locator(".words-written .word .piece")


# -- Words


def test_words_their_order_position_waves_batch_and_number(open_page, app):
    page = opened(open_page, "words")
    swap_first_words(page)
    page.locator(f"{WORDS} .waves .switch").click()
    page.locator(f"{WORDS} .other-sentence").nth(1).fill("Es regnet, und es ist kalt.")
    page.keyboard.press("Enter")
    page.locator(f"{WORDS} .word-padding .switch").click()
    expect(page).to_have_title(f"Words · {SENTENCE[:39]}… · Attention Microscope")
    page.locator(f"{WORDS} .word-order .switch").click()
    expect(page.locator(f"{WORDS} .token-making .readout")).to_contain_text("No position is added to it.")
    page.locator(f"{WORDS} .bars").focus()
    for key in ("Home", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(page.locator(".calculator")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".calculator")).to_be_hidden()
    tokens = len(app.services.sentences.translation(TranslationQuery("Es regnet, und es ist kalt.")).source_ids)

    def check(page):
        see_all(page)
        expect(page.locator(CHIPS)).to_have_text(SHUFFLED)
        expect(page.locator(f"{WORDS} .word-order .switch input")).not_to_be_checked()
        expect(page.locator(f"{WORDS} .word-order .verdict-line")).to_contain_text("cannot tell the two orders apart")
        expect(page.locator(".changes")).to_contain_text("Position embedding off")
        expect(page.locator(f"{WORDS} .waves .switch input")).to_be_checked()
        expect(page.locator(f"{WORDS} .waves > .note")).to_contain_text("Order of the paper")
        expect(page.locator(f"{WORDS} .word-padding .switch input")).not_to_be_checked()
        expect(page.locator(f"{WORDS} .other-sentence").nth(1)).to_have_value("Es regnet, und es ist kalt.")
        expect(page.locator(f"{WORDS} .batch-result h4").nth(2)).to_contain_text(f"{tokens} tokens")
        expect(page.locator(f"{WORDS} .may")).not_to_have_count(0)
        expect(page.locator(f"{WORDS} .may-not")).to_have_count(0)
        expect(page.locator(f"{WORDS} .token-making .readout")).to_contain_text("Number 2 of")

    comes_back(open_page, page, check, schange="position:off", wunit="2")


def test_back_lays_the_words_as_before_and_another_sentence_begins_in_order(open_page):
    page = opened(open_page, "words")
    swap_first_words(page)
    settles(lambda: "worder" in address(page), True)
    page.go_back()
    expect(page.locator(CHIPS)).to_have_text(SENTENCE.split())
    page.go_forward()
    expect(page.locator(CHIPS)).to_have_text(SHUFFLED)
    # As many words as before.
    page.fill(".sentence-input", SENTENCE.replace("morgen", "heute"))
    page.press(".sentence-input", "Enter")
    expect(page.locator(CHIPS)).to_have_text(SENTENCE.replace("morgen", "heute").split())
    settles(lambda: "worder" in address(page), False)
    page.go_back()
    expect(page.locator(CHIPS)).to_have_text(SHUFFLED)


def test_a_sentence_without_positions_is_without_them_on_every_screen_until_that_is_undone(open_page, app):
    page = opened(open_page, "words")
    expect(page).to_have_title(f"Words · {SENTENCE[:39]}… · Attention Microscope")
    page.locator(f"{WORDS} .word-order .switch").click()
    expect(page.locator(f"{WORDS} .token-making .vectors .readout")).to_contain_text("No position is added to it.")
    page.locator(".rail [data-to=translation]").click()
    off, on = (
        app.services.sentences.translation(TranslationQuery(SENTENCE, change=change)) for change in ("position:off", "")
    )
    assert off.text != on.text
    expect(written(page)).to_have_text(names(off))
    page.locator(".changes [data-action=undo-change]").click()
    expect(written(page)).to_have_text(names(on))
    page.locator(".rail [data-to=words]").click()
    expect(page.locator(f"{WORDS} .word-order .switch input")).to_be_checked()
    page.go_back()
    page.go_back()
    expect(written(page)).to_have_text(names(off))


def test_a_sentence_is_shown_as_trained_with_one_key_and_as_changed_with_it_again(open_page):
    page = open_page("v=5&lang=en&screen=words&schange=position:off&text=Tom lacht.").page
    readout, chip = page.locator(f"{WORDS} .token-making .vectors .readout"), page.locator(".changes .change-chip")
    expect(readout).to_contain_text("No position is added to it.")
    for trained in (True, False):
        page.keyboard.press("t")
        expect(chip).to_have_class(re.compile("as-trained" if trained else "^change-chip ?$"))
        (expect(readout).not_to_contain_text if trained else expect(readout).to_contain_text)("No position is added")
        said = {"schange": "position:off"} | ({"strained": "1"} if trained else {})
        settles(lambda said=said: {k: v for k, v in address(page).items() if k in ("schange", "strained")}, said)


# -- Decoder and Translation


def test_decoder_and_translation_the_twins_what_they_are_fed_the_instrument_and_more_words(open_page):
    page = opened(open_page, "translation", "how=greedy")
    page.get_by_role("button", name="Show 25").click()

    def more_words(page):
        page.locator(".rail [data-to=translation]").click()
        expect(page.locator(f"{TRANSLATION} .word-rows li:not(.apart)")).to_have_count(25)
        expect(page.get_by_role("button", name="Show 10")).to_have_attribute("aria-expanded", "true")

    more_words(page)
    page.locator(".rail [data-to=decoder]").click()
    fed = "I am sure he comes tomorrow."
    reference = page.locator(f"{DECODER} .reference")
    reference.scroll_into_view_if_needed()
    expect(reference).not_to_have_value("")
    own = settled(reference.input_value)
    for name in ("Mean over heads", "Hide the parking token"):
        page.get_by_text(name).click()

    def instrument(page):
        expect(page.locator(f"{DECODER} .decoder-matrix h3")).to_contain_text("mean over all heads")
        expect(page.locator(f"{DECODER} .heads .word.hidden-sink")).not_to_have_count(0)

    instrument(page)
    reference.fill(fed)
    reference.press("Enter")
    page.get_by_text("Causal mask in training").click()

    def twins(page):
        page.locator(f"{DECODER} .reference").scroll_into_view_if_needed()
        expect(page.locator(f"{DECODER} .reference")).to_have_value(fed)
        expect(page.locator(f"{DECODER} .cheating")).to_have_attribute("data-chosen", "1")
        expect(page.locator(f"{DECODER} .cheating .switch input")).not_to_be_checked()
        expect(page.locator(f"{DECODER} .twin-bars .token").first).to_have_text("I")
        expect(page.locator(f"{DECODER} .twin-bars .token").nth(2)).to_have_text("sure")

    def decoder(page):
        page.locator(".rail [data-to=decoder]").click()
        instrument(page)
        twins(page)

    twins(page)
    settles(lambda: address(page).get("opentwin"), "1")
    # The page puts nothing in its place: not with another mask, and Back takes it away.
    page.get_by_text("Mask lifted").first.click()
    expect(page.locator(f"{DECODER} .masking.unmasked")).to_be_attached()
    expect(page.locator(f"{DECODER} .lifting .twin-text").nth(1)).not_to_be_empty()
    twins(page)
    for _ in range(2):
        page.go_back()
    expect(reference).to_have_value(own)
    page.go_forward()
    comes_back(open_page, page, more_words, decoder, morewords="1", fed=fed, opentwin="1", mean="1", unparked="1")


# -- Before attention


def test_what_is_chosen_in_every_chapter(open_page):
    page = opened(open_page, "before", "chapter=gradient")
    output, tokens = page.locator(".gradient-controls output"), page.locator(".input-line button.token")
    expect(output).to_contain_text("your sentence")
    page.locator(".gradient-controls input[type=range]").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".input-line .added")).not_to_have_count(0)
    word = settled(tokens.nth(4).inner_text)
    tokens.nth(4).click()
    page.locator(".gradient-controls .switch").click()
    page.locator(".radius input[type=range]").focus()
    page.keyboard.press("End")
    page.locator(".radius .switch").click()

    def gradient(page):
        """The word, the length, the curves and the radius."""
        page.click("#chapter-tab-gradient")
        expect(page.locator(".gradient-figure:not([data-waiting])")).to_be_visible()
        expect(page.locator(".gradient-controls output")).to_contain_text("2 sentences")
        expect(page.locator(".input-line .held")).to_have_text(word)
        expect(page.locator("[data-chapter='gradient'] .gradient-controls .switch input")).not_to_be_checked()
        expect(page.locator(".gradient-figure.trained-only")).to_be_visible()
        expect(page.locator(".radius output")).to_have_text("1.50")
        expect(page.locator(".radius .switch input")).not_to_be_checked()

    gradient(page)
    chosen = {"gstep": "5", "joined": "2", "firstw": "0", "radius": "1.5", "tiny": "0"}

    page.click("#chapter-tab-cost")
    page.locator("[data-chapter='cost'] .segmented button").nth(1).click()

    def cost(page):
        """The sizes of the cells, and that they were measured."""
        chapter = "[data-chapter='cost']"
        page.click("#chapter-tab-cost")
        expect(page.locator(f"{chapter} .segmented button").nth(1)).to_have_attribute("aria-pressed", "true")
        expect(page.locator(f"{chapter} .cell-column").first).to_contain_text("592")
        expect(page.locator(f"{chapter} tr[data-row='time'] .amount").first).to_have_text(re.compile(r"\d\s(µs|ms)$"))

    cost(page)
    chosen |= {"costsizes": "own"}

    text = "#chapter-bottleneck"
    page.click("#chapter-tab-bottleneck")
    for value in ("single", "bleu"):
        page.locator(f"{text} [data-value={value}]").click()
    expect(page.locator(f"{text} .side-by-side:not([aria-busy])")).to_be_visible(timeout=120_000)
    page.locator(f"{text} [data-model=gru] [data-token='1']").click()
    page.mouse.move(5, 5)
    written = settled(page.locator(f"{text} [data-model=gru] [data-token='1'] .piece").inner_text)

    def bottleneck(page):
        """The text, the measure and the word held."""
        page.click("#chapter-tab-bottleneck")
        for value in ("single", "bleu"):
            expect(page.locator(f"{text} [data-value={value}]")).to_have_attribute("aria-pressed", "true")
        expect(page.locator(f"{text} .side-by-side:not([aria-busy])")).to_be_visible(timeout=120_000)
        expect(page.locator(f"{text} .side-by-side .readout")).to_contain_text(f"GRU wrote “\u2068{written}\u2069”")
        expect(page.locator(f"{text} .written.pointed .piece")).to_have_text(written)

    bottleneck(page)
    chosen |= {"kind": "single", "measure": "bleu", "wrote": "gru.2"}

    page.click("#chapter-tab-uses")
    page.locator("#chapter-uses [data-cell=lstm]").click()
    page.locator("#chapter-uses [data-use=many_to_one]").first.click()

    def uses(page):
        """The network and the use."""
        page.click("#chapter-tab-uses")
        expect(page.locator("#chapter-uses [data-use=many_to_one]").first).to_have_attribute("aria-pressed", "true")
        expect(page.locator("#chapter-uses [data-cell=lstm]")).to_have_attribute("aria-pressed", "true")
        expect(page.locator("#chapter-uses .heat[data-side=decoder]").first).to_have_css("opacity", "0.2")

    uses(page)
    chosen |= {"cell": "lstm", "use": "many_to_one"}

    page.click("#chapter-tab-path")
    page.locator("#chapter-path .path-words").nth(0).locator("[data-token='1']").click()
    page.locator("#chapter-path .path-words").nth(1).locator("[data-token='2']").click()

    def path(page):
        """The ends."""
        page.click("#chapter-tab-path")
        for line, token in enumerate(("1", "2")):
            held = page.locator("#chapter-path .path-words").nth(line).locator(".held")
            expect(held).to_have_attribute("data-token", token)

    chosen |= {"rsource": "1", "chapter": "path"}
    comes_back(open_page, page, gradient, cost, bottleneck, uses, path, **chosen)
    page.go_back()
    expect(page.locator("#chapter-uses")).to_be_visible()
    uses(page)


def test_where_the_address_s_sentence_is_refused_nothing_stands_waiting(open_page):
    watched = open_page("v=4&lang=en&screen=encoder&text=", anew=True)  # a page that has had no sentence
    watched.forgive("status of 4")
    page = watched.page
    expect(page.locator("#sentence-strip .field-problem")).to_be_visible()
    expect(page.locator("#rail .status")).to_contain_text("Nothing was translated: why stands beside the sentence.")
    expect(page.locator("#screen-encoder .layer-bar")).to_be_hidden()
    expect(page.locator("#screen-encoder .box").first).to_be_hidden()
    page.locator("#sentence-strip textarea").fill("Tom lacht.")
    page.locator("#sentence-strip [data-action=translate]").click()
    expect(page.locator("#screen-encoder .layer-name")).to_have_text(re.compile(r"Layer \d of \d"))


def test_a_way_of_writing_or_a_word_that_there_is_not_costs_a_link_nothing_else(open_page):
    watched = open_page("v=5&lang=en&screen=translation&text=Tom lacht.&how=beam:99:0.6:exponent&prefix=138", anew=True)
    watched.forgive("status of 4")
    page = watched.page
    usual = ["beam:4:0.6:exponent", "138"], "how=greedy&prefix=999999"
    for left, then in (usual, (["greedy", None], "")):
        settles(lambda: [address(page).get(word) for word in ("how", "prefix")], left)
        expect(page.locator("#rail .status")).to_contain_text("nothing like what was asked for")
        expect(page.locator(f"{TRANSLATION} .words-written .word").first).to_be_visible()
        if then:
            watched.go(f"v=5&lang=en&screen=translation&text=Tom lacht.&{then}")


def test_tokens_of_the_decoder_s_table_are_kept_from_translation(open_page):
    page = opened(open_page, "decoder", "part=decoder")
    expect(page.locator("#screen-decoder .masking th[data-key]").first).to_have_attribute("translate", "no")
