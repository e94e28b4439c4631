"""Record the responses of the page's own routes, for a page without a server.

No network is used. The recorded addresses follow from the views' declared parameters (demo.query.registry) and the
values that are recorded of each (demo.offline.recorded_choices); the page reports any other as missing.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import httpx
from anyio.to_thread import run_sync
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from demo.boot import boot
from demo.endpoints import photo_view, sentence_view
from demo.errors import VisitorError
from demo.offline import recorded_numbers
from demo.offline.recorded_choices import OfPhoto, OfSentence, Words, questions, word
from demo.offline.scene import Scene
from demo.page.texts import LANGUAGES
from demo.photo.facts import photo_facts
from demo.photo.query import PhotoQuery
from demo.query.registry import FOR_THE_BROWSER, View, Views
from demo.sentence.facts import sentence_facts
from demo.sentence.query import TranslationQuery
from demo.services import Services

# The model and picture size of the course's notes (assets/js/notes/course_model.js), whatever photo is on screen.
NOTES = ("vit-course-48", 48)
# The smallest files first: the first content of a screen comes before the rest.
PICTURES = ("thumb", "seen", "read", "whole")
# The large views of a sentence; all others together are as large as one layer of a photo.
LARGE = frozenset(f"sentence/view/{name}" for name in ("chain", "block", "root", "likeness"))


@dataclass(frozen=True)
class RecordedAnswer:
    """A recorded response.

    Attributes:
        key: the address it answers, as `key_of` writes it.
        body: the bytes, compressed by gzip where `packed`.
        media: their media type.
    """

    key: str
    body: bytes
    media: str
    packed: bool

    @cached_property
    def id(self) -> str:
        """An id that is the same for the same bytes."""
        return hashlib.sha256(self.body).hexdigest()[:16]

    @cached_property
    def smallest(self) -> bytes:
        """The body compressed for a file, as small as possible; a server compresses for speed
        (demo/views/payload.py).
        """
        if not self.packed:
            return self.body
        return min(self.body, gzip.compress(gzip.decompress(self.body), 9, mtime=0), key=len)


def key_of(path: str, words: Mapping[str, str]) -> str:
    """The canonical form of an address; assets/js/core/recorded.js computes the same."""
    usual = default_parameters(path)
    said = {name: text for name, text in words.items() if name not in FOR_THE_BROWSER and text != usual.get(name, "")}
    return f"{path}?{'&'.join(f'{name}={said[name]}' for name in sorted(said))}"


def default_parameters(path: str) -> Words:
    """The default values of a view's parameters, for addresses that leave them out."""
    for below, views in (("sentence/view/", sentence_view), ("view/", photo_view)):
        if path.startswith(below):
            return {**_defaults(views.parser), **_defaults(views[path.removeprefix(below)].parser)}
    parsers = {"facts": photo_view.parser, "sentence/facts": sentence_view.parser}
    return _defaults(parsers[path]) if path in parsers else {}


def _defaults(parser: Any) -> Words:
    fields = parser.model_fields.values()
    return {
        one.alias: word(one.default) for one in fields if not one.is_required() and one.default not in (None, "", ())
    }


