"""The Position screen as a visitor uses it: a move is one request and one pass, and what is shown is that pass."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import expect

from demo.photo.query import DEFAULT_MODEL, FIRST, PhotoQuery
from demo.query.orders import write_order
from tests.support.browser import Late, address, box_of, passes, settled, settles
from tests.support.screens import centre_of
from tests.support.written import number as amount
from tests.support.written import percent
from vit_core.analysis import part_lengths, position_grid, position_similarity, similarity_by_offset, token_parts
from vit_core.positions import sinusoidal_table

pytestmark = pytest.mark.one_page

BOARD = "#screen-position .board canvas"
TOLD = "#screen-position .position-left .held"
CHANGE = "#screen-position .change"


def opened(open_page, query="", **context):
    """The screen, once everything it ever needs for this photo is there."""
    watched = open_page(f"lang=en&screen=position&{query}", **context)
    watched.page.wait_for_selector("#screen-position [data-complete]")
    watched.page.wait_for_load_state("networkidle")
    watched.page.locator(BOARD).scroll_into_view_if_needed()
    watched.requests.clear()
    return watched


def answered(page):
    """Wait until the last move has been answered; that it is waited for, the page says at once."""
    expect(page.locator(".position-right[data-waiting]")).to_have_count(0)


def told(page, text):
    expect(page.locator(TOLD)).to_contain_text(text)


def at(page, row, col):
    return centre_of(page, row, col, within=BOARD)


def drag(page, start, end):
    page.mouse.move(*at(page, *start))
    page.mouse.down()
    page.mouse.move(*at(page, start[0] + 1, start[1] + 1), steps=3)
    page.mouse.move(*at(page, *end), steps=3)
    page.mouse.up()


def press(page, name):
    page.locator("#screen-position").get_by_role("button", name=name, exact=True).click()


def asked(url):
    """The change that a request asks for."""
    return parse_qs(urlparse(url).query).get("change", [""])[0]


def changes(watched):
    """What every request asked for."""
    return [asked(url) for url in watched.requests]


def shown_change(page):
    """The largest change of any probability, as the sentence says it in percentage points."""
    text = page.locator(f"{CHANGE} strong").inner_text()
    assert text.endswith("percentage points")
    return amount(text) / 100


def prints(cell: str, value: float) -> bool:
    """Whether a number is written right to its last digit, however many the sum below it needs."""
    text = cell.replace("−", "-")
    return abs(float(text) - value) <= 0.5 * 10 ** -len(text.partition(".")[2]) + 1e-7


def apart(one, other):
    return (one.probabilities - other.probabilities).abs().max().item()


def pass_of(app, change, photo_query=FIRST):
    return app.services.photos.trace(replace(photo_query, change=change))


def reruns(app, monkeypatch):
    """Every forward pass from here on."""
    runs = []
    original = app.services.photos._rerun
    monkeypatch.setattr(app.services.photos, "_rerun", lambda *args: runs.append(1) or original(*args))
    return runs


def swapped(a, b, n=256):
    order = list(range(n))
    order[a], order[b] = b, a
    return f"order:{write_order(order)}"


def check_answer(page, app, change, compared):
    """Sentence, bars and passes are those of these two passes."""
    board, before = pass_of(app, change), pass_of(app, compared)
    names, after = (page.locator(f"#screen-position .paired .{part}") for part in ("name", "now-share"))

    def check():
        assert shown_change(page) == pytest.approx(apart(board, before), rel=6e-3)
        shown = names.all_inner_texts()
        assert len(shown) >= 4 and board.top(1)[0][0] in shown
        shares = board.probabilities
        assert after.all_inner_texts() == [percent(shares[board.labels.index(name)].item()) for name in shown]

    passes(check)
    best = [trace.top(1)[0] for trace in (pass_of(app, ""), pass_of(app, "position:off"), board)]
    expect(page.locator("#screen-position .passes .pass-best")).to_have_text(
        [f"{name} {percent(share)}" for name, share in best]
    )


def check_heads(page, app, change, compared, query, home, layer=8):
    """The largest weights on a patch are those of the patch in both passes."""
    for side, (trace, token) in enumerate(((pass_of(app, compared), home), (pass_of(app, change), query))):
        captions = page.locator(f"#screen-position .pass-heads >> nth={side}").locator(".head-caption")
        settles(
            lambda captions=captions: [
                float(text.removesuffix("\u00a0%")) / 100 for text in captions.all_inner_texts()
            ],
            pytest.approx([row[1:].max().item() for row in trace.pattern(layer)[:, token]], rel=6e-3),
        )


def test_a_patch_dragged_onto_another_is_one_request_and_one_pass(open_page, app, monkeypatch):
    watched = opened(open_page)
    page, runs = watched.page, reruns(app, monkeypatch)
    drag(page, (7, 5), (12, 13))
    told(page, "the patch of row 8, column 6. It now lies in row 13, column 14.")
    answered(page)
    expect(page.locator(CHANGE)).to_contain_text("2 patches have moved")
    change = swapped(7 * 16 + 5, 12 * 16 + 13)
    assert settled(lambda: changes(watched)) == [change] and len(runs) == 1
    check_answer(page, app, change, "")
    check_heads(page, app, change, "", query=1 + 12 * 16 + 13, home=1 + 7 * 16 + 5)


def test_the_same_move_with_the_keys(open_page, app, monkeypatch):
    watched = opened(open_page, "query=118")
    page, runs = watched.page, reruns(app, monkeypatch)
    page.locator(BOARD).focus()
    page.keyboard.press("Enter")
    told(page, "In your hand: the patch of row 8, column 6.")
    for key in ("ArrowRight", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    told(page, "Dropped here it changes places with what lies in row 9, column 8.")
    page.keyboard.press(" ")
    told(page, "It now lies in row 9, column 8.")
    answered(page)
    assert settled(lambda: changes(watched)) == [swapped(7 * 16 + 5, 8 * 16 + 7)]
    assert len(runs) <= 1
    check_answer(page, app, swapped(7 * 16 + 5, 8 * 16 + 7), "")
    # Picked up and put back: nothing moves and nobody is asked.
    watched.requests.clear()
    for key in ("Enter", "ArrowUp", "Escape"):
        page.keyboard.press(key)
    told(page, "Row 8, column 8. Enter picks this patch up.")
    answered(page)
    expect(page.locator(CHANGE)).to_contain_text("2 patches have moved")
    assert settled(lambda: watched.requests) == []


def test_a_finger_moves_a_patch(open_page, app):
    watched = opened(open_page, width=390, height=844, has_touch=True, is_mobile=True)
    page = watched.page
    touch = page.context.new_cdp_session(page)

    # Known before the finger is down: one that lies still for long is another gesture.
    points = [dict(zip("xy", at(page, *place), strict=True)) for place in ((2, 3), (3, 3), (5, 4), (6, 9))]
    for kind, point in zip(
        ("touchStart", "touchMove", "touchMove", "touchMove", "touchEnd"), [*points, None], strict=True
    ):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point] if point else []})
    told(page, "the patch of row 3, column 4. It now lies in row 7, column 10.")
    answered(page)
    assert settled(lambda: changes(watched)) == [swapped(2 * 16 + 3, 6 * 16 + 9)]


def test_without_position_no_shuffle_moves_a_probability_and_with_it_one_does(open_page, app, monkeypatch):
    watched = opened(open_page)
    page, runs = watched.page, reruns(app, monkeypatch)
    page.locator("#screen-position .switches .switch").click()
    expect(page.locator(CHANGE)).to_contain_text("Position is off and nothing has moved")
    answered(page)
    assert len(settled(lambda: watched.requests)) <= 1 and len(runs) <= 1
    watched.requests.clear()
    runs.clear()
    press(page, "Shuffle all")
    expect(page.locator(CHANGE)).to_contain_text("without position the model cannot tell")
    answered(page)
    (shuffled,) = settled(lambda: changes(watched))
    assert shuffled.startswith("position:off;order:") and len(runs) == 1
    settles(lambda: shown_change(page), lambda change: change < 1e-5)
    assert apart(pass_of(app, shuffled), pass_of(app, "position:off")) < 1e-5
    watched.requests.clear()
    page.locator("#screen-position .switches .switch").click()
    settles(lambda: shown_change(page), lambda change: change > 1e-2)
    answered(page)
    assert settled(lambda: changes(watched)) == [shuffled.removeprefix("position:off;")]
    check_answer(page, app, shuffled.removeprefix("position:off;"), "")


def test_undo_and_put_back_need_no_pass_again(open_page, app, monkeypatch):
    watched = opened(open_page)
    page = watched.page
    drag(page, (0, 0), (5, 5))
    answered(page)
    # One of 255 would lead back to where the patch was.
    page.evaluate("() => { globalThis.dice = Math.random; Math.random = () => 0.5; }")
    press(page, "Swap two")
    page.evaluate("() => { Math.random = globalThis.dice; }")
    answered(page)
    first, second = settles(lambda: changes(watched), lambda found: len(found) == 2)
    assert first == swapped(0, 85) and first != second
    runs = reruns(app, monkeypatch)
    watched.requests.clear()
    press(page, "Undo")
    answered(page)
    check_answer(page, app, first, "")
    press(page, "Put back")
    answered(page)
    expect(page.locator(CHANGE)).to_contain_text("Nothing has moved yet")
    expect(page.locator("#screen-position .switches button", has_text="Put back")).to_be_disabled()
    press(page, "Undo")
    answered(page)
    check_answer(page, app, first, "")
    # What this patch looks at with everything in order had not been asked for before: bytes of a pass that is kept.
    assert settled(lambda: changes(watched)) == [""] and runs == []


def test_a_shuffle_is_told_in_few_letters_and_comes_back_after_what_was_moved_as_trained(open_page):
    page = opened(open_page).page
    press(page, "Shuffle all")
    answered(page)
    shuffle = settles(lambda: address(page).get("change"), lambda text: text)
    assert re.fullmatch(r"order:~[\w-]{5}", shuffle)
    press(page, "Swap two")
    answered(page)
    settles(lambda: address(page).get("change"), lambda text: re.fullmatch(re.escape(shuffle) + r"[\w-]{4}", text))
    press(page, "Undo")
    settles(lambda: address(page).get("change"), shuffle)
    page.keyboard.press("t")  # as trained
    expect(page.locator(CHANGE)).to_contain_text("Nothing has moved yet")
    press(page, "Swap two")
    answered(page)
    settles(lambda: address(page).get("change"), lambda text: re.fullmatch(r"order:~[\w-]{4}", text))
    press(page, "Undo")
    settles(lambda: address(page).get("change"), shuffle)


def test_of_many_quick_moves_only_the_last_is_waited_for(open_page, app):
    watched = opened(open_page)
    page = watched.page
    page.evaluate(
        """() => { const [shuffle] = document.querySelectorAll('#screen-position .switches button');
          for (let i = 0; i < 8; i++) shuffle.click(); }"""
    )
    answered(page)
    asked_for = settled(lambda: changes(watched))
    assert len(asked_for) <= 2
    check_answer(page, app, asked_for[-1], "")


def test_another_layer_and_pointing_at_a_head_ask_nobody(open_page, app):
    watched = opened(open_page, "query=118&layer=8")
    page = watched.page
    page.locator("#screen-position .follow .steps button").first.click()
    expect(page.locator(".follow .layer-name")).to_have_text("Layer 8 of 12")
    check_heads(page, app, "", "", 118, 118, layer=7)
    tile = page.locator("#screen-position .pass-heads >> nth=0").locator(".tile").nth(2)
    tile.hover()

    def check():
        reading = page.locator("#screen-position .follow .readout").inner_text()
        row, col = map(int, re.search(r"patch (\d+), (\d+)", reading).groups())
        weight = pass_of(app, "").pattern(7)[2, 118, 1 + (row - 1) * 16 + col - 1].item()
        assert f"{percent(weight)} in order" in reading

    passes(check)
    assert settled(lambda: watched.requests) == []


def test_the_maps_show_the_cosine_under_the_pointer_and_ask_nobody(open_page, app):
    watched = opened(open_page, anew=True)
    page = watched.page
    small, large = (page.locator(f"#screen-position .maps >> nth=1 >> canvas >> nth={i}") for i in (0, 1))
    small.scroll_into_view_if_needed()
    watched.requests.clear()
    small.focus()
    page.keyboard.press("Home")
    readings = page.locator("#screen-position .maps .reading")
    expect(readings.nth(1)).to_contain_text("Row 1, column 1, outlined")
    page.keyboard.press("Enter")  # holds the patch there, which the jigsaw follows
    told(page, "row 1, column 1")
    answered(page)
    assert len(settled(lambda: watched.requests)) == 1
    watched.requests.clear()
    box = box_of(large)
    large.hover(position={"x": box["width"] * 3.5 / 16, "y": box["height"] * 2.5 / 16})
    model = app.services.photos.model(DEFAULT_MODEL).model
    expected = position_similarity(position_grid(model, 16, 16))[0, 2 * 16 + 3].item()
    for side in (0, 1):
        reading = readings.nth(side)
        expect(reading).to_have_text(re.compile("^Row 1, column 1 and row 3, column 4:"))
        settles(
            lambda reading=reading: float(reading.inner_text().split(": ")[1].replace("−", "-")),
            pytest.approx(expected, abs=1e-3),
        )
    assert settled(lambda: watched.requests) == []


def test_another_size_resamples_the_grid_beside_the_one_as_trained(open_page, app):
    watched = opened(open_page)
    page = watched.page
    places = page.locator("#screen-position .places")
    expect(places).to_contain_text("both grids are the same 16 × 16")
    size_chosen(page, 7)
    expect(page.locator("#screen-position .maps h4").first).to_have_text("As trained: 16 × 16 places")
    expect(places).to_contain_text("resampled in two dimensions by bicubic")
    board = page.locator(BOARD)
    box = box_of(board)
    board.click(position={"x": box["width"] * 6.5 / 7, "y": box["height"] * 6.5 / 7})
    told(page, "row 7, column 7")
    answered(page)
    watched.requests.clear()
    press(page, "Swap two")
    answered(page)
    change = settled(lambda: changes(watched))[-1]
    assert len(change.removeprefix("order:")) == 49
    photo_query = PhotoQuery(FIRST.photo, DEFAULT_MODEL, 98)
    expected = apart(pass_of(app, change, photo_query), pass_of(app, "", photo_query))
    settles(lambda: shown_change(page), pytest.approx(expected, rel=6e-3))


@pytest.mark.parametrize("token", [0, 100])
def test_what_is_added_comes_out_number_by_number(open_page, app, token):
    watched = opened(open_page, f"query={token}" if token else "")
    page = watched.page
    if not token:
        # Where positions are switched off, no sum is shown that is none.
        watched.go("v=5&lang=en&screen=position&change=position:off")
        expect(page.locator(".added .lead")).to_contain_text("positions are switched off. Nothing is added to its 384")
        expect(page.locator("#screen-position .first-numbers tbody tr")).to_have_count(2)
        watched.go("v=5&lang=en&screen=position")
        expect(page.locator("#screen-position .first-numbers tbody tr")).to_have_count(3)
        page.locator("#screen-position .prefix-token").click()
    trace, model = app.services.photos.trace(FIRST), app.services.photos.model(DEFAULT_MODEL).model
    parts = token_parts(trace, model)
    name = "CLS" if not token else "patch 7, 4"
    lead = page.locator(".added .lead")
    expect(lead).to_have_text(re.compile(f"^{name}"))
    expect(lead).to_contain_text("384 numbers plus 384 numbers are 384 numbers")

    def check():
        rows = [
            [cell.replace("−", "-") for cell in row.locator("td").all_inner_texts()]
            for row in page.locator("#screen-position .first-numbers tbody tr").all()
        ]
        for row, values in zip(rows, (parts.content, parts.position, trace["tokens"]), strict=True):
            assert all(map(prints, row[:8], values[token, :8].tolist())), row
            assert prints(row[9], values[token, -1].item())
        for row, length in zip(rows, part_lengths(parts)[:, token].tolist(), strict=True):
            assert float(row[10]) == pytest.approx(length, rel=6e-3)
        for content, position, total in zip(*(row[:8] for row in rows), strict=True):
            assert prints(total, float(content) + float(position)), "the sum of what is printed is what is printed"

    passes(check)


def size_chosen(page, side):
    """Press a size of the lower half and wait until everything of it is there."""
    page.locator("#screen-position .places .segmented button", has_text=re.compile(f"^{side} × {side}$")).click()
    expect(page.locator("#screen-position .maps h4").nth(1)).to_have_text(f"For this size: {side} × {side} places")
    page.wait_for_selector("#screen-position [data-complete]")


def check_lower_half(page, app, side, row, col):
    """Maps, tables, curves and strips are those of this size, at this place of its grid."""
    loaded, photo_query = app.services.photos.model(DEFAULT_MODEL), PhotoQuery(FIRST.photo, DEFAULT_MODEL, 14 * side)
    grid, place = position_grid(loaded.model, side, side), row * side + col
    curve = similarity_by_offset(position_similarity(grid))
    trace = app.services.photos.trace(photo_query)
    parts = token_parts(trace, loaded.model)
    said = f"row {row + 1}, column {col + 1}"
    readings = page.locator("#screen-position .maps .reading")

    def check():
        hints = readings.all_inner_texts()
        assert hints[1].startswith(f"R{said[1:]}, outlined")
        share = [int((at + 0.5) / side * 16) + 1 for at in (row, col)]
        assert hints[0].startswith("Row {}, column {}, outlined".format(*share))

        reading = page.locator("#screen-position .tables .readout").inner_text()
        assert reading.startswith(f"Place {place + 1} ({said}), number 1: ")
        learned = page.locator("#screen-position .tables .readout strong").first.inner_text()
        sinusoidal = sinusoidal_table(side * side, 384)[place, 0].item()
        assert amount(learned) == pytest.approx(grid[place, 0].item(), rel=6e-3, abs=1e-6)
        assert amount(reading) == pytest.approx(sinusoidal, rel=6e-3, abs=1e-6)
        down = page.locator("#screen-position .tables .axis.down").all_inner_texts()
        assert down == [f"1 … {side * side}: places, row by row"] * 2

        reading = page.locator("#screen-position .offsets .readout").inner_text()
        assert reading.startswith(f"{side} apart, mean of {side * side - side} pairs: ")
        learned = page.locator("#screen-position .offsets .readout strong").first.inner_text()
        assert amount(learned) == pytest.approx(curve[side].item(), abs=1e-3)

        assert page.locator(".added .lead").inner_text().startswith(f"patch {row + 1}, {col + 1}")
        rows = page.locator("#screen-position .first-numbers tbody tr").all()
        for line, values in zip(rows, (parts.content, parts.position, trace["tokens"]), strict=True):
            cells = [cell.replace("−", "-") for cell in line.locator("td").all_inner_texts()]
            assert all(map(prints, cells[:8], values[1 + place, :8].tolist())), cells
        strips = page.locator("#screen-position .added .vectors .readout").inner_text()
        assert prints(strips.rpartition("=")[2].strip(), trace["tokens"][1 + place, 0].item()), strips

    passes(check)

    # The large map of this size, under the pointer: the last place.
    large = page.locator("#screen-position .maps >> nth=1 >> canvas >> nth=1")
    box = box_of(large)
    large.hover(position={"x": box["width"] * (1 - 0.5 / side), "y": box["height"] * (1 - 0.5 / side)})
    reading = readings.nth(1)
    expect(reading).to_have_text(re.compile(f"^Row {row + 1}, column {col + 1} and row {side}, column {side}:"))
    settles(
        lambda: amount(reading.inner_text().split(": ")[1]),
        pytest.approx(position_similarity(grid)[place, -1].item(), abs=1.1e-3),
    )
    page.mouse.move(2, 2)


def test_a_finer_and_a_coarser_grid_are_taken_over_whole(open_page, app):
    row, col, side = 7, 6, 8
    watched = opened(open_page, f"size=112&query={1 + row * side + col}")
    page = watched.page
    check_lower_half(page, app, side, row, col)
    for next_side in (16, 24, 3):  # as trained; finer; coarser, of which the places are no whole number of those
        size_chosen(page, next_side)
        assert watched.errors == []
        # The held patch stays at its place of the picture.
        row, col = (int((at + 0.5) / side * next_side) for at in (row, col))
        side = next_side
        check_lower_half(page, app, side, row, col)
        expect(page.locator("#screen-position .position-below[data-waiting]")).to_have_count(0)


def test_the_lower_half_keeps_the_old_size_until_all_of_the_new_one_is_here(open_page):
    watched = opened(open_page, "size=112&query=63", anew=True)
    page = watched.page
    late = Late(page, "**/view/tables?**")
    sizes = page.locator("#screen-position .places .segmented button")
    with page.expect_response(lambda response: "/view/similarity?" in response.url and "size=336" in response.url):
        sizes.filter(has_text="24 × 24").click()
    told(page, "row 23, column 20")
    answered(page)
    settles(lambda: address(page)["size"], "336")  # written when nothing has changed for a moment
    late.wait()
    size, axis = (
        page.locator("#screen-position .maps h4").nth(1),
        page.locator("#screen-position .tables .axis.down").first,
    )
    expect(size).to_have_text("For this size: 8 × 8 places")
    expect(axis).to_have_text("1 … 64: places, row by row")
    # A place of the old grid names none of the new one.
    page.locator("#screen-position .maps >> nth=1 >> canvas >> nth=1").click(position={"x": 5, "y": 5})
    settles(page.locator(TOLD).inner_text, lambda held: "row 23, column 20" in held)
    late.let_through()
    page.wait_for_selector("#screen-position [data-complete]")
    expect(size).to_have_text("For this size: 24 × 24 places")
    expect(axis).to_have_text("1 … 576: places, row by row")
    readout = page.locator("#screen-position .tables .readout")
    expect(readout).to_have_text(re.compile(r"^Place 548 \(row 23, column 20\)"))
