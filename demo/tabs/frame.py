"""The frame around every screen: title bar, input strips, rail. The photo's strip is the only part with an event."""

from __future__ import annotations

import logging
from typing import Any

import gradio as gr

from demo.components.scope import Scope
from demo.context import AppContext
from demo.errors import VisitorError
from demo.page import look_facts
from demo.services import Look


def build(ctx: AppContext) -> None:
    """Add the frame; a `look` event of the strip answers with the look's facts or the code of what went wrong."""
    Scope("frame/title_bar", elem_id="title-bar")
    strip = Scope("frame/input_strip", elem_id="input-strip")
    Scope("frame/sentence_strip", elem_id="sentence-strip")
    Scope("frame/rail", elem_id="rail")

    def look(event: gr.EventData) -> dict[str, Any]:
        asked = _asked(event)
        request = str(getattr(event, "request", ""))[:40]
        try:
            return {"request": request, **look_facts(ctx.services, asked, request)}
        except VisitorError as error:
            return {"request": request, "error": error.code, "params": error.params}
        except Exception:  # without an answer the page would wait for ever
            logging.getLogger(__name__).exception("the look %s failed", asked)
            return {"request": request, "error": "other", "params": {}}

    # Several may wait here; the services let one forward pass run at a time and one download not hold up the rest.
    # Gradio would otherwise drop a question that comes while an older one is under way, and the page wait in vain.
    waiting: dict[str, Any] = {"concurrency_limit": 8, "trigger_mode": "multiple"}
    strip.look(look, None, strip, show_progress="hidden", api_visibility="private", **waiting)


def _asked(event: gr.EventData) -> Look:
    """The look an event names; anything may arrive here, so everything becomes the type it should have."""
    size = getattr(event, "size", 0)
    photo, model = (str(getattr(event, name, "")) for name in ("photo", "model"))
    return Look(photo, model, size if isinstance(size, int) else -1)
