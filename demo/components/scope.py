"""The only kind of Gradio component that draws: a static box that a JavaScript module of assets/js fills.

The template is static and holds no value: Gradio never rebuilds it, and nothing a visitor typed can reach a template.
Texts of programs, models and visitors are inserted as textContent or escaped; markup comes only from our text files.
"""

from __future__ import annotations

from typing import Any

import gradio as gr

from demo.page.head import STATIC

# Relative to the page, so that it works behind any prefix.
MOUNT = """
const box = element.querySelector('.am-mount');
import(new URL('%s/js/core/mounting.js', document.baseURI)).then(({ mountPart }) => mountPart(box, '%s'));
"""


class Scope(gr.HTML):
    """A part of the page drawn by `assets/js/<module>.js`, whose `mount(element)` is called once."""

    def __init__(self, module: str, **kwargs: Any) -> None:
        super().__init__(
            html_template='<div class="am-mount" data-mounting></div>',
            js_on_load=MOUNT % (STATIC, module),
            apply_default_css=False,
            container=False,
            padding=False,
            **kwargs,
        )
