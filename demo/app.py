"""The Gradio app: one thin file per screen, put together here."""

from __future__ import annotations

from typing import Any

import gradio as gr
from starlette.middleware import Middleware

from demo.context import AppContext
from demo.page import EarlyHead
from demo.routes import data_plane
from demo.services import Services
from demo.tabs import (
    api,
    attention,
    before,
    block,
    calculator,
    decision,
    decoder,
    frame,
    models,
    patches,
    position,
    translation,
    words,
)

# In the order of the photo's way through the model, then of the sentence's; then what stands beside them.
SCREENS = (patches, position, attention, block, decision, before, words, decoder, translation, models)
# What clients of the endpoints sent and were sent stays on disk this long: looked at every 5 minutes, gone after 10.
FILES_GO = (300, 600)


def build_app(services: Services) -> gr.Blocks:
    """The page and its endpoints."""
    ctx = AppContext(services)
    with gr.Blocks(
        title="Attention Microscope", analytics_enabled=False, fill_width=True, delete_cache=FILES_GO
    ) as app:
        frame.build(ctx)
        for screen in SCREENS:
            screen.build(ctx)
        calculator.build(ctx)
        api.build(ctx)
    app.queue(max_size=64)
    return app


def launch_kwargs(services: Services) -> dict[str, Any]:
    """How the app has to be launched: routes and head in place before the first request, memory bounded."""
    return {
        "app_kwargs": {"routes": [data_plane(services)], "middleware": [Middleware(EarlyHead)]},
        "theme": gr.themes.Base(
            font=["system-ui", "Noto Sans KR", "sans-serif"], font_mono=["ui-monospace", "monospace"]
        ),
        "ssr_mode": False,
        "run_history": False,
        "state_session_capacity": 200,
        "max_file_size": "20mb",
        "footer_links": [],
        "show_error": True,
    }
