"""Check a slide of the presenter mode: the size of its type, and whether it is whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.support.browser import UNDER_WAY, in_page, settled, settles
from tests.support.layout import SCRIPT as LAYOUT

LEAST = 22  # CSS pixels in a window 1,080 high; as much larger or smaller as the window is

# A script, added before the page's own, that makes a canvas record the texts written on it, with their height as a
# share of the canvas's.
KEEPS_WRITING = """(() => {
  const pen = CanvasRenderingContext2D.prototype, { fillText, clearRect } = pen;
  pen.fillText = function (text, ...place) {
    const size = Number.parseFloat(this.font.match(/([\\d.]+)px/)[1]);
    (this.canvas.written ??= []).push([text, (size * this.getTransform().d) / this.canvas.height]);
    return fillText.call(this, text, ...place);
  };
  pen.clearRect = function (...box) { this.canvas.written = []; return clearRect.apply(this, box); };
})()"""

MEASURED = Path(__file__).with_name("presenting.js")


def faults(page: Any) -> dict[str, list[str]]:
    """The faults of a slide, by kind; empty if there are none.

    Kinds: too `small` to be read from the last row, `over` the window, `scrolled` sideways, `covered` by the bar,
    headings `skipping` a level, and what texts do to each other and to their boxes (layout.js).
    """
    in_page(page, LAYOUT.read_text(encoding="utf-8"))
    found = in_page(page, MEASURED.read_text(encoding="utf-8"), LEAST)
    return {kind: sentences for kind, sentences in found.items() if sentences}


def still(page: Any) -> dict[str, list[str]]:
    """The faults of what is on screen, once its layout is stable."""
    settles(lambda: page.evaluate(UNDER_WAY), [])

    def read() -> tuple[str | None, dict[str, list[str]]]:
        assert not page.evaluate("document.documentElement.hasAttribute('data-laying')"), "it is being laid out"
        return page.text_content(".present-place"), faults(page)

    _, found = settled(read)
    return dict(found)


def still_in_parts(page: Any) -> dict[str, list[str]]:
    """The faults of a slide, and of the notes that were folded away for it where it would not fit: "2a", then "2b"."""
    found = still(page)
    if "a" not in (page.text_content(".present-place") or ""):
        return found
    page.keyboard.press("PageDown")
    notes = still(page)
    page.keyboard.press("PageUp")
    still(page)
    return {kind: [*found.get(kind, []), *notes.get(kind, [])] for kind in {**found, **notes}}


def told(found: dict[str, list[str]]) -> str:
    """The faults as one line, the first few of each kind."""
    return " | ".join(f"{kind}: {'; '.join(sentences[:5])}" for kind, sentences in found.items())
