"""The style of the figures: one style file, one font, and figures that keep their style wherever they are written.

matplotlib's settings belong to the whole process. So figures are drawn and written under one lock, one after the other,
and the settings are restored.
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
# No style may change these: a visitor's text must not be read as a formula, and the same figure must give the same
# file.
FIXED = {"text.parse_math": False, "text.usetex": False, "svg.hashsalt": "attention-microscope"}
# Files contain no date, for the same reason.
UNDATED: dict[str, dict[str, Any]] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}
# Line spacing: Korean letters are taller than those by which matplotlib measures a line.
LINES: dict[str, Any] = {"linespacing": 1.4}
# The style of a caption: paler and smaller than labels.
CAPTION: dict[str, Any] = {"fontsize": "small", "color": "0.35", **LINES}

# Inches around a figure. In an SVG they are wider: not every program uses the embedded font, and in another one words
# may be a fifth longer.
AROUND, AROUND_SVG = 0.06, 0.15
# Pixels along the longer side of a PNG: a large figure, such as a long beam tree, gets fewer dots per inch instead.
MOST_PIXELS = 9000

# A style file whose values override the shipped one.
Style = str | Path | None

_lock = RLock()


class PaperFigure(Figure):
    """A figure that is written in the style in which it was drawn, whatever matplotlib's settings are then."""

    style: Path | None = None
    around = AROUND

    def get_tightbbox(self, *given: Any, **settings: Any) -> Bbox:
        """The page, and beyond it a caption or legend that would be cut off, with what stays free around them."""
        return Bbox.union([self.bbox_inches, super().get_tightbbox(*given, **settings).padded(self.around)])

    def savefig(self, fname: Any, **settings: Any) -> None:
        """Save as matplotlib does, but enlarge the page if a caption or legend would be cut off."""
        with styled(self.style):
            if (engine := self.get_layout_engine()) is not None:
                engine.execute(self)  # once before the layout of the saving itself: panels of a fixed shape need two
            form = settings.get("format") or Path(str(fname)).suffix.removeprefix(".")
            self.around = AROUND_SVG if form == "svg" else AROUND
            settings = {"bbox_inches": "tight", "pad_inches": 0, **settings}
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
    """Use matplotlib with the shipped style, overridden by another style file.

    Raises:
        FigureError: there is no such file, or it is no style file.
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
    """A new figure, while its style is in use."""
    with styled(style):
        figure = PaperFigure(**settings)
        figure.style = None if style is None else Path(style)
        yield figure


def add_to_caption(figure: Figure, line: str) -> None:
    """Add a line to a figure's caption."""
    figure.supxlabel("\n".join(filter(None, (figure.get_supxlabel(), line))), **CAPTION)


def written(figure: Figure, form: str) -> bytes:
    """The bytes of a figure's file.

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
    """Write a figure to a file, in the format of its ending.

    Raises:
        FigureError: no format is known by that ending.
        OSError: it cannot be written there.
    """
    path = Path(path)
    path.write_bytes(written(figure, path.suffix.removeprefix(".").lower()))


def with_font(drawing: bytes) -> bytes:
    """Embed the glyphs of the shipped font that an SVG uses."""
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
    """Collect matplotlib's messages about lines of a style file that it cannot read, instead of logging them."""
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
        # A character that no font has is drawn as a box; matplotlib's log lines about it would reveal what visitors
        # write.
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from", category=UserWarning)
