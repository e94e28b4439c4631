"""What the page is before any component mounts: its head, its words, and the first example."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import re
import secrets
from dataclasses import asdict
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demo.figure_routes import on_screens
from demo.gallery import ASSETS, known_files
from demo.languages import looks_like, notes
from demo.photos import accepted
from demo.screens import HEADS, OPENING, SCREENS
from demo.sentences import Ask, Sentences
from demo.services import FIRST, Look, Services
from demo.typed import offers
from demo.views.look import describe, seen_share
from demo.views.palette import ramp
from demo.views.sentence import describe as describe_sentence


def _assets_version() -> str:
    digest = hashlib.sha256()
    for path in sorted([*(ASSETS / "js").rglob("*.js"), *(ASSETS / "css").rglob("*.css")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


ASSETS_VERSION = _assets_version()
# Other code or other weights may answer after a restart: what a browser kept from before must not be shown again.
VERSION = f"{ASSETS_VERSION}-{secrets.token_hex(4)}"
STATIC = f"microscope/static/{ASSETS_VERSION}"

# The one script that is no module: it stands in the page itself.
EARLY = "early.js"
# Scripts that are loaded when somebody first asks for what they do.
LATER = "js/take/"
# The sheets that are not one room's come first, so that every room can have it otherwise.
FOR_ALL = ("microscope", "shared", "present")

# Everything the page loads comes from this server; the policy makes the browser hold us to it. Gradio evaluates the
# templates of gr.HTML and what fills them, and its page is inline: without 'unsafe-eval' and 'unsafe-inline' nothing is
# drawn. A script in an address (data:, blob:) is refused all the same.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; media-src 'self' blob:; connect-src 'self' data: blob:; "
    "worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'"
)


def head() -> str:
    """The first lines of <head>: screens, language and theme before Gradio looks at them, then style and scripts."""
    first = [path for path in modules() if not path.startswith(LATER)]
    preload = "".join(f'<link rel="modulepreload" href="{STATIC}/{path}">' for path in first)
    style = "".join(f'<link rel="stylesheet" href="{STATIC}/css/{path.name}">' for path in sheets())
    return f"{early()}{style}<style>{on_screen()}</style>{preload}"


def early(**also: Any) -> str:
    """The table of screens, whatever else the page has to know before anything, and the script that runs first."""
    screens = [[screen.name, screen.journey] for screen in SCREENS]
    table = json.dumps({"screens": screens, "opening": OPENING, "heads": HEADS, **also}).replace("<", "\\u003c")
    script = (ASSETS / "js" / EARLY).read_text(encoding="utf-8")
    return f"<script>globalThis.microscope={table};\n{script}</script>"


def modules() -> list[str]:
    """Every module of the page, by its path below assets."""
    found = sorted(path.relative_to(ASSETS).as_posix() for path in (ASSETS / "js").rglob("*.js"))
    return [path for path in found if path != f"js/{EARLY}"]


def sheets() -> list[Path]:
    """The page's style sheets in their order."""
    return sorted((ASSETS / "css").glob("*.css"), key=lambda path: (path.stem not in FOR_ALL, path.stem))


def on_screen() -> str:
    """The rule that shows the one screen which the root element names."""
    rooms = ",".join(f'html[data-screen="{screen.name}"] #screen-{screen.name}' for screen in SCREENS)
    return f"{rooms}{{display:block!important}}"


def boot(services: Services) -> dict[str, Any]:
    """What the page needs once: colours, models, examples, and a finished first look; its words come apart."""
    lent = services.lent
    return {
        "ramp": base64.b64encode(ramp().tobytes()).decode(),
        "models": [{**card, "lent": card["name"] in lent} for card in services.models.cards()],
        "gallery": [{"file": item.file, "names": item.names} for item in services.gallery],
        "first": look_facts(services, FIRST),
        "translators": services.sentences.models.cards(),
        "photo_kinds": accepted(),
        "sentences": [asdict(example) for example in services.sentences.examples],
        "first_sentence": sentence_facts(services.sentences, services.sentences.first),
        "figures": on_screens(),
        "version": VERSION,
        "outer_page": outer_page(),
    }


def outer_page() -> str | None:
    """The address of the page in which visitors see this one, where it is known: a hosted Space's, or a host's own."""
    space = os.environ.get("SPACE_ID")
    return os.environ.get("MICROSCOPE_OUTER_PAGE") or (f"https://huggingface.co/spaces/{space}" if space else None)


def look_facts(services: Services, look: Look, request: str = "") -> dict[str, Any]:
    """A look as every screen knows it, computed if it is not kept. Size 0 means the model's own.

    Raises:
        VisitorError: the look is not possible; the page has a sentence for its code.
    """
    look = services.complete(look, request=request)
    model = services.check(look, request=request)
    trace = services.trace(look, request=request)
    photo = services.photo(look.photo)
    return {
        "photo": look.photo,
        "model": look.model,
        "size": look.size,
        "width": photo.width,
        "height": photo.height,
        "photo_notes": list(photo.notes),
        "seen": seen_share(services.seen(look), *photo.size),
        "knows": known_files(services.gallery, model),
        **describe(trace, model, services.sizes(model)),
    }


def sentence_facts(sentences: Sentences, ask: Ask, request: str = "") -> dict[str, Any]:
    """A translation as every screen of the sentence's journey knows it, computed if it is not kept.

    Raises:
        VisitorError: the sentence cannot be translated; the page has a sentence for its code.
    """
    translation, model = sentences.translation(ask, request=request), sentences.check(ask)
    trained = sentences.models.load(ask.model).model.config
    facts = describe_sentence(translation, model, ask.text)
    source = model.spec.source
    offered = offers(ask.text, model.tokenizer.encode)
    # What is odd about the text is told by the offer, not once more as a strange script or an unknown sign.
    meant = next((offer.text for offer in offered if offer.code == "invisible"), ask.text)
    read = facts["source_ids"] if meant == ask.text else model.tokenizer.encode(meant)
    found = "" if sentences.is_example(ask.text, source) else looks_like(meant, source)
    return {
        "text": ask.text,
        "model": ask.model,
        "how": ask.how,
        "prefix": list(ask.prefix),
        "change": ask.change,
        "trained_causal": trained.causal,
        **facts,
        "looks_like": found,
        "notes": [*facts["notes"], *notes(found, source, len(read), read.count(model.model.config.unknown))],
        "offers": [offer.facts() for offer in offered],
    }


# What Gradio's page believes to know of its own address is wrong where a proxy rewrites Host or strips a prefix;
# early.js mends its configuration. There is no manifest, and who is named no icon looks for one outside the prefix.
ABSOLUTE = (
    (re.compile(rb'const root = "[^"]*";'), b"const root = document.baseURI;"),
    (re.compile(rb'<link rel="manifest"[^>]*>'), b'<link rel="icon" href="favicon.ico">'),
)


class EarlyHead:
    """Puts `head()` first into the index page, makes it relative to itself and adds the content security policy.

    Gradio's own `head=` arrives after its bundle has read the browser's language; ours has to come before.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._head = head().encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != scope.get("root_path", "") + "/":
            await self._app(scope, receive, send)
            return
        packs = "gzip" in Headers(scope=scope).get("accept-encoding", "")
        # Uncompressed, so that there is text to insert into.
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
