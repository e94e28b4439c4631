"""A change arrives as text from anybody's address bar: what fits becomes edits, everything else one sentence."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demo.errors import VisitorError
from demo.page.gallery import ASSETS
from demo.photo.query import PhotoQuery
from demo.query.interventions import MAX_LENGTH, Change, in_order, parse
from demo.query.orders import LETTERS, read_order, write_order
from demo.services import Services
from tests.support.pictures import as_file, picture
from vit_core.config import Seq2SeqConfig, StackConfig, ViTConfig

CONFIG = ViTConfig(image_size=32, patch_size=8, d_model=48, n_layers=2, n_heads=3, d_mlp=96)


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ("", set()),
        ("order:BAC", {"patches"}),
        ("position:off", {"position"}),
        ("scale:off@2", {"blocks.1.attn.scores"}),
        ("scale:off@1,2", {"blocks.0.attn.scores", "blocks.1.attn.scores"}),
        ("scale:off@1;scale:off@2", {"blocks.0.attn.scores", "blocks.1.attn.scores"}),  # as once written
        ("scale:off@all", {"blocks.0.attn.scores", "blocks.1.attn.scores"}),
        (
            "residual:off@1;position:off",
            {"position", *(f"blocks.0.{name}" for name in ("attn_out", "resid_mid", "mlp_out", "resid_post"))},
        ),
    ],
)
def test_what_a_change_edits(change: str, names: set[str]) -> None:
    assert set(parse(change).intervention(CONFIG, 3).edits(CONFIG.d_head)) == names


@pytest.mark.parametrize(
    "change",
    [
        "order:BA", "order:ABB", "order:A,B,C", "order:", "order:ABD", "order:ABCD", "order:٣AB", "position:on",
        "position", "residual:off", "residual:off@3", "residual:off@0", "residual:off@-1", "scale:off@x",
        "scale:off@1,", "scale:off@,1", "scale:off@1,all", "scale:off@1,3",
        "scale:off@01", "scale:off@e1", "residual:off@d1", "scale:on@1", "scale:off@all;scale:off@x", "mute:1", "\0",
        "causal:off", ";" * (MAX_LENGTH + 1),
    ],
)  # fmt: skip
def test_anything_else_is_refused(change: str) -> None:
    with pytest.raises(VisitorError) as refused:
        parse(change).intervention(CONFIG, 3)
    assert refused.value.code == "bad_request" and refused.value.params["parameter"] == "change"


TRANSLATOR = Seq2SeqConfig(
    d_model=48, encoder=StackConfig(2, 3, 96), decoder=StackConfig(3, 4, 80), source_vocab=9, target_vocab=9, pad=0,
    end=1, unknown=2, start=0,
)  # fmt: skip


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ("", set()),
        ("causal:off", set()),
        ("position:off", {"encoder.position"}),
        ("scale:off@e2", {"encoder.blocks.1.attn.scores"}),
        ("scale:off@d3", {"decoder.blocks.2.attn.scores", "decoder.blocks.2.cross.scores"}),
        ("residual:off@e1", {f"encoder.blocks.0.{n}" for n in ("attn_out", "attn_sum", "mlp_out", "mlp_sum")}),
        (
            "residual:off@d1",
            {f"decoder.blocks.0.{n}_{of}" for n in ("attn", "cross", "mlp") for of in ("out", "sum")},
        ),
    ],
)
def test_what_a_change_of_a_sentence_edits(change: str, names: set[str]) -> None:
    assert set(parse(change).of_sentence(TRANSLATOR).edits(TRANSLATOR)) == names


def test_a_change_of_all_layers_is_one_of_both_stacks() -> None:
    intervention = parse("scale:off@all").of_sentence(TRANSLATOR)
    assert intervention.unscaled == {f"encoder.blocks.{i}" for i in range(2)} | {
        f"decoder.blocks.{i}" for i in range(3)
    }


@pytest.mark.parametrize(
    "change", ["order:BA", "residual:off@1", "residual:off@e3", "scale:off@d4", "scale:off@e", "scale:off@x1"]
)
def test_what_fits_no_sentence_is_refused(change: str) -> None:
    with pytest.raises(VisitorError) as refused:
        parse(change).of_sentence(TRANSLATOR)
    assert refused.value.code == "bad_request" and refused.value.params["parameter"] == "change"


def test_a_changed_look_is_another_trace_and_leaves_the_first(services: Services) -> None:
    photo_query = PhotoQuery(services.photos.add_photo(as_file(picture())), "tiny", 32)
    plain = services.photos.trace(photo_query)
    changed = PhotoQuery(photo_query.photo, "tiny", 32, "position:off")
    first = services.photos.trace(changed)
    assert (first.logits - plain.logits).abs().max() > 1e-3
    assert services.photos.trace(changed) is first
    assert services.photos.trace(photo_query) is plain
    assert services.photos.block(changed, 1).at(1, "mlp.pre").shape == (17, 96)
    with pytest.raises(VisitorError):
        services.photos.trace(PhotoQuery(photo_query.photo, "tiny", 32, "order:B"))


@pytest.mark.parametrize(
    ("change", "rest"),
    [
        ("", ""),
        ("order:BAC", ""),
        ("position:off;order:BAC", "position:off"),
        ("order:BAC;scale:off@1;position:off", "position:off;scale:off@1"),
        ("scale:off@2;order:BAC;scale:off@1", "scale:off@1,2"),
    ],
)
def test_the_same_change_in_order(change: str, rest: str) -> None:
    assert in_order(change) == rest


def test_an_order_is_one_letter_a_patch_or_two() -> None:
    assert write_order([1, 0, 2]) == "BAC" and write_order([0, 1, 2]) == ""
    assert read_order("BAC", 3) == (1, 0, 2)
    many = [*range(64), 64]
    many[-2:] = 64, 63  # the first of all orders but that one
    assert read_order("A" * 50 + "B", 65) == tuple(many)
    once = "".join(f"A{letter}" for letter in LETTERS[1:]) + "BAAA"  # two letters each
    assert read_order(once, 65) == (*range(1, 65), 0)
    last = write_order(range(64, -1, -1))  # of all orders
    assert read_order(last, 65) == tuple(range(64, -1, -1))
    for none in ("_" * 51, last[:-1], f"{last}A", f"{once}A", f"B!{once[2:]}", "A" * 130):
        with pytest.raises(VisitorError):
            read_order(none, 65)
    assert len(write_order(range(575, -1, -1))) == 743


def test_an_order_of_many_is_a_shuffle_and_swaps_where_that_is_shorter() -> None:
    # xorshift of 1 goes on with 270369, 67634689, 2647435461: places 3 and 1 change, then 2 and 1, then 1 and itself.
    assert read_order("~AAAAA", 4) == (0, 2, 3, 1)
    assert write_order(read_order("~AAAAA", 4), "~AAAAA") == "ACDB", "of few a letter each"
    shuffled = read_order("~a-Z_9", 1369)
    assert sorted(shuffled) == list(range(1369)) != list(shuffled)
    assert write_order(shuffled, "~a-Z_9") == "~a-Z_9" and len(write_order(shuffled)) == 2050
    moved = list(shuffled)
    moved[3], moved[130] = moved[130], moved[3]
    assert write_order(moved, "~a-Z_9") == "~a-Z_9ADCC" and read_order("~a-Z_9ADCC", 1369) == tuple(moved)
    turned = (1, 2, 0, *range(3, 100))
    for before in ("", "~a-Z_9", "~a-Z_9ADCC"):
        assert write_order(turned, before) == "~AAABABAC" and read_order("~AAABABAC", 100) == turned
    assert read_order("~AAVY", 1369)[0] == 1368
    for none in ("~A", "~AB", "~ABC", "~AAVZ", "~a-Z_9AAVZ", "~AAA!", "a~AAAA"):
        with pytest.raises(VisitorError):
            read_order(none, 1369)


# ---- the page's codec


numbers = st.integers(1, 40)
of_translators = st.sampled_from([f"{stack}{layer}" for stack in "ed" for layer in range(1, 13)])
layers = st.one_of(st.none(), st.frozensets(numbers | of_translators, max_size=4))
shuffles = st.text(LETTERS, min_size=5, max_size=5).map(lambda letters: f"~{letters}")


def with_swaps(order: Sequence[int], places: list[int]) -> list[int]:
    laid = list(order)
    for one, other in pairwise(places):
        laid[one], laid[other] = laid[other], laid[one]
    return laid


# Any order, and those that somebody lays out by hand: some swaps from a shuffle, or from where everything belongs.
orders = st.one_of(
    st.just(([], "")),
    *(st.tuples(st.permutations(range(n)), shuffles) for n in (2, 9, 64, 65, 257)),
    *(
        st.builds(
            lambda n, shuffle, places: (with_swaps(read_order(shuffle, n) if shuffle else range(n), places), shuffle),
            st.just(n), st.just("") | shuffles, st.lists(st.integers(0, n - 1), max_size=9),
        )
        for n in (64, 65, 257, 1369)
    ),
)  # fmt: skip
random_changes = st.builds(
    lambda order, **fields: (Change(**fields, order=write_order(*order)), (list(order[0]), order[1])),
    order=orders, position_off=st.booleans(), residual_off=layers, unscaled=layers, causal_off=st.booleans(),
)  # fmt: skip
PAGE = """
import { NOTHING, parseChange, writeChange } from '%s/change.js';
import { readOrder, writeOrder } from '%s/order.js';
const told = (change) => ({ position_off: change.position, residual_off: change.residual, unscaled: change.scale,
                            causal_off: change.causal, order: change.order });
