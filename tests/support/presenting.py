"""What stands on a slide before a room: how large its type is, and whether it is whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.support.browser import in_page
from tests.support.layout import SCRIPT as LAYOUT

LEAST = 22  # CSS pixels in a window 1,080 high; as much larger or smaller as the window is

# A canvas says nothing of what was written on it: here it keeps it, with its height as a share of the canvas's. It goes
# into the page before its scripts.
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
    """What is wrong with a slide, by kind; nothing of one that is as it should be.

    Kinds: too `small` to be read from the last row, `over` the window, `scrolled` sideways, `covered` by the bar,
    headings `skipping` a level, and what texts do to each other and to their boxes (layout.js).
    """
    in_page(page, LAYOUT.read_text(encoding="utf-8"))
    found = in_page(page, MEASURED.read_text(encoding="utf-8"), LEAST)
    return {kind: sentences for kind, sentences in found.items() if sentences}
