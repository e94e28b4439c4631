"""Download every figure of a screen as a visitor would, and open the files in other programs."""

from __future__ import annotations

import base64
import csv
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from typing import Any

import cairosvg
import numpy as np
from PIL import Image
from playwright.sync_api import expect

from tests.support.browser import in_page, settles
from tests.support.layout import Room, Rooms

# Drawings without a control of their own (pickers choose what is looked at, legends and signs belong to words), and cards.
ORPHANS = """(screen) => [
  ...[...document.querySelectorAll(`#screen-${screen} :is(canvas, svg)`)]
    .filter((drawing) => drawing.getBoundingClientRect().width > 60 && !drawing.closest('.picker'))
    .map((drawing) => [drawing, drawing.closest('[class]').parentElement]),
  ...[...document.querySelectorAll(`#screen-${screen} :is(.card, figure)`)]
    .filter((card) => !card.querySelector('[data-figure]'))
    .map((card) => [card, card]),
].filter(([drawn]) => drawn.checkVisibility() && !drawn.closest('[data-figure]')).map(([, named]) => named.outerHTML.slice(0, 120))"""
# Presses what a visitor would press, and reads the files where the browser would save them.
TAKEN = """async ([screen, kinds]) => {
  SEEN
  const files = [], small = [], waiting = [], shown = {};
  const until = async (check) => { for (let i = 0; i < 1200 && !check(); i++) await new Promise((done) => setTimeout(done, 25)); return check(); };
  const save = HTMLAnchorElement.prototype.click;
  HTMLAnchorElement.prototype.click = function () {
    const name = this.download;
    files.push(fetch(this.href).then((answer) => answer.blob()).then((blob) => new Promise((done) => {
      const reader = new FileReader();
      reader.onload = () => done([name, reader.result.split(',')[1]]);
      reader.readAsDataURL(blob);
    })));
  };
  try {
    const figures = [...document.querySelectorAll(`#screen-${screen} [data-figure]`)].filter((one) => one.checkVisibility());
    for (const [at, figure] of figures.entries()) {
      const all = [...document.querySelectorAll(`#screen-${screen} .take`)],
        button = all.find((one) => one.dataset.of === figure.dataset.figure),
        { width, height } = button.getBoundingClientRect();
      if (width < 24 || height < 24) small.push(figure.className);
      // The first of a screen as every kind; of the others every kind of numbers or picture by turns.
      for (const kind of at ? kinds.filter((one) => one === (at % 2 ? 'svg' : 'csv') || one === 'npz') : kinds) {
        button.click();
        const menu = await until(() => document.querySelector('.take-menu')),
          item = menu.querySelector(`[data-kind=${kind}]`),
          told = menu.querySelector('.note');
        // Numbers that are still on their way are there when they have come.
        for (let tries = 0; tries < 20 && menu.isConnected; tries++) {
          item.click();
          await until(() => !menu.isConnected || !told.hidden);
          if (menu.isConnected) await new Promise((done) => setTimeout(done, 50));
        }
        if (!menu.isConnected) {
          if (kind === 'svg') shown[files.length - 1] = seen(figure);
          continue;
        }
        waiting.push(figure.className);
        button.click();
        break;
      }
    }
    return { count: figures.length, files: (await Promise.all(files)).map((file, i) => [...file, shown[i] ?? null]), small, waiting };
  } finally {
    HTMLAnchorElement.prototype.click = save;
  }
}"""
# What can be read and seen of a figure, but for what can only be pressed: the signs of its texts, and how many pictures it has.
SEEN = """const seen = (figure) => {
  const left = '.take, .take-menu, .action, .switch, .segmented, .stepper, input, select, textarea, [data-not-taken], svg';
  const words = [], walker = document.createTreeWalker(figure, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const at = node.parentElement, range = document.createRange();
    range.selectNodeContents(node);
    const { width, height } = range.getBoundingClientRect();
    const told = getComputedStyle(at).clipPath.startsWith('inset') || at.closest('[class*=hidden-visually], .for-readers');
    if (width > 1 && height > 1 && !at.closest(left) && !told && at.checkVisibility({ visibilityProperty: true }) && parseFloat(getComputedStyle(at).fontSize) >= 1)
      words.push(node.data);
  }
  const pictures = [...figure.querySelectorAll('canvas, img')].filter((one) => {
    const { width, height } = one.getBoundingClientRect();
    return width && height && one.checkVisibility({ visibilityProperty: true }) && (one.naturalWidth ?? one.width) && !one.closest(left.replace(', svg', ''));
  }).length;
  return { words: words.join(' '), pictures };
};"""
KINDS = ("csv", "npz", "svg", "png")  # the data formats first: they fail first where there are no numbers yet


def of_csv(data: bytes) -> dict[str, list[str]]:
    """The values of every array of a table, in the order in which they lie in memory."""
    lines = list(csv.reader(line for line in io.StringIO(data.decode(), newline="") if not line.startswith("#")))
    head, *rows = lines
    axes = sum(name.startswith("axis") for name in head)
    assert head[0] == "array" and head[1 + axes] == "0"
    found: dict[str, list[str]] = {}
    for name, *rest in rows:
        found.setdefault(name, []).extend(rest[axes:])
    return found


