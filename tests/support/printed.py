"""What the documents print for somebody to type or to copy, word for word."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

DOCS = Path(__file__).resolve().parents[2] / "docs"


def block(document: str, begins: str) -> str:
    """The one indented block of a document that begins with these words."""
    text = (DOCS / document).read_text(encoding="utf-8")
    blocks = [dedent(found).strip("\n") for found in re.findall(r"(?:^ {4}.*\n|^\n(?= {4}))+", text, re.MULTILINE)]
    [found] = [one for one in blocks if one.startswith(begins)]
    return found + "\n"
