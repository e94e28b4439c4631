"""Our one kind of Gradio component: a static box that a JavaScript module of assets/js fills.

The template is static and holds no value: Gradio never rebuilds it, and nothing a visitor typed can reach a template.
Programs, models and visitors speak through textContent or escaped parameters; markup comes from our text files only.
"""

from __future__ import annotations

from typing import Any

import gradio as gr

from demo.page import STATIC

# Relative to the page, so that it works behind any prefix. The event names must stand in this text: Gradio looks for
# them here.
MOUNT = """
import(new URL('%s/js/%s.js', document.baseURI)).then((module) => module.mount(element.querySelector('.am-mount'), {
  look: (what) => trigger('look', what),
  onAnswer: (listener) => watch('value', () => listener(props.value)),
}));
"""


class Scope(gr.HTML):
    """A part of the page drawn by `assets/js/<module>.js`, whose `mount(element, wires)` is called once."""

    def __init__(self, module: str, **kwargs: Any) -> None:
        super().__init__(
            html_template='<div class="am-mount"></div>',
            js_on_load=MOUNT % (STATIC, module),
            apply_default_css=False,
            container=False,
            padding=False,
            **kwargs,
        )

    def api_info(self) -> dict[str, Any]:
        return {"type": "object", "title": "the description of a look"}
