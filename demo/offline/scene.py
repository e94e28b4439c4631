"""The photos and sentences that an address of the page shows, with what is chosen in each, to be recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from demo.page.screens import HEADS, OPENING, SCREENS
from demo.photo.query import FIRST, PhotoQuery
from demo.sentence.query import TranslationQuery
from demo.services import Services

# Parameters that count from 1 in an address of the page, but from 0 in one of version 1, which has no `v`
# (core/address.js).
COUNTED = frozenset({"layer", "head", "step", "slayer", "elayer", "dlayer", "ehead", "dhead", "xhead"})
# Parameters of an address that do not change what is shown.
ABOUT_THE_PAGE = frozenset({"v", "s", "lang", "theme"})
# Parameters of an address for what is chosen in a sentence, and their names in the views.
OF_SENTENCE = {
    "elayer": "encoder_layer", "dlayer": "decoder_layer",
    "ehead": "encoder_head", "dhead": "decoder_head", "xhead": "cross_head",
    "step": "step", "source": "source", "part": "part", "stack": "stack", "explain": "explain",
}  # fmt: skip
# Parameters that stood for several others before version 5.
FORMERLY = {"slayer": ("elayer", "dlayer")}


@dataclass(frozen=True)
class Scene:
    """The photos and sentences to record, each with what is chosen in it, the one on screen first.

    Attributes:
        journeys: whose responses come first, in case there is not room for all.
        wide: there is room for more than what a screen opens with.
        query: the address of the page that begins with it.
    """

    photo_queries: tuple[tuple[PhotoQuery, Mapping[str, Any]], ...]
    translation_queries: tuple[tuple[TranslationQuery, Mapping[str, Any]], ...]
    journeys: tuple[str, ...] = ("photo", "sentence")
    query: str = ""
    wide: bool = False


def scene_of(services: Services, query: str) -> Scene:
    """Parse an address of the page into what it shows.

    Raises:
        VisitorError: there is no such photo or model, or the sentence cannot be translated.
    """
    said = {name: text for name, text in parse_qsl(query.removeprefix("?"), keep_blank_values=True)}
    said |= {now: said[former] for former, names in FORMERLY.items() if former in said for now in names}
    from_one = COUNTED if said.get("v", "1") != "1" else ()
    held = {name: int(text) - (name in from_one) for name, text in said.items() if text.isascii() and text.isdigit()}
    model = said.get("model", FIRST.model)
    size = held.get("size", FIRST.size if model == FIRST.model else 0)
    photo_query = services.photos.complete(
        PhotoQuery(said.get("photo", FIRST.photo), model, size, said.get("change", ""))
    )
    first = services.sentences.first
    prefix = tuple(int(part) for part in said.get("prefix", "").split(",") if part.isdigit())
    translation_query = TranslationQuery(
        said.get("text", first.text),
        said.get("translator", first.model),
        said.get("how", first.how),
        prefix,
        said.get("schange", ""),
    )
    services.photos.trace(photo_query)
    services.sentences.translation(translation_query)
    of_sentence = {name: held.get(word, said[word]) for word, name in OF_SENTENCE.items() if word in said}
    of_photo = {**held, "explain": said.get("explain", "")}
    journeys = {screen.name: screen.journey for screen in SCREENS}
    screen = said.get("screen", HEADS if said.keys() - ABOUT_THE_PAGE else OPENING)
    order = ("sentence", "photo") if journeys.get(screen) == "sentence" else ("photo", "sentence")
    return Scene(((photo_query, of_photo),), ((translation_query, of_sentence),), order, query=query)
