"""The data that the page loads once at its start: colours, models, examples and the first results."""

from __future__ import annotations

import base64
import os
from dataclasses import asdict
from typing import Any

from demo.page.figures import on_screens
from demo.page.head import VERSION
from demo.photo.facts import photo_facts
from demo.photo.picture_file import accepted
from demo.photo.query import FIRST
from demo.sentence.facts import sentence_facts
from demo.services import Services
from demo.views.palette import ramp


def boot(services: Services) -> dict[str, Any]:
    """The data of the page's start: colours, models, examples, and the facts of the first photo; texts are loaded
    separately.
    """
    lent = services.photos.lent
    return {
        "ramp": base64.b64encode(ramp().tobytes()).decode(),
        "models": [{**card, "lent": card["name"] in lent} for card in services.photos.models.cards()],
        "gallery": [{"file": item.file, "names": item.names} for item in services.photos.gallery],
        "first": photo_facts(services.photos, FIRST),
        "translators": services.sentences.models.cards(),
        "photo_kinds": accepted(),
        "sentences": [asdict(example) for example in services.sentences.examples],
        "first_sentence": sentence_facts(services.sentences, services.sentences.first),
        "figures": on_screens(),
        "version": VERSION,
        "outer_page": outer_page(),
    }


def outer_page() -> str | None:
    """The address of the page that embeds this one, if it is known: a hosted Space's, or one that the operator has
    set.
    """
    space = os.environ.get("SPACE_ID")
    return os.environ.get("MICROSCOPE_OUTER_PAGE") or (f"https://huggingface.co/spaces/{space}" if space else None)
