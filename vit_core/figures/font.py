"""Make the font of the figures from a larger one: python -m vit_core.figures.font NotoSansCJK-Regular.ttc

The shipped font was made from Debian's package fonts-noto-cjk (20220127). Only the characters that the page uses are
kept, so that the file is small. Its curves are converted to quadratic ones, since not all PDF viewers read cubic ones.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont, newTable

from vit_core.figures.style import FONT, HERE

# Another name than the original's, so that it is not confused with an installed one.
FAMILY = "Attention Microscope Sans"
KOREAN_TEXTS = HERE.parents[1] / "demo" / "text" / "ko"
# ASCII, accented Latin, Greek, dashes and quotes, superscript and subscript digits, arrows and mathematical symbols;
# and "▁", which begins a word's first piece.
RANGES = (
    *((0x20, 0x7E), (0xA0, 0x17F), (0x391, 0x3C9), (0x2010, 0x2026), (0x2070, 0x208E)),
    *((0x2190, 0x2193), (0x2200, 0x2265), (0x2581, 0x2581), (0x3131, 0x3163)),
)
# The largest distance between quadratic and cubic curves, in thousandths of the font size.
NEAR = 1.0


def characters() -> set[int]:
    """All characters of RANGES, of the page's Korean texts and of the figures' labels."""
    texts = [*sorted(KOREAN_TEXTS.glob("*.md")), HERE / "words.py"]
    written = "".join(path.read_text(encoding="utf-8") for path in texts)
    return {point for first, last in RANGES for point in range(first, last + 1)} | {ord(one) for one in written}


def make(source: Path, target: Path = FONT) -> None:
    """Cut a font, or the Korean face of a collection, down to `characters`, and write it with quadratic curves."""
    if source.suffix == ".ttc":
        faces = TTCollection(source).fonts
        font = next(face for face in faces if face["name"].getDebugName(1).endswith("KR"))
    else:
        font = TTFont(source)
    options = subset.Options(layout_features=[], hinting=False, name_IDs=[0, 1, 2, 4, 6, 13, 14], notdef_outline=True)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=characters())
    cutter.subset(font)
    if "CFF " in font:
        _quadratic(font)
    for place, words in ((1, FAMILY), (4, FAMILY), (6, FAMILY.replace(" ", ""))):
        font["name"].setName(words, place, 3, 1, 0x409)
    font.save(target)


def woff(font: Path, text: str) -> tuple[str, bytes]:
    """The family of a font, and as WOFF its glyphs for a text; the same letters give the same bytes."""
    options = subset.Options(flavor="woff", layout_features=[], name_IDs=[1, 13, 14], notdef_outline=True)
    opened = subset.load_font(str(font), options)
    cutter = subset.Subsetter(options)
    cutter.populate(text=text)
    cutter.subset(opened)
    out = io.BytesIO()
    subset.save_font(opened, out, options)
    return str(opened["name"].getDebugName(1)), out.getvalue()


def _quadratic(font: Any) -> None:
    """Replace CFF outlines by TrueType ones."""
    glyphs, order, drawn = font.getGlyphSet(), font.getGlyphOrder(), {}
    for name in order:
        pen = TTGlyphPen(None)
        glyphs[name].draw(Cu2QuPen(pen, NEAR, reverse_direction=True))
        drawn[name] = pen.glyph()
    font["loca"], font["glyf"], most = newTable("loca"), newTable("glyf"), newTable("maxp")
    font["glyf"].glyphOrder, font["glyf"].glyphs = order, drawn
    most.tableVersion = 0x00010000
    for field in ("maxZones", *(f"max{what}" for what in _COUNTS)):
        setattr(most, field, 1 if field == "maxZones" else 0)
    font["maxp"] = most
    for table in ("CFF ", "VORG"):
        font.tables.pop(table, None)
        if table in font:
            del font[table]
    font["post"].formatType = 3.0
    font.sfntVersion = "\000\001\000\000"


# There are no instructions; the other counts are set when the font is written.
_COUNTS = (
    *("TwilightPoints", "Storage", "FunctionDefs", "InstructionDefs", "StackElements", "SizeOfInstructions"),
    "ComponentElements",
)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m vit_core.figures.font", description=__doc__)
    parser.add_argument("source", type=Path, help="a font file, or the collection NotoSansCJK-Regular.ttc")
    parser.add_argument("--out", type=Path, default=FONT, help="where the font is written")
    given = parser.parse_args(arguments)
    make(given.source, given.out)


if __name__ == "__main__":
    main()
