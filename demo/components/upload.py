"""The endpoints' file input."""

from __future__ import annotations

from pathlib import Path

import gradio as gr
from gradio_client.utils import is_http_url_like


class Upload(gr.File):
    """A file that a client sends. One that it only names by an address is refused: this server fetches nothing."""

    is_template = True  # for the browser it is the gr.File that it derives from

    async def async_move_resource_to_block_cache(self, url_or_file_path: str | Path | None) -> str | None:
        if is_http_url_like(str(url_or_file_path)):
            raise gr.Error(f"{self.label} takes the picture itself, not its address", print_exception=False)
        return await super().async_move_resource_to_block_cache(url_or_file_path)
