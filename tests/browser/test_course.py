"""The course's notes, line by line: each of the 34 has a place on the page, with its number and what is put right.

Where each is says assets/data/course.tsv. What has to be read there is below, a function for each line (`line_12`), or
for several that stand together (`line_21_24`): it compares what is on the screen with what follows from the
checkpoint's tensors (tests/support/by_hand.py), from shapes, or from the core.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from functools import cached_property
from types import SimpleNamespace

import pytest
import torch

import vit_core
from demo.page.course import Place, read_course
from demo.photo.query import DEFAULT_MODEL, PhotoQuery
from demo.sentence.query import TranslationQuery
from tests.support.browser import passes
from tests.support.by_hand import attention, block, vit
from tests.support.course import LINES, said
from tests.support.equations import printed
from tests.support.sheet import piece
from tests.support.written import near, number, numbers, percent
from vit_core.analysis.gradients import input_gradients, step_factors
from vit_core.quality_by_length import n_words, read_quality

TEXT, PHOTO = "Der Hund schläft unter dem Tisch.", "example:cc0_pizza.jpg"
LAYER, HEAD, SOURCE, STEP = 1, 2, 2, 3
TOKEN, UNIT, KEY, HIDDEN, PIXEL = 2, 140, 4, 5, 100
HELD = (
    f"text={TEXT}&photo={PHOTO}&slayer={LAYER + 1}&shead={HEAD + 1}&picked=1&source={SOURCE}&step={STEP + 1}"
    f"&layer={LAYER + 1}&head={HEAD + 1}&query={TOKEN}&unit={UNIT + 1}&key={KEY + 1}&hunit={HIDDEN + 1}&pixel={PIXEL + 1}"
)
# Lines of the notes that have no place yet: none may be forgotten, and none may stay here that has one.
MISSING: set[int] = set()
RESULTS = "(lines) => lines.map((line) => [...line.querySelectorAll('.worked [data-term]')].at(-1).textContent)"


class Learner:
    """What a learner would find with pen and paper on the input of this test."""

    def __init__(self, page, app) -> None:
        self.page, self.sentences, self.services = page, app.services.sentences, app.services
        self.lang = "en"
        self.place: Place

    @cached_property
    def written(self):
        return self.sentences.translation(TranslationQuery(TEXT))

    @cached_property
    def translator(self):
        model = self.sentences.models.load("marian-s-de-en").model
        sizes = {"heads": model.config.encoder.n_heads, "d": model.config.d_model // model.config.encoder.n_heads}
        return SimpleNamespace(weights=model.state_dict(), config=model.config, **sizes)

    @cached_property
    def encoder(self):
        """The block that is open on the Encoder screen, of the stream that the block below it left."""
        there, x = self.translator, self.written.trace.at("encoder", LAYER - 1, "resid_post")
        at = f"encoder.blocks.{LAYER}"
        return block(there.weights, at, x, there.heads, there.config.eps, norm_first=False)

    @cached_property
    def decoder(self):
        """The three attentions of the layer that is open on the Decoder screen."""
        there, trace, at = self.translator, self.written.trace, f"decoder.blocks.{LAYER}"
        x = trace.at("decoder", LAYER - 1, "resid_post")
        memory = trace.at("encoder", there.config.encoder.n_layers - 1, "resid_post")
        own = attention(there.weights, f"{at}.attn", x, there.heads, masked=True)
        middle = trace.at("decoder", LAYER, "resid_mid")
        cross = attention(there.weights, f"{at}.cross", middle, there.heads, memory=memory)
        return SimpleNamespace(encoder=self.encoder.attended, decoder=own, cross=cross)

    @cached_property
    def seen(self):
        """The pass of the course's model."""
        trace = self.services.photos.trace(PhotoQuery(PHOTO, "vit-course-48", 48))
        model = vit_core.load("vit-course-48").model
        made = vit(model.state_dict(), trace.pixels, model.config.n_heads, model.config.eps)
        assert torch.allclose(made.logits, trace.logits, atol=1e-4), "the model computes what a student does"
        return SimpleNamespace(trace=trace, made=made, weights=model.state_dict(), **vars(made.blocks[LAYER]))

    @cached_property
    def gradients(self) -> dict[str, tuple[float, float]]:
        """Of each cell what is left of the gradient at the first input, and what a step of its encoder multiplies by."""

        def of(network, source, target) -> tuple[float, float]:
            found = input_gradients(network, source, target, -1)
            return (found.source[0] / found.target[-1]).item(), step_factors(
                network, source, target
            ).source.mean().item()

        return {name: of(*self.cell(name)) for name in ("rnn", "lstm", "gru")}

    @cached_property
    def fed(self):
        """Of the twins with and without a mask the steps at which they were fed the translation, its end left out."""
        return [
            self.sentences.teacher_forced(twin, TEXT, self.written.text).steps[:-1] for twin in self.sentences.twins()
        ]

    def cell(self, name: str):
        """A recurrent network and what it is given: the sentence, and the translation at the top of the page."""
        model = vit_core.load(f"{name}-de-en")
        pieces = model.tokenizer
        return model.model, pieces.encode(TEXT), pieces.encode_target(self.written.text)

    def said(self, key: str) -> str:
        """What the page says with this text."""
        return said(self.page, self.place.screen, key, self.lang)

    def find(self, selector: str):
        return self.page.locator(f"#screen-{self.place.screen} {selector}")


