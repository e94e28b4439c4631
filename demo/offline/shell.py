"""Build the HTML of a page without a server: the same parts, scripts and styles, without Gradio."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import AsyncIterator, Iterable

from anyio.to_thread import run_sync

from demo.offline.recorded import RecordedAnswer, Recorder, default_parameters
from demo.page.gallery import ASSETS
from demo.page.head import NAMED, beside, early, fetched_together, fields, modules, on_screen, sheets
from demo.page.screens import parts

SHELL = ASSETS / "shell"
# The largest file that is made, in bytes.
MOST_BYTES = 15_000_000
# In this single-byte encoding nearly every byte can stand for itself, while base64 takes a third more. Four bytes would
# be misread inside a script and are written as two (assets/shell/one_file.js).
CHARSET = {"one_file": "windows-1252", "static": "utf-8"}
ESCAPED = {sign: b"=" + bytes([sign[0] + 64]) for sign in (b"=", b"\0", b"\r", b"<")}
# The characters of an entry of the index besides its address.
AROUND = 60
# After so many responses were too large for the remaining space, no other one is tried.
PATIENCE = 24
_BEYOND_ASCII = re.compile(r"[^\0-\x7f]")
# Shown if not even the page's texts could be read.
_UNREADABLE = {
    "one_file": "This browser is too old for this page. · 이 브라우저는 너무 오래되어 이 페이지를 열 수 없어요.",
    "static": (
        "This page has to be served, and by a browser of these years: python -m http.server in its folder is enough. · "
        "이 페이지는 서버로 열어야 해요. 폴더에서 python -m http.server를 실행하면 돼요."
    ),
}


def before(kind: str, *, query: str = "", linked: bool = False) -> str:
    """The beginning of the page, in ASCII.

    Args:
        kind: "one_file" or "static".
        query: the query with which it opens if its address has none, with or without the question mark.
        linked: the style sheets and modules are separate files, or else inside it.
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
    """The index in which the page looks up addresses (assets/js/core/recorded.js), of (key, id, media, packed)."""
    answers = {key: (id_, media, packed) for key, id_, media, packed in records}
    paths = {key.partition("?")[0] for key in answers}
    usual = {path: words for path in sorted(paths) if (words := default_parameters(path))}
    return json.dumps({"usual": usual, "answers": answers}, separators=(",", ":"))


def bundled() -> dict[str, str]:
    """Every JavaScript module by its path below js/, with imports rewritten to such paths."""
    found = {}
    for path in modules():
        own = path.removeprefix("js/")

        def whole(match: re.Match[str], own: str = own) -> str:
            return f"{match[1]}'microscope/{beside(own, match[2])}'{match[3] or ''}"

        found[own] = NAMED.sub(whole, (ASSETS / path).read_text(encoding="utf-8"))
    return found


async def one_file(recorder: Recorder, query: str, most: int = MOST_BYTES) -> AsyncIterator[bytes]:
    """The whole page as one HTML file, piece by piece; responses that do not fit are left out, and the page says so."""
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


def _recorded(record: RecordedAnswer) -> bytes:
    """A recorded response as it is written in the file."""
    return _kept(record.id, record.smallest)


def _kept(name: str, body: bytes) -> bytes:
    for sign, written in ESCAPED.items():
        body = body.replace(sign, written)
    return b'<script type="text/plain" id="%b">%b</script>\n' % (name.encode(), body)


def _in_a_sheet(sign: re.Match[str]) -> str:
    return f"\\{ord(sign[0]):06x}"


def _read(name: str) -> str:
    return (SHELL / name).read_text(encoding="utf-8")
