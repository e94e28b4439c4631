"""Named endpoints for other programs: the same services as the page, no page needed.

Each function's signature declares its parameters completely: validation, error messages and documentation follow from
it (demo.query.parameters). Errors that depend on the model have the same form.
"""

# Annotations are evaluated here, since the names of the models are known only with the services.

from dataclasses import asdict
from typing import Annotated, Any

import gradio as gr
from annotated_types import Ge, Le, MaxLen, MinLen
from pydantic import Field, PlainValidator, WithJsonSchema

from demo.components.endpoint import AnswerFile, endpoint
from demo.context import AppContext
from demo.photo.query import DEFAULT_MODEL, PhotoQuery
from demo.programs.answer_files import attention_file
from demo.programs.answers import PICTURE
from demo.programs.uploads import name_of, token_of
from demo.query.parameters import OneOf, ParameterError
from demo.query.text_limits import MAX_CHARACTERS
from demo.sentence.query import DEFAULT_MODEL as TRANSLATOR
from demo.sentence.query import TranslationQuery
from demo.sentence.strategies import ALPHA, WIDTH
from demo.sentence.typed import offers

# More than any model has: a larger number is a mistake.
MOST_CLASSES = 100_000


Image = Annotated[
    str,
    PlainValidator(name_of),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]},
            ],
            "description": "the picture: data:image/png;base64,..., the token with which an upload was answered, "
            "example:FILE of the gallery, or a file as Gradio's clients send it",
            "takes": PICTURE,
        }
    ),
]
Size = Annotated[int, Ge(0), Field(description="side in pixels of the square the model reads; 0: the model's own")]


def build(ctx: AppContext) -> None:
    """Add /classify, /attention and /translate."""
    services = ctx.services

    models, translators = (
        OneOf(tuple(services.photos.models.offered())),
        OneOf(tuple(services.sentences.models.offered())),
    )
    which = Field(description="name of a model that is offered")

    def photo_query_of(image: str, model: str, size: int) -> PhotoQuery:
        loaded = services.photos.model(model)
        if size and size not in services.photos.sizes(loaded):
            sizes = ", ".join(map(str, services.photos.sizes(loaded)))
            raise ParameterError("size", f"0 (the model's own) or one of {sizes} for {model}", size)
        photo_query = services.photos.complete(PhotoQuery(token_of(services, image), model, size))
        services.photos.lend(photo_query)  # a call is an event of Gradio's, as the page's own is
        return photo_query

    def classify(
        image: Image,
        model: Annotated[str, models, which] = DEFAULT_MODEL,
        size: Size = 0,
        top: Annotated[int, Ge(1), Le(MOST_CLASSES), Field(description="how many classes to name at most")] = 5,
    ) -> dict[str, Any]:
        """Name what a picture shows: the classes with their probabilities (0..1), best first.

        Several classes may have one name: their index tells them apart. A model that answers with numbers, as a
        regression does, names no class: of it numbers has every one with its name, in the model's order.
        """
        config = services.photos.model(model).model.config
        if not config.n_classes:
            raise ParameterError("model", "a model with a class head; this one names no class", model)
        trace, counted = services.photos.trace(photo_query_of(image, model, size)), config.names_classes
        return {
            "model": model,
            "n_classes": config.n_classes if counted else 0,
            "classes": [asdict(one) for one in trace.top_classes(top)] if counted else [],
            "numbers": [] if counted else [{"name": name, "number": number} for name, number in trace.numbers()],
        }

    def attention(
        image: Image,
        layer: Annotated[int, Ge(0), Field(description="which encoder block, from 0")] = 0,
        model: Annotated[str, models, which] = DEFAULT_MODEL,
        size: Size = 0,
    ) -> str:
        """The attention weights of one layer on a picture, as a .npy file: float32 [head, query, key]."""
        n_layers = services.photos.model(model).model.config.n_layers
        if layer >= n_layers:
            raise ParameterError("layer", f"a whole number from 0 to {n_layers - 1} for {model}", layer)
        photo_query = photo_query_of(image, model, size)
        services.photos.trace(photo_query)  # what may fail or take long is done before the file is fetched
        return attention_file(photo_query, layer)

    def translate(
        text: Annotated[
            str, MinLen(1), MaxLen(MAX_CHARACTERS), Field(description="a sentence in the language the model reads")
        ],
        model: Annotated[str, translators, which] = TRANSLATOR,
        beam: Annotated[
            int,
            Ge(int(WIDTH.least)),
            Le(int(WIDTH.most)),
            Field(description="how many translations are kept while writing; 1: the most probable word each time"),
        ] = 4,
        length_penalty: Annotated[
            float,
            Ge(ALPHA.least),
            Le(ALPHA.most),
            Field(description="exponent of the length by which a translation's log-probability is divided"),
        ] = 0.6,
    ) -> dict[str, Any]:
        """Translate a sentence: its text and tokens, the source's tokens, the score of the whole, and why it ends.

        stopped_by is "end" where the model wrote its end token and "limit" where the text was cut at `limit` tokens.
        search_stopped_by is "settled" where no other text that was followed could have overtaken this one, "end" where
        every one had ended, and "limit" where one was cut.

        What was sent is what is translated. offers says where that reads otherwise than it looks, and the text that was
        probably meant: code "invisible" for signs that nobody sees (signs names them), "decomposed" for letters in
        parts, "capitals" for a text in capitals alone, "small" for one without any; tokens are how many the model reads
        and would read.
        """
        said = services.sentences.translation(TranslationQuery(text, model, f"beam:{beam}:{length_penalty!r}:exponent"))
        return {
            "text": said.text,
            "tokens": list(said.tokens),
            "source_tokens": list(said.source_tokens),
            "score": said.score,
            "stopped_by": said.stopped_by,
            "limit": said.limit,
            "search_stopped_by": said.search_stopped_by,
            "offers": [offer.facts() for offer in offers(text, services.sentences.models.load(model).tokenizer.encode)],
        }

    with gr.Column(visible=False):
        endpoint(classify, gr.JSON())
        endpoint(translate, gr.JSON())
        endpoint(attention, AnswerFile())
