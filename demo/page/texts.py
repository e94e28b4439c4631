"""Read the texts of the page and of its notebooks: Markdown files, one per screen and language, read once.

A file is a list of entries: a line `## key`, then the text of that key. `{name}` is filled in by the page;
`[query](#query)` links to the glossary entry `glossary.query`; `$√d_k$` is set as a formula; of `{{click it|tap it}}`
the page says the second where there are only fingers, and of `{steps:step|steps}` the first where `steps` is one;
`[[Click it.]]` is not said on paper.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt

from demo.errors import VisitorError
from vit_core.reasons import Reason

FOLDER = Path(__file__).resolve().parents[1] / "text"
LANGUAGES = ("en", "ko")
# The texts of notebooks (demo.takeaway.notebook), which are Markdown and never shown on the page.
NOTEBOOK = "notebook.md"
# html=False: the files are ours, but nothing in them needs markup beyond Markdown.
_MARKDOWN = MarkdownIt("commonmark", {"html": False})
# Keep a unit on the line of its number, as `united` of core/text.js does.
_BEFORE_A_UNIT = re.compile(r"(?<=[\d}]) (?=(?:%|ms|s|MB|GB|px|bits?|nats?)(?![A-Za-z]))")
# Code, which a browser that translates the page must leave unchanged.
_CODE = re.compile(r"<code>")
# Instructions to a visitor, which are left out in print (microscope.css).
_BY_HAND = {"[[": '<span class="by-hand">', "]]": "</span>"}
_NAME = re.compile(r"(?<![\w{])[A-Za-z]+(?:_[A-Za-z]+)+(?![\w}])")
_MARKUP = re.compile(r"(<code.*?</code>|<[^>]*>|\$[^$]+\$)")

# Separate thousands as `whole` of core/text.js does.
_BEFORE_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


@cache
def texts(language: str) -> dict[str, str]:
    """All texts of the page in a language as HTML, by key.

    Raises:
        ValueError: a key stands twice, or an entry is empty.
    """
    files = sorted((FOLDER / language).glob("*.md"))
    entries = _entries(file for file in files if file.name != NOTEBOOK)
    return {key: _html(body) for key, body in entries.items()}


@cache
def notebook_texts(language: str) -> dict[str, str]:
    """All texts of notebooks in a language, as they were written, by key.

    Raises:
        ValueError: a key stands twice, or an entry is empty.
    """
    return _entries([FOLDER / language / NOTEBOOK])


def _entries(files: Iterable[Path]) -> dict[str, str]:
    entries: dict[str, str] = {}
    for file in files:
        parts = re.split(r"^## +(\S+)[ \t]*$", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
        for key, body in zip(parts[1::2], map(str.strip, parts[2::2]), strict=True):
            if key in entries or not body:
                raise ValueError(f"{file.name}: {key} is empty or stands twice")
            entries[key] = body
    return entries


def _html(body: str) -> str:
    body = _BEFORE_A_UNIT.sub("\u00a0", _BEFORE_THOUSANDS.sub("\u202f", body))
    one_paragraph = "\n\n" not in body
    markup = _MARKDOWN.renderInline(body) if one_paragraph else _MARKDOWN.render(body)
    parts = _MARKUP.split(_CODE.sub('<code translate="no">', markup))
    parts[::2] = [_NAME.sub(r'<bdi translate="no">\g<0></bdi>', part) for part in parts[::2]]
    written = "".join(parts)
    for sign, tag in _BY_HAND.items():
        written = written.replace(sign, tag)
    return written


def sentence(language: str, error: VisitorError) -> str:
    """The page's sentence for an error, without markup."""
    template = texts(language).get(f"error.{error.code}") or texts(language)["error.other"]
    return _filled(language, template, error.params)


def _filled(language: str, template: str, params: Mapping[str, object]) -> str:
    """Fill in a text without its markup; the inserted values are not parsed as texts."""

    def said(place: re.Match[str]) -> str:
        value = params.get(place[1], place[0])
        if isinstance(value, Reason):
            return _filled(language, texts(language)[f"reason.{value.code}"], value.params)
        return str(value)

    return re.sub(r"\{(\w+)\}", said, html.unescape(re.sub(r"<[^>]+>", "", template)))
