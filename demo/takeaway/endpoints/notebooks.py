"""The state of the page as a notebook: what is on screen, and what is chosen in it."""

from __future__ import annotations

from typing import Annotated

from demo.page.screens import SCREENS
from demo.page.texts import LANGUAGES
from demo.photo.query import PhotoQuery
from demo.photo.service import PhotoService
from demo.query import interventions
from demo.query.parameters import OneOf
from demo.sentence import strategies
from demo.sentence.query import TranslationQuery
from demo.sentence.service import SentenceService
from demo.takeaway import notebook
from demo.takeaway.registry import photo_notebook, sentence_notebook
from vit_core.arguments import require_place
from vit_core.sentence_trace import Part

Lang = Annotated[str, OneOf(LANGUAGES)]
Screen = Annotated[str, OneOf(tuple(screen.name for screen in SCREENS))]


@photo_notebook("state")
def of_photo(
    photos: PhotoService,
    photo_query: PhotoQuery,
    *,
    layer: int,
    head: int,
    query: int = 0,
    screen: Screen,
    lang: Lang = "en",
) -> bytes:
    """A photo with what is switched off in its pass, and whose row of attention is printed."""
    model, square = photos.model_of(photo_query), photos.square(photo_query)
    config = model.model.config
    patches = (photo_query.size // config.patch_size) ** 2
    require_place("layer", layer, config.n_layers)
    require_place("head", head, config.n_heads)
    require_place("query", query, patches + len(config.prefix))
    change = interventions.parse(photo_query.change).intervention(config, patches)
    return notebook.of_photo(
        square, model=photo_query.model, change=change, answer=config.answer if config.n_classes else None,
        names=lang if lang in model.labels_by_language else "en",
        layer=layer, head=head, query=query, screen=screen, lang=lang,
    )  # fmt: skip


@sentence_notebook("state")
def of_sentence(
    sentences: SentenceService,
    translation_query: TranslationQuery,
    *,
    part: Part,
    layer: int,
    head: int | None = None,
    word: int = 0,
    screen: Screen,
    lang: Lang = "en",
) -> bytes:
    """A sentence with what is switched off, and whose row of attention is printed; without a head, the mean."""
    said = sentences.translation(translation_query)
    rows = said.trace.pattern(layer, head, part).shape[-2]
    require_place("word", word, rows)
    return notebook.of_sentence(
        translation_query.text, model=translation_query.model, strategy=strategies.parse(translation_query.how),
        prefix=translation_query.prefix, change=sentences.intervention(translation_query),
        causal_off=interventions.parse(translation_query.change).causal_off,
        part=part, layer=layer, head=head, word=word, screen=screen, lang=lang,
    )  # fmt: skip