def texts(here: Learner, selector: str) -> list[str]:
    """What stands in these elements of the screen."""
    return [re.sub("[\u2066-\u2069]", "", text) for text in here.find(selector).all_inner_texts()]


def has_ends(here: Learner, box: str, tensor: torch.Tensor) -> None:
    """A box of the block says the smallest and the largest of these numbers."""
    shown = [number(text) for text in texts(here, f".at-{box} .range > span")]
    assert shown == [near(tensor.min().item()), near(tensor.max().item())], box


def row(here: Learner) -> list[str]:
    """The open box's numbers of the head."""
    return texts(here, f".opened .word-table:visible tbody tr >> nth={HEAD} >> td")


def comes_to(here: Learner, *exact: float) -> None:
    """The lines of arithmetic on a card of the notes have these results."""
    shown = here.page.eval_on_selector_all(f"#screen-notes [data-card='{here.place.line}'] .lines > li", RESULTS)
    assert len(shown) == len(exact), shown
    assert [printed(text).value for text in shown] == [near(wanted) for wanted in exact]


def line_1(here: Learner) -> None:
    if here.place.screen == "before":
        read = here.sentences.recurrents.reading("gru-de-en", TEXT)
        assert numbers(here.said("before.use_many_to_many_told"))[:2] == [len(read.ids)] * 2
        shares = [number(text) for text in texts(here, ".top-words >> nth=0 >> .share")]
        best = (100 * read.logprobs[0].exp().topk(3).values).tolist()
        assert shares == pytest.approx(best, rel=6e-3, abs=6e-4)
        return
    token, d = here.written.source_ids[SOURCE], here.translator.config.d_model
    assert numbers(here.said("words.step_row"))[:2] == [token, d]
    place, all_numbers, factor, row = numbers(texts(here, ".token-making .readout")[0])[:4]
    assert (all_numbers, factor) == (d, math.sqrt(d))
    learned = here.translator.weights["embed.weight"][token, int(place) - 1].item()
    assert row == pytest.approx(learned, rel=6e-3, abs=6e-5)


def line_2(here: Learner) -> None:
    for cell, (left, kept) in here.gradients.items():
        assert number(texts(here, f".decay[data-cell={cell}] .reach")[0]) == pytest.approx(left, rel=6e-3)
        assert number(texts(here, f".factor[data-cell={cell}] strong >> nth=0")[0]) == pytest.approx(kept, rel=6e-3)


def line_3(here: Learner) -> None:
    read = here.sentences.recurrents.reading("lstm-de-en", TEXT)
    if "chain" in here.place.address:
        units = read.trace["encoder.state"].shape[-1]
        assert numbers(here.said("before.handed_two")) == [units, len(read.source_ids)]
        return
    row = here.find(".translated > li").filter(has=here.page.get_by_text("LSTM", exact=True))
    names = [name.strip("·") for name in map(piece, read.tokens)]
    assert "".join(names) in re.sub(r"[\s·]", "", row.locator(".translated-text").inner_text())
    words = n_words(TEXT)
    measured = next(
        one.value
        for one in read_quality()
        if (one.kind, one.metric, one.model) == ("joined", "chrf", "lstm-de-en")
        and one.bucket[0] <= words <= one.bucket[1]
    )
    assert float(row.locator(".score b").inner_text()) == pytest.approx(measured, abs=0.051)


