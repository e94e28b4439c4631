"""The page's <head>, which stands before Gradio's own."""

from __future__ import annotations

import gzip
import hashlib
import json
import posixpath
import re
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demo.compute.payloads import unpacks
from demo.page.gallery import ASSETS
from demo.page.screens import HEADS, OPENING, SCREENS, parts


def _assets_version() -> str:
    digest = hashlib.sha256()
    for path in sorted([*(ASSETS / "js").rglob("*.js"), *(ASSETS / "css").rglob("*.css")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


ASSETS_VERSION = _assets_version()
# After a restart, code or weights may differ, and what a browser cached before must not be shown.
VERSION = f"{ASSETS_VERSION}-{secrets.token_hex(4)}"
STATIC = f"microscope/static/{ASSETS_VERSION}"

# The only script that is no module: it is inlined in the page.
EARLY = "early.js"
# The parts that are loaded when they are first needed.
LATER = (*(f"screens/{screen.name}" for screen in SCREENS), "calculator/calculator")
# The modules of what visitors may choose on each screen: always loaded, since an address may name it on any screen.
FIELDS = "js/fields/"
# Static imports of a module ("from './x.js'", "import './x.js'") and dynamic ones ("import('./x.js')"). The imports in
# JSDoc are followed by a type.
NAMED = re.compile(r"(\bfrom |\bimport\(|\bimport )'(\.{1,2}/[^']+)'(\)\.)?")
FETCHED = "import("
# The style sheets for all screens come first, so that a screen can override them.
FOR_ALL = ("microscope", "shared", "present")

# Everything the page loads comes from this server, which the policy makes the browser enforce. Gradio evaluates the
# templates of gr.HTML, and its page has inline scripts: without 'unsafe-eval' and 'unsafe-inline' nothing is drawn.
# Scripts in an address (data:, blob:) are still refused.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; media-src 'self' blob:; connect-src 'self' data: blob:; "
    "worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'"
)


def head() -> str:
    """The first lines of <head>: the table of screens, language and theme, which Gradio must not read first, then
    styles and scripts.
    """
    preload, modules_of = fetched_together(f"{STATIC}/")
    declare = "".join(f'<script type="module" src="{STATIC}/{path}"></script>' for path in fields())
    style = "".join(f'<link rel="stylesheet" href="{STATIC}/css/{path.name}">' for path in sheets())
    return f"{early(modules=modules_of)}{style}<style>{on_screen()}</style>{preload}{declare}"


def fetched_together(below: str) -> tuple[str, dict[str, list[str]]]:
    """The tags that fetch all that the page begins with, and what early.js fetches with each part, where `below` is put
    before every path. Without them a browser hears of a module only when the one that names it has come.
    """
    first, later = needed()
    preload = "".join(f'<link rel="modulepreload" href="{below}{path}">' for path in first)
    return preload, {part: [f"{below}{path}" for path in paths] for part, paths in later.items()}


def early(**also: Any) -> str:
    """The table of screens and the other data that the first script needs, and that script."""
    screens = [[screen.name, screen.journey] for screen in SCREENS]
    table = json.dumps({"screens": screens, "opening": OPENING, "heads": HEADS, **also}).replace("<", "\\u003c")
    script = (ASSETS / "js" / EARLY).read_text(encoding="utf-8")
    return f"<script>globalThis.microscope={table};\n{script}</script>"


def modules() -> list[str]:
    """Every module of the page, by its path below assets."""
    found = sorted(path.relative_to(ASSETS).as_posix() for path in (ASSETS / "js").rglob("*.js"))
    return [path for path in found if path != f"js/{EARLY}"]


def fields() -> list[str]:
    """The modules that declare what visitors may choose, by their path below assets."""
    return [path for path in modules() if path.startswith(FIELDS)]


def needed() -> tuple[list[str], dict[str, list[str]]]:
    """The modules that the page needs to start, and for each part that is loaded later, what it needs besides these.

    As paths below assets. The parts are those of core/mounting.js and all dynamically imported modules; their names are
    without js/ and the ending.
    """
    first = _with_all_they_name(
        [*(f"js/{part}.js" for part, _ in parts() if part not in LATER), "js/core/mounting.js", *fields()]
    )
    fetched = {named for path in modules() for how, named in _named(path) if how == FETCHED}
    later = {f"js/{part}.js" for part in LATER} | fetched
    return sorted(first), {
        path.removeprefix("js/").removesuffix(".js"): sorted(_with_all_they_name([path]) - first)
        for path in sorted(later)
    }


def _with_all_they_name(paths: Iterable[str]) -> set[str]:
    found: set[str] = set()
    waiting = list(paths)
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        waiting += [named for how, named in _named(path) if how != FETCHED]
    return found


def _named(path: str) -> list[tuple[str, str]]:
    text = (ASSETS / path).read_text(encoding="utf-8")
    return [(how, beside(path, name)) for how, name, of_type in NAMED.findall(text) if not of_type]


def beside(path: str, name: str) -> str:
    """The path of a module that another one imports."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), name))


def sheets() -> list[Path]:
    """The page's style sheets, in order."""
    return sorted((ASSETS / "css").glob("*.css"), key=lambda path: (path.stem not in FOR_ALL, path.stem))


def on_screen() -> str:
    """The CSS rule that shows only the screen which the root element names."""
    rooms = ",".join(f'html[data-screen="{screen.name}"] #screen-{screen.name}' for screen in SCREENS)
    return f"{rooms}{{display:block!important}}"


# Absolute addresses in Gradio's page are wrong if a proxy rewrites Host or strips a prefix; early.js corrects its
# configuration. There is no manifest; and without a named icon, a browser requests one outside of the prefix.
ABSOLUTE = (
    (re.compile(rb'const root = "[^"]*";'), b"const root = document.baseURI;"),
    (re.compile(rb'<link rel="manifest"[^>]*>'), b'<link rel="icon" href="favicon.ico">'),
)


class EarlyHead:
    """Middleware that inserts `head()` at the beginning of the index page, makes its addresses relative and adds the
    content security policy.

    Gradio's own `head=` is inserted after its bundle has read the browser's language, and ours has to come before.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._head = head().encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != scope.get("root_path", "") + "/":
            await self._app(scope, receive, send)
            return
        packs = unpacks(Headers(scope=scope))
        # Uncompressed, so that text can be inserted.
        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        start: Message = {}
        body = b""

        async def insert(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            page = body
            for absolute, relative in ABSOLUTE:
                page = absolute.sub(relative, page, count=1)
            page = page.replace(b"<head>", b"<head>" + self._head, 1)
            kept = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
            kept += [(b"vary", b"accept-encoding")]
            if packs:
                page = gzip.compress(page, 6)
                kept += [(b"content-encoding", b"gzip")]
            kept += [(b"content-length", str(len(page)).encode())]
            kept += [(b"content-security-policy", CONTENT_SECURITY_POLICY.encode())]
            await send({**start, "headers": kept})
            await send({"type": "http.response.body", "body": page})

        await self._app({**scope, "headers": plain}, receive, insert)
