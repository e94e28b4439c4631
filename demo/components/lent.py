"""The one event of the page's own: everything else it asks for by addresses."""

from __future__ import annotations

from typing import Any

import gradio as gr

from demo.page.head import STATIC

# `lend` in quotes here is what makes it an event; its answer comes back as the value, which no template shows.
ASK = """
import(new URL('%s/js/core/lent.js', document.baseURI)).then((module) =>
  module.connect((asked) => trigger('lend', asked), (tell) => watch('value', () => tell(props.value))));
"""


class Lent(gr.HTML):
    """Carries the questions of assets/js/core/lent.js to Python and the answers back, and shows nothing."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            html_template="<span></span>",
            js_on_load=ASK % STATIC,
            apply_default_css=False,
            container=False,
            padding=False,
            **kwargs,
        )
