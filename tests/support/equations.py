"""Compute the page's printed equations again from the printed numbers, as marked by assets/js/core/equation.js."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
SIGNS = str.maketrans({"×": "*", "·": "*", "÷": "/", "∕": "/", "−": "-", "\u00a0": " ", "\u202f": " "})
EQUALS = ("=", "≈")
LEAST = 1e-5  # "<\u00a00.001\u00a0%"

# A script that collects the pieces of every visible equation, in the order of the page: signs, numbers and nested
# equations.
COLLECT = """(within) => {
  const visible = (node) => node.checkVisibility({ visibilityProperty: true });
  const pieces = (node) => [...node.children].flatMap((child) =>
    child.dataset.op !== undefined ? [{ op: child.dataset.op || child.textContent }]
    : child.dataset.term !== undefined ? [{ term: child.dataset.term || child.textContent }]
    : child.dataset.equation !== undefined ? [{ inner: pieces(child) }]
    : pieces(child));
  const columns = (table) => {
    const rows = [...table.rows].map((row) => ({
      op: [...row.querySelectorAll('[data-op]')].map((sign) => ({ op: sign.textContent })),
      terms: [...row.querySelectorAll('[data-term]')],
    }));
    return rows[0].terms.map((_, j) => rows.flatMap(({ op, terms }) => [...op, { term: terms[j].textContent }]));
  };
  return [...document.querySelectorAll(`${within} [data-equation]`)].filter(visible).flatMap((node) =>
    (node.dataset.equation === 'columns' ? columns(node) : [pieces(node)])
      .map((found) => ({ pieces: found, text: node.textContent })));
}"""

# A script that finds unmarked lines of the form of an equation: numbers with a sign between them, an equals sign, a
# number.
UNMARKED = r"""(within) => {
  const LINES = 'P,LI,TR,DIV,SECTION,FIGURE,FIGCAPTION,TABLE,HEADER,BUTTON,LABEL,OUTPUT,H3,H4';
  const PRINTED = [
    /\d[)%\s]*[×÷·+−\/^*][^\n=≈,;:]*[=≈]\s*[−+(]?\d/,
    /[\^√]\s*[−(]?\d[^\n=≈,;:]*[=≈]\s*[−+(]?\d/,
    /\w\([^)\n]*\d[^)\n]*\)\s*[=≈]\s*[−+(]?\d/,
    /\be−?\d+\.\d+\s*[=≈]\s*\d/,
  ];
  const told = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return node.data;
    const passed = '[data-equation], .math, svg, script, style';
    if (!(node instanceof Element) || node.matches(passed) || !node.checkVisibility()) return ' ';
    const inside = [...node.childNodes].map(told).join('');
    return node.matches(LINES) ? `\n${inside}\n` : inside;
  };
  return [...document.querySelectorAll(within)].map(told).join('\n').split('\n')
    .map((line) => line.replace(/\[[\d, ]+\]/g, ''))
    .filter((line) => PRINTED.some((one) => one.test(line)));
}"""


@dataclass(frozen=True)
class Printed:
    """A printed number: its value, and the value of one unit of its last digit."""

    value: float
    unit: float


def printed(text: str) -> Printed:
    """Parse a printed number; raises ValueError if the text is none."""
    plain = re.sub(r"[\s()]", "", text).replace("−", "-").replace("∞", "inf")
    share, plain = (1e-2, plain[:-1]) if plain.endswith("%") else (1.0, plain)
    digits, _, power = plain.replace("×10", "e", 1).partition("e")
    scale = share * 10.0 ** int(power.translate(RAISED) or 0)
    return Printed(float(digits) * scale, scale * 10.0 ** -len(digits.partition(".")[2]))


def _gelu(x: float) -> float:
    return x * math.erfc(-x / math.sqrt(2)) / 2


def _gelu_tanh(x: float) -> float:
    return x / 2 * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


FUNCTIONS: dict[str, Any] = {
    **{name: getattr(math, name) for name in ("exp", "sin", "cos", "tanh", "sqrt")},
    "gelu": _gelu,
    "gelu_tanh": _gelu_tanh,
    "relu": lambda x: max(0.0, x),
    "silu": lambda x: x / (1 + math.exp(-x)),
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
}


def _sides(pieces: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    sides: list[list[dict[str, Any]]] = [[]]
    for piece in pieces:
        if piece.get("op", "").strip() in EQUALS:
            sides.append([])
        else:
            sides[-1].append(piece)
    return sides


def _is_number(side: list[dict[str, Any]]) -> bool:
    return len(side) == 1 and "term" in side[0]


def _result(pieces: list[dict[str, Any]]) -> str:
    """The result of a nested equation, as text."""
    return next(side for side in reversed(_sides(pieces)) if _is_number(side))[0]["term"]


def _value(side: list[dict[str, Any]]) -> float:
    text = ""
    for piece in side:
        if "op" in piece:
            text += f" {piece['op'].translate(SIGNS)} "
        else:
            text += f"({printed(piece.get('term') or _result(piece['inner'])).value!r})"
    return eval(
        text.strip(), {"__builtins__": {}, "inf": math.inf, **FUNCTIONS}
    )  # only signs and numbers of our own page


def wrong(pieces: list[dict[str, Any]]) -> str | None:
    """The error of an equation; None if both sides give the same number to its last printed digit."""
    sides = _sides(pieces)
    if any(piece.get("op", "").strip() == "≈" for piece in pieces):
        return "it only nearly holds"
    results = [side for side in sides if _is_number(side)]
    if len(sides) < 2 or not results:
        return "it has no sides, or no result"
    said = results[-1][0]["term"]
    for side in sides:
        if side is results[-1]:
            continue
        value = _value(side)
        if "<" in said:
            right = 0 <= value < LEAST
        else:
            there = printed(said)
            right = abs(value - there.value) <= there.unit * (0.5 + 1e-6) + 1e-12 * abs(there.value)
        if not right:
            return f"on paper it comes to {value!r}, printed is {said}"
    return None


def equations(page, within: str) -> list[dict[str, Any]]:
    """Every visible equation, as { pieces, text }."""
    return page.evaluate(COLLECT, within)


def unmarked(page, within: str) -> list[str]:
    """Lines that look like an equation and are not marked as one."""
    return page.evaluate(UNMARKED, within)
