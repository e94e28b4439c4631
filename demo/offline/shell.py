"""The HTML of a page without a server: the same parts, scripts and styles without Gradio."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import AsyncIterator, Iterable

from anyio.to_thread import run_sync

from demo.offline.recorded import Record, Recorder, usual_words
from demo.page.gallery import ASSETS
from demo.page.head import NAMED, beside, early, fetched_together, fields, modules, on_screen, sheets
from demo.page.screens import parts

SHELL = ASSETS / "shell"
# The largest file that is made, in bytes.
MOST_BYTES = 15_000_000
# A sign is a byte there, so that nearly every byte may stand for itself; base64 writes three as four. A browser would
# read four of them otherwise within a script: they are written as two (assets/shell/one_file.js).
CHARSET = {"one_file": "windows-1252", "static": "utf-8"}
ESCAPED = {sign: b"=" + bytes([sign[0] + 64]) for sign in (b"=", b"\0", b"\r", b"<")}
# What stands in the index beside an address.
AROUND = 60
# Answers that were too large for what was left, until no other is tried.
PATIENCE = 24
_BEYOND_ASCII = re.compile(r"[^\0-\x7f]")
# Said where not even the words of the page could be read.
_UNREADABLE = {
    "one_file": "This browser is too old for this page. · 이 브라우저는 너무 오래되어 이 페이지를 열 수 없어요.",
    "static": (
        "This page has to be served, and by a browser of these years: python -m http.server in its folder is enough. · "
        "이 페이지는 서버로 열어야 해요. 폴더에서 python -m http.server를 실행하면 돼요."
    ),
}


def before(kind: str, *, query: str = "", linked: bool = False) -> str:
    """The page up to its last part, in ASCII.

    Args:
        kind: "one_file" or "static".
        query: what it begins with where its address says nothing, with or without its question mark.
        linked: sheets and modules lie beside it, else within.
    """
    reset = _read("reset.css")
    begun = query and f"?{query.removeprefix('?')}"
    preload, modules_of = fetched_together("") if linked else ("", {})
    if linked:
        style = "".join(f'<link rel="stylesheet" href="css/{path.name}">' for path in sheets())
    else:
        written = "".join(path.read_text(encoding="utf-8") for path in sheets())
        style = f"<style>{_BEYOND_ASCII.sub(_in_a_sheet, written)}</style>"
    boxes = "".join(
        f'<div id="{elem_id}" class="block"><div class="html-container">'
        f'<div class="am-mount" data-module="{module}"></div></div></div>'
        for module, elem_id in parts()
    )
    known = [path.removeprefix("js/") for path in fields()]
    begins = early(recorded={"query": begun, "kind": kind}, fields=known, modules=modules_of)
    unreadable = _UNREADABLE[kind].encode("ascii", "xmlcharrefreplace").decode()
    return (
        '<!doctype html><html lang="en"><head>'
        f'<meta charset="{CHARSET[kind]}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>Attention Microscope</title>'
        f'<link rel="icon" href="data:,">{begins}'
        f"<style>{reset}</style>{style}<style>{on_screen()}</style>{preload}</head><body>"
        f'<p id="unreadable" class="boot-failed" hidden>{unreadable}</p>'
        f'<div class="gradio-container"><main class="column">{boxes}</main></div>'
    )


def after(kind: str) -> str:
    """The end of the page, which draws it."""
    return f"<script>\n{_read(f'{kind}.js')}</script></body></html>\n"


def index_of(records: Iterable[tuple[str, str, str, bool]]) -> str:
    """What the page looks addresses up in (assets/js/core/recorded.js), of (key, id, media, packed)."""
    answers = {key: (id_, media, packed) for key, id_, media, packed in records}
    paths = {key.partition("?")[0] for key in answers}
    usual = {path: words for path in sorted(paths) if (words := usual_words(path))}
    return json.dumps({"usual": usual, "answers": answers}, separators=(",", ":"))


def bundled() -> dict[str, str]:
    """Every module by its path below js/, with the others called by theirs."""
    found = {}
    for path in modules():
        own = path.removeprefix("js/")

        def whole(match: re.Match[str], own: str = own) -> str:
            return f"{match[1]}'microscope/{beside(own, match[2])}'{match[3] or ''}"

        found[own] = NAMED.sub(whole, (ASSETS / path).read_text(encoding="utf-8"))
    return found


async def one_file(recorder: Recorder, query: str, most: int = MOST_BYTES) -> AsyncIterator[bytes]:
    """The whole page as one HTML file, piece by piece; what does not fit is not in it, and the page says so."""
    packed = gzip.compress(json.dumps(bundled(), ensure_ascii=False).encode(), 9, mtime=0)
    beginning = before("one_file", query=query).encode("ascii") + _kept("modules", packed)
    yield beginning
    ids: set[str] = set()
    told: list[tuple[str, str, str, bool]] = []
    missed = 0
    left = most - len(beginning) - len(after("one_file")) - 20_000
    async for record in recorder.records():
        kept = b"" if record.id in ids else await run_sync(_recorded, record)
        size = len(kept) + len(json.dumps(record.key)) + AROUND
        if size > left:
            missed += 1
            if missed > PATIENCE:
                break
            continue
        left -= size
        told.append((record.key, record.id, record.media, record.packed))
        if kept:
            ids.add(record.id)
            yield kept
    index = index_of(told).replace("<", "\\u003c")
    yield f'<script type="application/json" id="index">{index}</script>{after("one_file")}'.encode("ascii")


def _recorded(record: Record) -> bytes:
    """An answer as it lies in the file."""
    return _kept(record.id, record.smallest)


def _kept(name: str, body: bytes) -> bytes:
    for sign, written in ESCAPED.items():
        body = body.replace(sign, written)
    return b'<script type="text/plain" id="%b">%b</script>\n' % (name.encode(), body)


def _in_a_sheet(sign: re.Match[str]) -> str:
    return f"\\{ord(sign[0]):06x}"


def _read(name: str) -> str:
    return (SHELL / name).read_text(encoding="utf-8")
