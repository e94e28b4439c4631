"""Named endpoints for other programs: the same services as the page, no page needed.

The components are never shown; Gradio derives the endpoints' types from them and, unlike for bare functions, checks
that a file named in a request really was uploaded.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager

import gradio as gr
import numpy as np
from gradio.processing_utils import save_bytes_to_cache

from demo.components.upload import Upload
from demo.context import AppContext
from demo.errors import VisitorError
from demo.sentences import DEFAULT_MODEL as TRANSLATOR
from demo.sentences import Ask
from demo.services import DEFAULT_MODEL, Look
from demo.texts import sentence
from vit_core import Trace


def build(ctx: AppContext) -> None:
    """Add /classify, /attention and /translate."""
    services = ctx.services

    def trace(image: bytes | None, model: str, size: float) -> Trace:
        look = services.complete(Look(services.add_photo(image or b""), str(model), int(size)))
        return services.trace(look)

    def classify(image: bytes, model: str = DEFAULT_MODEL, size: float = 0, top: float = 5) -> dict[str, float]:
        """Name what a picture shows: labels with their probabilities (0..1), best first.

        Args:
            image: a picture file (JPEG, PNG, WebP, GIF, BMP, TIFF).
            model: name of a model the page offers.
            size: side in pixels of the square the model reads; 0 means the model's own.
            top: how many classes to name.
        """
        with sentences():
            return dict(trace(image, model, size).top(max(1, int(top))))

    def attention(image: bytes, layer: float, model: str = DEFAULT_MODEL, size: float = 0) -> str:
        """The attention weights of one layer on a picture, as a .npy file: float32 [head, query, key].

        Args:
            image: a picture file.
            layer: which encoder block, from 0.
            model: name of a model the page offers.
            size: side in pixels of the square the model reads; 0 means the model's own.
        """
        with sentences():
            pattern = trace(image, model, size).pattern(int(layer))
        file = io.BytesIO()
        np.save(file, pattern.numpy())
        # Straight into Gradio's cache, by content: not copied there, not twice, and cleared away by `delete_cache`.
        return save_bytes_to_cache(file.getvalue(), f"layer{int(layer)}.npy", answer.GRADIO_CACHE)

    def translate(
        text: str, model: str = TRANSLATOR, beam: float = 4, length_penalty: float = 0.6
    ) -> dict[str, str | float | list[str]]:
        """Translate a sentence: its text, its tokens, the source's tokens, and the score of the whole.

        Args:
            text: one sentence in the language the model reads.
            model: name of a translator the page offers.
            beam: how many translations are kept while writing; 1 takes the most probable word each time.
            length_penalty: exponent of the length by which a translation's log-probability is divided.
        """
        with sentences():
            how = f"beam:{int(beam)}:{length_penalty:g}:exponent"
            said = services.sentences.translation(Ask(str(text), str(model), how))
        return {
            "text": said.text,
            "tokens": list(said.tokens),
            "source_tokens": list(said.source_tokens),
            "score": said.score,
        }

    with gr.Column(visible=False):
        image, layer = Upload(label="image", type="binary"), gr.Number(0, label="layer", precision=0)
        model = gr.Dropdown(services.models.names(), value=DEFAULT_MODEL, label="model", allow_custom_value=True)
        size, top = gr.Number(0, label="size", precision=0), gr.Number(5, label="top", precision=0)
        answer = gr.File()
        gr.Button("classify").click(classify, [image, model, size, top], gr.Label(), api_name="classify")
        text, beam = gr.Textbox(label="text"), gr.Number(4, label="beam", precision=0)
        translator = gr.Dropdown(
            services.sentences.models.names(), value=TRANSLATOR, label="model", allow_custom_value=True
        )
        penalty = gr.Number(0.6, label="length_penalty")
        gr.Button("translate").click(translate, [text, translator, beam, penalty], gr.JSON(), api_name="translate")
        gr.Button("attention").click(attention, [image, layer, model, size], answer, api_name="attention")


@contextmanager
def sentences() -> Iterator[None]:
    """Whatever a client can do something about reaches it as a sentence."""
    try:
        yield
    except VisitorError as error:
        raise gr.Error(sentence("en", error), print_exception=False) from error
    except IndexError as error:
        raise gr.Error(f"There is no such layer: {error}; layers count from 0.", print_exception=False) from error
    except TypeError as error:
        raise gr.Error("Where a number is asked for, send a number.", print_exception=False) from error
    except ValueError as error:  # a model without classes
        raise gr.Error(str(error), print_exception=False) from error
