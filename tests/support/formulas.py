"""The formulas that scripts put on the page, and which of their symbols the table of notation lacks."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

NODE = shutil.which("node")
SCRIPT = Path(__file__).resolve().parents[1] / "js" / "unknown_symbols.js"


def formulas(page) -> set[str]:
    """The source of every formula that is on the page, seen or not."""
    read = "() => [...document.querySelectorAll('[data-formula]')].map((formula) => formula.dataset.formula)"
    return set(page.evaluate(read))


def unknown_symbols(found: set[str]) -> list[str]:
    """Symbols of these formulas that stand in no row, with the formula."""
    asked = json.dumps(sorted(found))
    return json.loads(subprocess.run([NODE, SCRIPT], input=asked, capture_output=True, text=True, check=True).stdout)
