"""How the figures look: one style file, one font, and figures that keep to them wherever they are written.

matplotlib's settings belong to the whole process: whatever draws or writes a figure here does it under one lock, one
figure after the other, and leaves the settings as they were.
"""

from __future__ import annotations

import base64
import html
import io
import logging
import re
import warnings
from collections import ChainMap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

import matplotlib
from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from vit_core.figures.errors import FigureError

HERE = Path(__file__).resolve().parent
STYLE = HERE / "paper.mplstyle"
FONT = HERE / "AttentionMicroscopeSans.ttf"
FORMATS = ("svg", "png", "pdf")
# No style may change these: a visitor's words are no formulas, and the same figure is the same file.
FIXED = {"text.parse_math": False, "text.usetex": False, "svg.hashsalt": "attention-microscope"}
# When a file was made is not said in it, for the same reason.
UNDATED: dict[str, dict[str, Any]] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}
# Between lines: Korean letters are higher than those that matplotlib measures a line by.
LINES: dict[str, Any] = {"linespacing": 1.4}
# Of a caption: paler than labels, and smaller.
CAPTION: dict[str, Any] = {"fontsize": "small", "color": "0.35", **LINES}

# Inches around a figure. Not every program takes the font that an SVG brings: in another, words may be a fifth longer.
AROUND, AROUND_SVG = 0.06, 0.15
# Along the longer side of a PNG: the tree of a long translation gets fewer dots per inch instead of more memory.
MOST_PIXELS = 9000

# A style file that is followed before the shipped one.
Style = str | Path | None

_lock = RLock()


class PaperFigure(Figure):
    """A figure that is written in the style in which it was drawn, whatever matplotlib's settings are by then."""

    style: Path | None = None

    def savefig(self, fname: Any, **settings: Any) -> None:
        """As matplotlib's own, but larger where something sticks out: neither caption nor legend is cut at the edge."""
        with styled(self.style):
            self.draw_without_rendering()  # now everything has its place
            form = settings.get("format") or Path(str(fname)).suffix.removeprefix(".")
            around = AROUND_SVG if form == "svg" else AROUND
            whole = Bbox.union([self.bbox_inches, self.get_tightbbox().padded(around)])
            settings = {"bbox_inches": whole, **settings}
            if form != "svg":
                super().savefig(fname, **settings)
                return
            file = io.BytesIO()
            super().savefig(file, **{**settings, "format": form})
            drawn = with_font(file.getvalue())
            if hasattr(fname, "write"):
                fname.write(drawn)
            else:
                Path(fname).write_bytes(drawn)


@contextmanager
def styled(style: Style = None) -> Iterator[None]:
    """matplotlib with the shipped style, and another file's values before it.

    Raises:
        FigureError: there is no such file, or it is no style.
    """
    with _lock:
        _add_font()
        files = [STYLE] if style is None else [STYLE, Path(style)]
        settings: Any = ChainMap(FIXED, *map(_read, reversed(files)))
        with matplotlib.rc_context():
            matplotlib.rcdefaults()
            matplotlib.rcParams.update(settings)
            yield


@contextmanager
def drawing(style: Style, **settings: Any) -> Iterator[PaperFigure]:
    """A new figure, within its style."""
    with styled(style):
        figure = PaperFigure(**settings)
        figure.style = None if style is None else Path(style)
        yield figure


def add_to_caption(figure: Figure, line: str) -> None:
    """One more line below a figure, of what is not as usual in it."""
    figure.supxlabel("\n".join(filter(None, (figure.get_supxlabel(), line))), **CAPTION)


def written(figure: Figure, form: str) -> bytes:
    """A figure as the bytes of a file.

    Raises:
        FigureError: there is no such format.
    """
    if form not in FORMATS:
        raise FigureError(f"a figure is written as {', '.join(FORMATS)}, not as {form!r}")
    file, fitting = io.BytesIO(), {}
    if (
        form == "png"
        and (fits := MOST_PIXELS / (max(figure.get_size_inches()) + 2 * AROUND)) < _read(STYLE)["savefig.dpi"]
    ):
        fitting = {"dpi": fits}
    figure.savefig(file, format=form, metadata=UNDATED.get(form), **fitting)
    return file.getvalue()


def save(figure: Figure, path: str | Path) -> None:
    """Write a figure to a file, whose ending says as what.

    Raises:
        FigureError: no format is known by that ending.
        OSError: it cannot be written there.
    """
    path = Path(path)
    path.write_bytes(written(figure, path.suffix.removeprefix(".").lower()))


def with_font(drawing: bytes) -> bytes:
    """An SVG that brings the letters which its texts take from the shipped font, for whoever has not installed it."""
    from vit_core.figures.font import woff  # noqa: PLC0415  only who writes an SVG needs what cuts fonts

    texts = re.findall(r"<text[^>]*>([^<]*)</text>", drawing.decode())
    family, letters = woff(FONT, html.unescape("".join(texts)))
    source = f"data:font/woff;base64,{base64.b64encode(letters).decode()}"
    face = f'<style type="text/css">@font-face {{font-family: "{family}"; src: url({source})}}</style>\n'
    return drawing.replace(b"<defs>\n", f"<defs>\n  {face}".encode(), 1)


def _read(file: Path) -> dict[str, Any]:
    if not file.is_file():
        raise FigureError(f"there is no style file {file}")
    with _complaints() as heard:
        try:
            found = matplotlib.rc_params_from_file(str(file), use_default_template=False)
        except ValueError as error:
            raise FigureError(f"{file} is no style file of matplotlib: {error}") from error
    if heard:
        raise FigureError(f"{file} is no style file of matplotlib: {heard[0].splitlines()[0]}")
    return {name: value for name, value in found.items() if name not in ("backend", "interactive", "toolbar")}


@contextmanager
def _complaints() -> Iterator[list[str]]:
    """What matplotlib says of lines that it cannot read, which it leaves out otherwise, instead of its log."""
    heard: list[str] = []
    handler, logger = logging.Handler(), logging.getLogger("matplotlib")
    handler.emit = lambda record: heard.append(record.getMessage())  # type: ignore[method-assign]
    goes_on, logger.propagate = logger.propagate, False
    logger.addHandler(handler)
    try:
        yield heard
    finally:
        logger.removeHandler(handler)
        logger.propagate = goes_on


def _add_font() -> None:
    if not any(Path(known.fname) == FONT for known in font_manager.fontManager.ttflist):
        font_manager.fontManager.addfont(FONT)
        # Of a sign that no font here has a box is drawn; a line of the log for each would tell what visitors write.
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from", category=UserWarning)
