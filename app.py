"""Start Attention Microscope: python app.py [--host HOST] [--port PORT] [--models-dir FOLDER]"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

# Before gradio is imported: the program asks no other host for anything by itself.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
# The hub's files come by plain HTTP, which a visitor can cancel after every piece; its own transfer runs to the end.
os.environ.setdefault("HF_HUB_DISABLE_XET", "1")

from demo.app import build_app, launch_kwargs
from demo.services import Services


def main() -> None:
    """Read the options, warm the first examples, serve."""
    parser = argparse.ArgumentParser(
        description="See how Transformers read photos and sentences, with their real numbers."
    )
    parser.add_argument(
        "--host", default=os.environ.get("GRADIO_SERVER_NAME", "127.0.0.1"), help="address to listen on"
    )
    parser.add_argument("--port", type=int, default=int(os.environ.get("GRADIO_SERVER_PORT", "7860")))
    parser.add_argument(
        "--models-dir", type=Path, help="folder of checkpoint folders to offer beside the registered ones"
    )
    options = parser.parse_args()
    if options.models_dir is not None and not options.models_dir.is_dir():
        parser.error(f"--models-dir {options.models_dir} is not a folder")
    services = Services(models_dir=options.models_dir)
    services.warm()
    build_app(services).launch(server_name=options.host, server_port=options.port, **launch_kwargs(services))


if __name__ == "__main__":
    main()