class Recorder:
    """Calls the page's own routes in this process and keeps their responses.

    Args:
        own: those routes (demo.routes.data_plane).
    """

    def __init__(self, services: Services, own: BaseRoute, scene: Scene) -> None:
        self._services, self._scene = services, scene
        self._asked: set[str] = set()
        self._sizes: dict[str, int] = {}  # size of the first response of each view
        transport = httpx.ASGITransport(app=Starlette(routes=[own]))
        self._client = httpx.AsyncClient(transport=transport, base_url="http://here/microscope/")

    async def answer(self, path: str, words: Mapping[str, str]) -> RecordedAnswer | None:
        """The response of a route to an address; None for an error."""
        async with self._client.stream("GET", path, params=dict(words)) as response:
            body = b"".join([part async for part in response.aiter_raw()])
        media = response.headers["content-type"].partition(";")[0]
        if response.status_code != httpx.codes.OK:
            return None
        if response.headers.get("content-encoding") == "gzip" or media.startswith("image/"):
            return RecordedAnswer(key_of(path, words), body, media, not media.startswith("image/"))
        if media == "application/json" and "error" in json.loads(body):
            return None  # an error after the response had begun (demo.compute.request_threads)
        return _packed(key_of(path, words), body, media)

    async def records(self) -> AsyncIterator[RecordedAnswer]:
        """Every response once: first what all screens need, then what the screens of each journey open with, then the
        rest.

        The notes come last: they read the photo through a model of their own.
        """
        yield await run_sync(self._boot)
        pages: list[tuple[str, Words]] = [(path, {"lang": lang}) for path in ("texts", "tours") for lang in LANGUAGES]
        async for record in self._answers([*pages, ("models", {}), ("quality-by-length.tsv", {})]):
            yield record
        of = {"photo": self._of_photos, "sentence": self._of_sentences}
        for first in (True, False):
            for journey in self._scene.journeys:
                async for record in of[journey](first=first):
                    yield record
        async for record in self._of_notes():
            yield record

    async def _answers(self, addresses: Iterable[tuple[str, Words]]) -> AsyncIterator[RecordedAnswer]:
        for path, words in addresses:
            if record := await self._once(path, words):
                yield record

    async def _once(self, path: str, words: Words) -> RecordedAnswer | None:
        key = key_of(path, words)
        if key in self._asked:
            return None
        self._asked.add(key)
        return await self.answer(path, words)

    def _boot(self) -> RecordedAnswer:
        """The page's start data, restricted to what is recorded."""
        services, scene = self._services, self._scene
        (photo_query, _), (translation_query, _) = scene.photo_queries[0], scene.translation_queries[0]
        whole = boot(services)
        photos = {photo_query.photo for photo_query, _ in scene.photo_queries}
        models = {photo_query.model for photo_query, _ in scene.photo_queries} | {NOTES[0]}
        translators = {translation_query.model for translation_query, _ in scene.translation_queries}
        told = {
            **whole,
            "models": [card for card in whole["models"] if card["name"] in models],
            "gallery": [item for item in whole["gallery"] if f"example:{item['file']}" in photos],
            "translators": [card for card in whole["translators"] if card["name"] in translators],
            "first": photo_facts(services.photos, replace(photo_query, change="")),
            "first_sentence": sentence_facts(services.sentences, replace(translation_query, change="")),
            "figures": {},
            "outer_page": None,
            # The others are only beside it in a batch, and cannot be opened.
            "recorded": {"texts": [translation_query.text for translation_query, _ in scene.translation_queries]},
        }
        return _packed(key_of("boot", {}), json.dumps(told, ensure_ascii=False).encode(), "application/json")

    async def _of_photos(self, *, first: bool) -> AsyncIterator[RecordedAnswer]:
        for photo_query, held in self._scene.photo_queries:
            async for record in self._with_and_without(photo_query, held, first=first):
                yield record
            if first:
                async for record in self._with_and_without(*_as_notes(photo_query, held), first=True):
                    yield record

    async def _of_notes(self) -> AsyncIterator[RecordedAnswer]:
        for photo_query, held in self._scene.photo_queries:
            async for record in self._with_and_without(*_as_notes(photo_query, held), first=False):
                yield record

    async def _with_and_without(
        self, photo_query: PhotoQuery, held: Mapping[str, Any], *, first: bool
    ) -> AsyncIterator[RecordedAnswer]:
        """The responses to a photo query, and to the same one with nothing switched off."""
        for subject in dict.fromkeys((photo_query, replace(photo_query, change=""))):
            async for record in self._of_photo(subject, held, first=first):
                yield record

    async def _of_photo(
        self, photo_query: PhotoQuery, held: Mapping[str, Any], *, first: bool
    ) -> AsyncIterator[RecordedAnswer]:
        services = self._services
        try:
            choices = await run_sync(lambda: OfPhoto(services.photos, photo_query, held, wide=self._scene.wide))
        except VisitorError:
            return  # a change that does not fit the notes' model
        # Views of the model alone are requested without a photo.
        full = {
            "photo": photo_query.photo,
            "model": photo_query.model,
            "size": str(photo_query.size),
            "change": photo_query.change,
        }
        own = {**full, "size": str(services.photos.complete(replace(photo_query, size=0)).size)}
        of_model = [{**size, "photo": "", "change": ""} for size in (full, own)]
        if first:
            unchanged = {**full, "change": ""}
            pages: list[tuple[str, Words]] = [("facts", unchanged), ("labels", {"model": photo_query.model})]
            if own == full:
                pages.append(("facts", {**unchanged, "size": "0"}))
            # The Position screen shows the answer without positions.
            pages.append(("view/decision", {**full, "change": "position:off"}))
            for kind in PICTURES:
                whole = {"photo": photo_query.photo} if kind in ("thumb", "whole") else full
                pages.append((f"picture/{kind}", whole))
            async for record in self._answers(pages):
                yield record
        async for record in self._views("view/", photo_view, [full, *of_model], choices, first=first):
            yield record
        if first:
            numbers = await run_sync(list, recorded_numbers.of_photo(choices))
            async for record in self._answers((f"view/{name}", {**full, **words}) for name, words in numbers):
                yield record

    async def _of_sentences(self, *, first: bool) -> AsyncIterator[RecordedAnswer]:
        for translation_query, held in self._scene.translation_queries:
            for one in dict.fromkeys((translation_query, replace(translation_query, change=""))):
                choices = await run_sync(self._of_translation_query, one, held)
                full = {
                    "text": one.text,
                    "model": one.model,
                    "how": one.how,
                    "prefix": word(one.prefix),
                    "change": one.change,
                }
                if first and (facts := await self.answer("sentence/facts", full)):
                    yield facts
                # Some views depend on the text but not on the translator, some on neither.
                subjects = [full, {"text": one.text}, {}]
                async for record in self._views("sentence/view/", sentence_view, subjects, choices, first=first):
                    yield record
                if first:
                    numbers = await run_sync(list, recorded_numbers.of_sentence(choices))
                    asked = [(f"sentence/view/{name}", {**full, **words}) for name, words in numbers]
                    async for record in self._answers(asked):
                        yield record

    def _of_translation_query(self, translation_query: TranslationQuery, held: Mapping[str, Any]) -> OfSentence:
        return OfSentence(self._services.sentences, translation_query, held, wide=self._scene.wide)

    async def _views(
        self, below: str, views: Views[Any, Any], subjects: Sequence[Words], choices: object, *, first: bool
    ) -> AsyncIterator[RecordedAnswer]:
        """The responses of the views of one subject: what each shows on screen (`first`), or what else is recorded."""
        # Small responses come first.
        for name in sorted(views, key=lambda name: self._sizes.get(below + name, 0)):
            asked = await run_sync(_questions, views[name], choices)
            for subject in subjects:
                for words in _opening(f"{below}{name}", asked) if first else asked:
                    path, said = f"{below}{name}", {**subject, **words}
                    if key_of(path, said) in self._asked:
                        continue
                    record = await self._once(path, said)
                    if record:
                        self._sizes.setdefault(path, len(record.body))
                        yield record
                    elif subject is not subjects[0]:
                        break  # the view is of more than this


def _opening(path: str, asked: list[Words]) -> list[Words]:
    """The parameters with which a view is requested when its screen opens.

    For a sentence these are all views; of the large ones, only the first of each attention and each stack.
    """
    if path.startswith("sentence/") and path not in LARGE:
        return asked
    found: dict[str | None, Words] = {}
    for words in asked:
        found.setdefault(words.get("part") or words.get("stack"), words)
    return list(found.values())


def _as_notes(photo_query: PhotoQuery, held: Mapping[str, Any]) -> tuple[PhotoQuery, Mapping[str, Any]]:
    """The query and state with which the notes open for a photo, or their present state if they are on screen."""
    notes = PhotoQuery(photo_query.photo, *NOTES, photo_query.change)
    return notes, held if photo_query == notes else {**held, "layer": 0, "head": 0, "explain": ""}


def _questions(view: View[Any, Any], choices: object) -> list[Words]:
    return list(questions(view, choices))


def _packed(key: str, body: bytes, media: str) -> RecordedAnswer:
    return RecordedAnswer(key, gzip.compress(body, 9, mtime=0), media, packed=True)
