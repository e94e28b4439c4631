"""The page's only Gradio event: it requests everything else by addresses."""

from __future__ import annotations

from typing import Any

import gradio as gr

from demo.page.head import STATIC

# The quoted `lend` makes this an event; its answer comes back as the value, which no template shows.
ASK = """
import(new URL('%s/js/core/lent.js', document.baseURI)).then((module) =>
  module.connect((asked) => trigger('lend', asked), (tell) => watch('value', () => tell(props.value))));
"""


class Lent(gr.HTML):
    """An invisible component that carries requests of assets/js/core/lent.js to Python, and the answers back."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            html_template="<span></span>",
            js_on_load=ASK % STATIC,
            apply_default_css=False,
            container=False,
            padding=False,
            **kwargs,
        )
