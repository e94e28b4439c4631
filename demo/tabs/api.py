"""Named endpoints for other programs: the same services as the page, no page needed.

The components are never shown; Gradio derives the endpoints' types from them and, unlike for bare functions, checks that a file named in a
request really was uploaded.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import gradio as gr
import numpy as np

from demo.context import AppContext
from demo.errors import VisitorError
from demo.services import DEFAULT_MODEL, Look
from demo.texts import sentence


def build(ctx: AppContext) -> None:
    """Add /classify and /attention."""
    services = ctx.services

    def look_at(image: str | None, model: str, size: float) -> Look:
        if image is None:
            raise VisitorError("photo_empty")
        native = services.model(model).preprocess.crop
        return Look(services.add_photo(Path(image).read_bytes()), model, int(size) or native)

    def classify(image: str, model: str = DEFAULT_MODEL, size: float = 0, top: float = 5) -> dict[str, float]:
        """Name what a picture shows: labels with their probabilities (0..1), best first.

        Args:
            image: a picture file (JPEG, PNG, WebP, GIF, BMP, TIFF).
            model: name of a model the page offers.
            size: side in pixels of the square the model reads; 0 means the model's own.
            top: how many classes to name.
        """
        try:
            return dict(services.trace(look_at(image, model, size)).top(max(1, int(top))))
        except VisitorError as error:
            raise gr.Error(sentence("en", error)) from error
        except ValueError as error:
            raise gr.Error(str(error)) from error

    def attention(image: str, layer: float, model: str = DEFAULT_MODEL, size: float = 0) -> str:
        """The attention weights of one layer on a picture, as a .npy file: float32 [head, query, key].

        Args:
            image: a picture file.
            layer: which encoder block, from 0.
            model: name of a model the page offers.
            size: side in pixels of the square the model reads; 0 means the model's own.
        """
        try:
            pattern = services.trace(look_at(image, model, size)).pattern(int(layer))
        except VisitorError as error:
            raise gr.Error(sentence("en", error)) from error
        except IndexError as error:
            raise gr.Error(f"There is no such layer: {error}; layers count from 0.") from error
        path = Path(tempfile.mkdtemp(prefix="attention-")) / f"layer{int(layer)}.npy"
        np.save(path, pattern.numpy())
        return str(path)

    with gr.Column(visible=False):
        image, layer = gr.File(label="image"), gr.Number(0, label="layer", precision=0)
        model = gr.Dropdown(services.model_names(), value=DEFAULT_MODEL, label="model", allow_custom_value=True)
        size, top = gr.Number(0, label="size", precision=0), gr.Number(5, label="top", precision=0)
        gr.Button("classify").click(classify, [image, model, size, top], gr.Label(), api_name="classify")
        gr.Button("attention").click(attention, [image, layer, model, size], gr.File(), api_name="attention")
