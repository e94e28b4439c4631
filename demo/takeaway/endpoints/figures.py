"""The papers' figures of what is on screen, each as a file.

Importing matplotlib takes half a second and forty megabytes, so it is imported with the first figure only.
"""

from __future__ import annotations

from types import ModuleType
from typing import Annotated, Any, Literal

from demo.errors import VisitorError
from demo.page.texts import LANGUAGES
from demo.photo.query import PhotoQuery
from demo.photo.service import PhotoService
from demo.query.parameters import OneOf
from demo.recurrence.endpoints.recurrence import KINDS, ids_of
from demo.recurrence.service import translator_of
from demo.sentence import strategies
from demo.sentence.query import TranslationQuery
from demo.sentence.service import SentenceService
from demo.takeaway.registry import photo_figure, sentence_figure
from vit_core.arguments import require_place
from vit_core.quality_by_length import read_quality
from vit_core.sentence_trace import Part

Lang = Annotated[str, OneOf(LANGUAGES)]
Format = Literal["svg", "png", "pdf"]
Kind = Literal["joined", "single", "captions"]
Metric = Literal["chrf", "bleu", "next_token"]
# The most characters of a change in a caption; an order of patches is wider than any figure.
MOST_OF_A_CHANGE = 60


@photo_figure("fig6")
def fig6(
    photos: PhotoService, photo_query: PhotoQuery, *, query: int = 0, lang: Lang = "en", format: Format = "svg"
) -> bytes:
    """The picture, and the picture as attention rollout of a token lights it (arXiv 2010.11929, Fig. 6)."""
    trace, model = photos.trace(photo_query), photos.model_of(photo_query)
    intervention = photos.intervention(photo_query, trace)
    return _file(
        photo_query,
        lang,
        format,
        lambda draw: draw.fig6(model, trace, intervention=intervention, query=query, lang=lang),
    )


@photo_figure("fig7")
def fig7(photos: PhotoService, photo_query: PhotoQuery, *, lang: Lang = "en", format: Format = "svg") -> bytes:
    """Filters, similarity of positions and attention distance side by side (arXiv 2010.11929, Fig. 7)."""
    trace, model = photos.trace(photo_query), photos.model_of(photo_query)
    return _file(photo_query, lang, format, lambda draw: draw.fig7(model, trace, lang=lang))


@photo_figure("fig7-left")
def fig7_left(photos: PhotoService, photo_query: PhotoQuery, *, lang: Lang = "en", format: Format = "svg") -> bytes:
    """Principal components of the filters that embed a patch (arXiv 2010.11929, Fig. 7 left)."""
    model = photos.model_of(photo_query)
    return _file(None, lang, format, lambda draw: draw.fig7_left(model, lang=lang))


@photo_figure("fig7-centre")
def fig7_centre(
    photos: PhotoService, photo_query: PhotoQuery, *, native: bool = False, lang: Lang = "en", format: Format = "svg"
) -> bytes:
    """Similarity of the positions at this picture size, or in the grid as trained (arXiv 2010.11929, Fig. 7 centre)."""
    model = photos.model_of(photo_query)
    side = model.model.config.grid if native else photo_query.size // model.model.config.patch_size
    return _file(None, lang, format, lambda draw: draw.fig7_centre(model, side, side, lang=lang))


@photo_figure("fig7-right")
def fig7_right(photos: PhotoService, photo_query: PhotoQuery, *, lang: Lang = "en", format: Format = "svg") -> bytes:
    """Mean attention distance by head and depth (arXiv 2010.11929, Fig. 7 right)."""
    trace = photos.trace(photo_query)
    return _file(photo_query, lang, format, lambda draw: draw.fig7_right(trace, lang=lang))


@photo_figure("fig11")
def fig11(
    photos: PhotoService,
    photo_query: PhotoQuery,
    *,
    second: str = "",
    size2: int = 0,
    change2: str = "",
    lang: Lang = "en",
    format: Format = "svg",
) -> bytes:
    """Size of the attended area by head and depth, beside that of a second model (arXiv 2010.11929, Fig. 11)."""
    beside = [photos.complete(PhotoQuery(photo_query.photo, second, size2, change2))] if second else []
    traces = [photos.trace(one) for one in (photo_query, *beside)]
    return _file(photo_query, lang, format, lambda draw: draw.fig11(*traces, lang=lang))


@sentence_figure("bahdanau2")
def bahdanau2(
    sentences: SentenceService,
    translation_query: TranslationQuery,
    *,
    kind: Kind = "joined",
    metric: Metric = "chrf",
    lang: Lang = "en",
    format: Format = "svg",
) -> bytes:
    """Quality by length of the sentence, of all the models that were measured (arXiv 1409.0473, Fig. 2)."""
    rows = read_quality()
    return _file(None, lang, format, lambda draw: draw.bahdanau2(rows, kind=kind, metric=metric, lang=lang))


@sentence_figure("bahdanau3")
def bahdanau3(
    sentences: SentenceService,
    translation_query: TranslationQuery,
    *,
    layer: int | None = None,
    head: int | None = None,
    lang: Lang = "en",
    format: Format = "svg",
) -> bytes:
    """Soft alignment by the GRU with attention; with a layer, by the translator (arXiv 1409.0473, Fig. 3)."""
    if layer is None:
        reading, aligner = sentences.recurrents.by_cell("gru-attention", translation_query.text)
        return _file(
            None, lang, format,
            lambda draw: draw.bahdanau3(
                reading.trace, source=draw.as_written(aligner.tokenizer, translation_query.text), lang=lang
            ),
        )  # fmt: skip
    return _between_words(sentences, translation_query, lang, format, "bahdanau3", layer=layer, head=head)