def line_4(here: Learner) -> None:
    units, words = numbers(texts(here, ".cell-column[data-cell=gru] figcaption")[0])[:2]
    pairs = [1, 4, 3]  # RNN, LSTM, GRU

    def counted(name: str) -> list[float]:
        return [number(text) for text in texts(here, f"[data-row={name}] .amount")]

    assert counted("matrices") == pairs
    assert counted("parameters") == [n * units * (words + units + 2) for n in pairs]
    assert counted("multiplications") == [n * units * (words + units) + 3 * units * (n > 1) for n in pairs]
    measured = texts(here, "[data-row=time] .amount")
    assert len(measured) == 3 and all(re.search(r"\d.(µs|ms)$", text) for text in measured)


def line_5(here: Learner) -> None:
    _, source, target = here.cell("gru")
    apart = len(source) - 1 + len(target)  # from the first word read to the last written
    assert texts(here, ".path-count") == [str(apart), "1", "1"]


def line_6(here: Learner) -> None:
    shares = here.written.trace.logits.log_softmax(-1).exp()
    assert texts(here, ".words-written .word .piece") == [piece(token).lstrip("·") for token in here.written.tokens]
    told = here.said("translation.reading_step")
    assert percent(shares[STEP, here.written.ids[STEP]].item()) in told.replace(" %", "\u00a0%"), told


def line_7(here: Learner) -> None:
    made = here.encoder
    has_ends(here, "attn_out", made.attended.out[SOURCE])
    has_ends(here, "resid_mid", made.mid[SOURCE])
    has_ends(here, "post", made.post[SOURCE])
    has_ends(here, "resid_post", made.out[SOURCE])


def line_8(here: Learner) -> None:
    has_ends(here, "attn_out", here.decoder.decoder.out[STEP])
    has_ends(here, "cross_out", here.decoder.cross.out[STEP])
    has_ends(here, "resid_post", here.written.trace.at("decoder", LAYER, "resid_post")[STEP])


def line_9(here: Learner) -> None:
    sizes = texts(here, ".model-sizes tbody tr >> nth=0 >> td")
    assert sizes == [str(here.translator.config.d_model), "512"]
    here.find(".word-padding").scroll_into_view_if_needed()  # asked for once it is seen
    others = [field.input_value() for field in here.find(".other-sentence").all()]
    lengths = [len(here.sentences.translation(TranslationQuery(text)).source_ids) for text in (TEXT, *others)]
    rows = here.find(".batch-row")
    assert [rows.nth(i).locator(".padded").count() for i in range(3)] == [max(lengths) - n for n in lengths]
    assert number(texts(here, ".word-padding .verdict-line strong")[0]) < 1e-5
    assert texts(here, ".word-line .piece")[-1] == "⟨end⟩"


def line_10(here: Learner) -> None:
    place, d, factor, _, position, token = numbers(texts(here, ".token-making .readout")[0])
    i, half = int(place) - 1, int(d) // 2
    angle = SOURCE / 10_000 ** (2 * (i % half) / d)
    assert position == pytest.approx(math.sin(angle) if i < half else math.cos(angle), abs=6e-4)
    learned = here.translator.weights["embed.weight"][here.written.source_ids[SOURCE], i].item()
    assert token == pytest.approx(factor * learned + position, rel=6e-3, abs=6e-4)


def line_11_19(here: Learner) -> None:
    """Every head makes its own query of the whole vector: with all but an eighth of it taken away another one would come out."""
    there, q = here.translator, here.encoder.attended.q
    has_ends(here, "q", q[:, SOURCE])
    assert numbers(here.said("block.q_says")) == [there.d, there.heads, there.config.d_model]
    assert texts(here, ".at-q .shape") == [f"{there.heads}\u200a×\u200a{there.d}"]
    x = here.written.trace.at("encoder", LAYER - 1, "resid_post")[SOURCE].clone()
    x[there.d :] = 0
    only = x @ there.weights[f"encoder.blocks.{LAYER}.attn.q.weight"].T
    assert (only[: there.d] - q[0, SOURCE]).abs().max() > 0.1