def same_numbers(table: dict[str, list[str]], arrays: dict[str, np.ndarray]) -> None:
    assert set(table) == set(arrays) - {"caption"}
    for name, written in table.items():
        values = arrays[name].ravel()
        if values.dtype.kind == "U":
            assert [text.lstrip("'") for text in written] == [text.lstrip("'") for text in values.tolist()], name
        else:
            np.testing.assert_array_equal(np.array(written, float).astype(values.dtype), values, name)


def whole(drawing: bytes, shown: dict[str, Any]) -> None:
    """A drawing has every word and every picture that its figure shows."""
    root = ET.fromstring(drawing)
    said = "".join("".join(root.itertext()).split())
    missing = [word for word in shown["words"].split() if word not in said]
    assert not missing, missing
    pictures = sum(element.tag.endswith("}image") for element in root.iter())
    assert pictures >= shown["pictures"], (pictures, shown["pictures"])


def check_files(files: list[list[Any]]) -> list[dict[str, np.ndarray]]:
    """Every file of a screen, in other programs; the arrays of each figure."""
    by_figure: dict[str, dict[str, bytes]] = {}
    for name, data, shown in files:
        assert name.isascii() and name.startswith("attention-microscope-")
        stem, _, kind = name.rpartition(".")
        by_figure.setdefault(stem, {})[kind] = base64.b64decode(data)
        if shown is not None:
            whole(by_figure[stem][kind], shown)
    taken = []
    for made in by_figure.values():
        with np.load(io.BytesIO(made["npz"]), allow_pickle=False) as opened:
            arrays = {name: opened[name] for name in opened.files}
        assert all(arrays), "an array without a name"
        taken.append(arrays)
        if table := made.get("csv"):
            same_numbers(of_csv(table), arrays)
            said = [line[2:] for line in table.decode().splitlines() if line.startswith("# ")]
            assert said == arrays["caption"].tolist()
        if drawing := made.get("svg"):
            words = "".join(ET.fromstring(drawing).itertext())
            assert all(line.replace(" ", "") in words.replace(" ", "") for line in arrays["caption"])
            assert len(list(ET.fromstring(drawing).iter())) > 8
        if png := made.get("png"):
            with Image.open(io.BytesIO(png)) as picture, Image.open(io.BytesIO(cairosvg.svg2png(drawing))) as drawn:
                assert picture.size == (2 * drawn.width, 2 * drawn.height)
                assert picture.convert("RGB").getcolors(20) is None, "more than 20 colours: something is drawn"
    assert taken and set(next(iter(by_figure.values()))) == set(KINDS)
    return taken


def named(taken: list[dict[str, np.ndarray]], name: str) -> np.ndarray:
    return next(arrays[name] for arrays in taken if name in arrays)


def take_all(page, screen: str) -> dict[str, Any]:
    """Take every figure on screen away: { small, waiting: what is wrong; files: [name, base64, what is seen of it] }."""
    settles(lambda: page.evaluate(ORPHANS, screen), [])
    return in_page(page, TAKEN.replace("SEEN", SEEN), [screen, list(KINDS)])


# ---- two actions


class Visitor:
    """Somebody who wants something of the screen; what they do is counted."""

    def __init__(self, page, *, touch: bool = False) -> None:
        self.page, self.touch, self.actions = page, touch, 0

    def press(self, key: str) -> None:
        self.actions += 1
        self.page.keyboard.press(key)

    def point(self, locator) -> None:
        self.actions += 1
        locator.tap() if self.touch else locator.click()

    def gets(self, wanted: str, of: str) -> None:
        """What they wanted is here, and took no more than two actions."""
        assert self.actions <= 2, f"{self.actions} actions to {wanted} of {of}"
        self.actions = 0


def takes_both(rooms: Rooms, which: Iterable[Room], by: str) -> None:
    """In each room a file of its first figure and a link to it, by pointer, finger or keys."""
    for room in which:
        rooms.enter(room)
        takes_both_here(rooms.page, room, by)


def takes_both_here(page, room: Room, by: str) -> None:
    """In the room on screen a file of its first figure and a link to it, by pointer, finger or keys."""
    visitor, sharing = Visitor(page, touch=by == "finger"), page.locator(".sharing")
    with page.expect_download() as taken:
        if by == "keys":
            visitor.press("e")
            expect(page.locator('.take-menu [data-kind="png"]')).to_be_focused()
            visitor.press("Enter")
        else:
            visitor.point(page.locator(f"#screen-{room.screen} .take:visible").first)
            visitor.point(page.locator('.take-menu [data-kind="png"]'))
    assert taken.value.suggested_filename.startswith(f"attention-microscope-{room.screen}-")
    expect(page.locator(".take-menu")).to_have_count(0)
    visitor.gets("a picture", f"{room}, by {by}")

    if by == "keys":
        visitor.press("l")
    else:
        visitor.point(sharing.get_by_role("button", name="Link", exact=True))
        visitor.point(sharing.get_by_role("button", name="Copy link"))
    expect(sharing.locator("[data-told]")).to_have_text("Copied.")
    expect(sharing.locator("input")).to_have_value(re.compile(rf"[?&]screen={room.screen}\b"))
    visitor.gets("a link", f"{room}, by {by}")
    page.keyboard.press("Escape")
