"""Photograph the page for a Space's social card: python -m tests.thumbnail

Writes assets/readme/thumbnail.png: the program's name in large letters beside photo and heads of the Attention screen,
as they stand on the real page for the first example and the bundled model.
"""

from __future__ import annotations

import sys
from pathlib import Path

from demo.space import ROOT, THUMBNAIL
from tests.support.browser import Watched, chromium, settled
from tests.support.server import running_app

WIDTH, HEIGHT = 1200, 630  # pixels; what networks show of a link
HELD = "v=2&lang=en&theme=dark&screen=attention&layer=9&head=5&query=118&perhead=1"  # a patch of the cat's eye
# The page's own parts, in the places of a card; what else there is is covered or left out.
CARD = """
  #screen-attention .attention-top {
    position: fixed; inset: 0; z-index: 1000; box-sizing: border-box; padding: 34px 40px;
    display: grid; grid-template-columns: 384px 1fr; gap: 44px; background: var(--paper);
  }
  #screen-attention :is(.attention-left, .attention-right) { display: block; position: static; margin: 0; }
  #screen-attention :is(.attention-left > :not(.card-name, .attention-held), .readout, .switches, .layer-bar button),
  #screen-attention :is(.picker-box > :not(.picker), .head-caption, .legend) { display: none; }
  #screen-attention .attention-held { display: block; width: 352px; margin-top: 24px; }
  #screen-attention .card-name {
    margin: 0; font-size: 64px !important; line-height: 1.04 !important; font-weight: 700; letter-spacing: -0.02em;
  }
"""
NAME = """(name) => {
  const heading = document.createElement('h1');
  heading.className = 'card-name';
  heading.textContent = name;
  document.querySelector('#screen-attention .attention-left').prepend(heading);
}"""


def photograph(path: Path) -> None:
    """Lay out the card on the running page and write what it looks like."""
    with running_app() as app, chromium() as browser:
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        Watched(page, app.url).open(HELD)
        page.add_style_tag(content=CARD)
        page.evaluate(NAME, "Attention Microscope")
        page.wait_for_function("() => !document.documentElement.hasAttribute('data-busy')")
        path.write_bytes(settled(page.screenshot))


if __name__ == "__main__":
    photograph(ROOT / THUMBNAIL if len(sys.argv) == 1 else Path(sys.argv[1]))