@sentence_figure("vaswani3")
def vaswani3(
    sentences: SentenceService,
    translation_query: TranslationQuery,
    *,
    part: Part = "encoder",
    layer: int | None = None,
    word: int | None = None,
    lang: Lang = "en",
    format: Format = "svg",
) -> bytes:
    """What one word looks at in all heads (arXiv 1706.03762, Fig. 3); without a word, the one that looks farthest."""
    return _between_words(sentences, translation_query, lang, format, "vaswani3", layer=layer, part=part, word=word)


@sentence_figure("vaswani4")
def vaswani4(
    sentences: SentenceService,
    translation_query: TranslationQuery,
    *,
    part: Part = "encoder",
    layer: int | None = None,
    head: int | None = None,
    other: int | None = None,
    word: int | None = None,
    lang: Lang = "en",
    format: Format = "svg",
) -> bytes:
    """All that one head looks at, and one word in two heads (arXiv 1706.03762, Fig. 4); without heads, the sharpest."""
    heads = _two(head, other)
    return _between_words(
        sentences, translation_query, lang, format, "vaswani4", layer=layer, part=part, heads=heads, word=word
    )


@sentence_figure("vaswani5")
def vaswani5(
    sentences: SentenceService,
    translation_query: TranslationQuery,
    *,
    part: Part = "encoder",
    layer: int | None = None,
    head: int | None = None,
    other: int | None = None,
    lang: Lang = "en",
    format: Format = "svg",
) -> bytes:
    """All that two heads look at (arXiv 1706.03762, Fig. 5); without heads, the two that look most sharply."""
    return _between_words(
        sentences, translation_query, lang, format, "vaswani5", layer=layer, part=part, heads=_two(head, other)
    )


@sentence_figure("beam")
def beam(
    sentences: SentenceService, translation_query: TranslationQuery, *, lang: Lang = "en", format: Format = "svg"
) -> bytes:
    """The tree of a beam search."""
    said, model, strategy = (
        sentences.translation(translation_query),
        sentences.model_of(translation_query),
        strategies.parse(translation_query.how),
    )
    return _file(translation_query, lang, format, lambda draw: draw.beam(model, said, strategy, lang=lang))


@sentence_figure("length")
def length(
    sentences: SentenceService, translation_query: TranslationQuery, *, lang: Lang = "en", format: Format = "svg"
) -> bytes:
    """Log-probability and score of every hypothesis of a beam search over its length."""
    said, strategy = sentences.translation(translation_query), strategies.parse(translation_query.how)
    return _file(translation_query, lang, format, lambda draw: draw.length(said, strategy, lang=lang))


@sentence_figure("gradient")
def gradient(
    sentences: SentenceService,
    translation_query: TranslationQuery,
    *,
    count: int = 1,
    step: int | None = None,
    lang: Lang = "en",
    format: Format = "svg",
) -> bytes:
    """How far back learning reaches in RNN, LSTM and GRU; without a step, from a late word (arXiv 1211.5063, 2)."""
    recurrents, names = sentences.recurrents, [translator_of(kind) for kind in KINDS]
    tokenizer = recurrents.model(names[0]).tokenizer
    text, source, target = ids_of(
        tokenizer, translation_query.text, sentences.translation(translation_query).text, count
    )
    # By default, the step at which the chapter opens.
    at = recurrents.late_word(source, target)[0].step if step is None else require_place("step", step, len(target))
    found = [
        [recurrents.gradients(name, source, target, at, trained=trained)[0] for trained in (True, False)]
        for name in names
    ]
    asked = [tokenizer.token(token) for token in target[: at + 1]]

    def drawn(draw: ModuleType) -> Any:
        cells = [draw.Gradients(kind.upper(), *pair) for kind, pair in zip(KINDS, found, strict=True)]
        return draw.gradient(cells, draw.as_written(tokenizer, text), asked, lang=lang)

    return _file(None, lang, format, drawn)


def _between_words(
    sentences: SentenceService, translation_query: TranslationQuery, lang: str, form: str, name: str, **chosen: Any
) -> bytes:
    """A figure of attention between the words of a translation, which are named as they were typed."""
    trace, tokenizer = sentences.translation(translation_query).trace, sentences.model_of(translation_query).tokenizer

    def drawn(draw: ModuleType) -> Any:
        return getattr(draw, name)(
            trace, source=draw.as_written(tokenizer, translation_query.text), lang=lang, **chosen
        )

    return _file(translation_query, lang, form, drawn)


def _two(head: int | None, other: int | None) -> tuple[int, int] | None:
    """A pair of heads, or None for the default choice.

    Raises:
        VisitorError: bad_request, if only one is given.
    """
    if head is None and other is None:
        return None
    if head is None or other is None:
        raise VisitorError("bad_request", reason="head and other name two heads together")
    return head, other


def _file(subject: PhotoQuery | TranslationQuery | None, lang: str, form: str, drawn: Any) -> bytes:
    """A figure's file, with the change of its subject in the caption.

    Raises:
        VisitorError: bad_request, if there is no such figure of the subject.
    """
    from vit_core import figures  # noqa: PLC0415

    try:
        figure = drawn(figures)
    except figures.FigureError as error:
        raise VisitorError("bad_request", reason=str(error)) from error
    if subject is not None and (change := subject.change):
        shown = change if len(change) <= MOST_OF_A_CHANGE else f"{change[:MOST_OF_A_CHANGE]}…"
        figures.add_to_caption(figure, figures.said("changed", lang, change=shown))
    return figures.written(figure, form)
