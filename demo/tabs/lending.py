"""The event by which the page requests a large model's trace from a lent GPU (demo.compute.lending)."""

from __future__ import annotations

import json

import gradio as gr

from demo.components.lent import Lent
from demo.context import AppContext
from demo.errors import VisitorError
from demo.photo.query import PhotoQuery


def build(ctx: AppContext) -> None:
    """Add the event, if a GPU is lent."""
    if not ctx.services.photos.lent:
        return

    def lend(asked: gr.EventData) -> str:
        """Have the trace of a query computed; after any error, the page requests it as always and gets the error
        there.
        """
        photo, model, size, number = (str(getattr(asked, of, "")) for of in ("photo", "model", "size", "number"))
        try:
            done = ctx.services.photos.lend(PhotoQuery(photo, model, int(size or 0)), number[:40])
        except (VisitorError, ValueError):
            done = True
        return json.dumps({"number": number, "done": done})

    box = Lent(elem_id="lent")
    box.lend(lend, None, box, show_progress="hidden", api_visibility="private")