def line_12(here: Learner) -> None:
    dots = here.encoder.attended.dots[HEAD, SOURCE].tolist()
    assert [number(text) for text in row(here)] == [near(dot) for dot in dots]
    x = here.written.trace.at("encoder", LAYER - 1, "resid_post")
    alike = torch.cosine_similarity(x, x[SOURCE], dim=-1).tolist()
    for column, exact in ((2, dots), (3, alike)):
        shown = texts(here, f".like-table td:nth-child({column})")
        assert [number(text) for text in shown] == [near(value) for value in exact]


def line_13(here: Learner) -> None:
    made, d = here.encoder.attended, here.translator.d
    variance = made.dots[HEAD].double().var(correction=0).item()
    said_ = texts(here, "figure > .root-worked [data-equation]")[0]
    assert numbers(said_) == [near(variance), d, near(variance / d)]
    shares = made.dots[HEAD, SOURCE].softmax(-1)
    assert texts(here, ".root-weights .divided .value") == [percent(w) for w in made.pattern[HEAD, SOURCE].tolist()]
    assert texts(here, ".root-weights .undivided .value") == [percent(w) for w in shares.tolist()]


def line_14(here: Learner) -> None:
    weights = here.encoder.attended.pattern[HEAD, SOURCE].tolist()
    assert row(here) == [percent(weight) for weight in weights]
    assert sum(number(text) for text in row(here) if "<" not in text) == pytest.approx(100, abs=0.2)


def line_15(here: Learner) -> None:
    made = here.encoder.attended
    carried = made.pattern[HEAD, SOURCE] * made.v[HEAD].norm(dim=-1)
    assert [number(text) for text in row(here)] == [near(length) for length in carried.tolist()]


def line_16_17_18(here: Learner) -> None:
    made, there = here.encoder.attended, here.translator
    has_ends(here, "z", made.z[:, SOURCE])
    keys = len(here.written.source_ids)
    assert numbers(here.said("encoder.five_steps"))[-2:] == [keys, keys]
    assert f"√{there.d}" in re.sub(r"\s", "", "".join(texts(here, ".equation-lines")))
    assert numbers(here.said("block.z_says")) == [keys, there.d]
    assert numbers(texts(here, ".opened .box-facts")[0])[:3] == [there.heads, there.d, there.heads * there.d]


def line_20(here: Learner) -> None:
    has_ends(here, "concat", torch.cat(list(here.encoder.attended.z[:, SOURCE])))
    has_ends(here, "attn_out", here.encoder.attended.out[SOURCE])


def line_21_24(here: Learner) -> None:
    made = here.decoder.decoder
    rows = {name: texts(here, f".masking tr.{name} td") for name in ("score", "after", "weight")}
    ahead = len(here.written.ids) - STEP - 1
    assert ahead > 0 and rows["after"][STEP + 1 :] == ["−∞"] * ahead and rows["weight"][STEP + 1 :] == ["0"] * ahead
    scores, weights = made.scores[HEAD, STEP].tolist(), made.pattern[HEAD, STEP].tolist()
    assert [number(text) for text in rows["score"]] == pytest.approx(scores, rel=6e-3, abs=1e-3)
    assert rows["weight"][: STEP + 1] == [percent(weight) for weight in weights[: STEP + 1]]
    here.find(".cheating").scroll_into_view_if_needed()
    right = [sum(step.top(1)[0][0] == step.chosen for step in steps) for steps in here.fed]
    assert numbers(here.said("decoder.fed_counts")) == [right[0], len(here.fed[0]), right[1], len(here.fed[1])]


def line_22(here: Learner) -> None:
    there, layers = here.translator, here.translator.config.decoder.n_layers
    if here.place.screen == "encoder":
        has_ends(here, "cross_k", here.decoder.cross.k[:, SOURCE])
        has_ends(here, "cross_v", here.decoder.cross.v[:, SOURCE])
        return
    assert here.find(".way.cross .made").all_text_contents() == [f"K{n}V{n}" for n in range(layers, 0, -1)]
    told = here.said("decoder.way_cross_what")
    assert numbers(told)[-3:] == [there.heads, len(here.written.source_ids), there.d], told