const { texts, orders } = JSON.parse(await new Promise((resolve) => {
  let all = ''; process.stdin.on('data', (part) => { all += part; }).on('end', () => resolve(all));
}));
console.log(JSON.stringify({
  read: texts.map(parseChange).map((change) => change && { ...told(change), again: writeChange(change) }),
  orders: orders.map(([order, before]) => [writeOrder(order, before), order]).map(([text, order]) =>
    [text, text ? readOrder(text, order.length) : order]),
}));
"""


def page_codec(texts: list[str], orders: list[tuple[list[int], str]]) -> dict[str, Any]:
    """What the page makes of texts, and of orders, each with the text of the one before."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node on this machine")
    script = PAGE.replace("%s", (ASSETS / "js" / "core").as_uri())
    given = json.dumps({"texts": texts, "orders": orders})
    command = [node, "--input-type=module", "-e", script]
    ran = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def in_place(layers: frozenset[int | str]) -> list[int | str]:
    """A picture's layers first, then an encoder's, then a decoder's."""
    return sorted(layers, key=lambda one: (0, one) if isinstance(one, int) else (1 + "ed".index(one[0]), int(one[1:])))


@settings(max_examples=5, deadline=None)
@given(st.lists(random_changes, min_size=20, max_size=40))
def test_the_page_reads_and_writes_changes_as_the_server_does(
    made: list[tuple[Change, tuple[list[int], str]]],
) -> None:
    texts = [change.written() for change, _ in made]
    answer = page_codec(texts, laid := [order for _, order in made if order[0]])
    for (change, _), text, read in zip(made, texts, answer["read"], strict=True):
        assert parse(text) == change
        as_page = {
            name: layers if (layers := getattr(change, name)) is not None else "all" for name in read if name != "again"
        }
        as_page |= {name: in_place(as_page[name]) for name in ("residual_off", "unscaled") if as_page[name] != "all"}
        assert read == {**as_page, "again": text}
    for (order, before), (text, back) in zip(laid, answer["orders"], strict=True):
        assert text == write_order(order, before) and back == order
        assert not text or read_order(text, len(order)) == tuple(order)


def test_the_page_refuses_what_the_server_refuses() -> None:
    wrong = [
        "position",
        "position:on",
        "residual:off",
        "residual:off@0",
        "residual:off@e0",
        "residual:off@f1",
        "scale:off@1e",
        "scale:off@d01",
        "scale:off@e",
        "scale:off@01",
        "scale:off@1,",
        "scale:off@1,all",
        "scale:off@x",
        "order:",
        "order:a,b",
        "order:a~b",
        "x",
    ]
    for text in wrong:
        with pytest.raises(VisitorError):
            parse(text)
    assert page_codec(wrong, [])["read"] == [None] * len(wrong)