def line_23_25(here: Learner) -> None:
    part, at = ("encoder", SOURCE) if here.place.line == 23 else ("cross", STEP)
    weights = getattr(here.decoder, part).pattern[HEAD, at].tolist()
    assert texts(here, ".masking tr.weight td") == [percent(weight) for weight in weights]


def line_26(here: Learner) -> None:
    shares = here.services.photos.trace(PhotoQuery(PHOTO, DEFAULT_MODEL, 224)).logits.softmax(-1)
    assert texts(here, ".class-rows .probability")[0] == percent(shares.max().item())


def line_27(here: Learner) -> None:
    comes_to(here, 3, 10, 3 * 16 * 16, here.seen.made.flat[TOKEN - 1, PIXEL].item())
    names = texts(here, ".note-card[data-card='27'] .number-table:last-child .row-names span")
    assert names[0] == "CLS" and len(names) == 10


def line_28(here: Learner) -> None:
    comes_to(here, here.seen.made.embedded[TOKEN - 1, UNIT].item(), here.seen.normed[TOKEN, UNIT].item())


def line_29(here: Learner) -> None:
    comes_to(here, here.seen.made.tokens[TOKEN, UNIT].item())


def line_30(here: Learner) -> None:
    made, dim = here.seen.attended, UNIT % 64
    comes_to(here, *(of[HEAD, TOKEN, dim].item() for of in (made.q, made.k, made.v)))


def line_31(here: Learner) -> None:
    made, dim = here.seen.attended, UNIT % 64
    pair = (HEAD, TOKEN, KEY)
    comes_to(
        here,
        made.scores[pair].item(),
        made.pattern[pair].item(),
        made.z[HEAD, TOKEN, dim].item(),
        made.out[TOKEN, UNIT].item(),
    )
    layers, heads = len(here.seen.made.blocks), len(made.q)
    assert numbers(here.said("notes.right_31"))[:2] == [heads, layers]


def line_32(here: Learner) -> None:
    comes_to(here, here.seen.mid[TOKEN, UNIT].item())


def line_33(here: Learner) -> None:
    made = here.seen
    at = ((made.normed2, UNIT), (made.pre, HIDDEN), (made.post, HIDDEN), (made.mlp, UNIT), (made.out, UNIT))
    comes_to(here, *(of[TOKEN, number_].item() for of, number_ in at))


def line_34(here: Learner) -> None:
    logits = here.seen.made.logits
    best = logits.argmax()
    comes_to(here, logits[best].item(), logits.softmax(-1)[best].item())


# What is read of each line.
CHECKS = {
    int(line): check
    for name, check in list(globals().items())
    if name.startswith("line_")
    for line in name.split("_")[1:]
}


def holding(place: str) -> str:
    """An address of the map with what is held here in the place of what it names: no word may say two things."""
    held = {word.partition("=")[0] for word in HELD.split("&")}
    return "&".join([HELD, *(word for word in place.split("&") if word.partition("=")[0] not in held)])


@pytest.mark.timeout(180)
def test_every_line_of_the_notes_is_read_where_the_map_says(open_page, app) -> None:
    places = read_course()
    lines = [place.line for place in places]
    assert lines == sorted(lines) and set(LINES) - set(lines) == MISSING and set(lines) <= set(LINES)
    assert set(CHECKS) == set(lines)
    watched = open_page(f"v=3&lang=en&{holding(places[0].address)}")
    here = Learner(watched.page, app)

    def read(group: list[Place]) -> None:
        for here.place in group:
            for key in here.place.words:
                here.said(key)
            if here.lang == "en":
                CHECKS[here.place.line](here)

    together = defaultdict(list)
    for place in places:
        together[place.address].append(place)
    # Another language draws every screen anew: once for all that is read in it.
    for lang in ("en", "ko"):
        if lang != here.lang:
            watched.page.click(f".title-bar button[lang={lang}]")
            here.lang = lang
        for address, group in together.items():
            watched.go(f"v=3&lang={lang}&{holding(address)}")
            passes(lambda group=group: read(group))
