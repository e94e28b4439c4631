"""Start Attention Microscope: python -m demo, app.py or attention-microscope (--help)"""

from __future__ import annotations

import os
import signal

from demo.compute import heap, processors

# Ctrl+C during the imports ends the program at once, where Python would show a traceback; later it ends as main says.
signal.signal(signal.SIGINT, signal.SIG_DFL)

# Before anything large is there.
heap.bound()
processors.reserve()
# Before gradio is imported: the program asks no other host for anything by itself.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
# The hub's files come by plain HTTP, which a visitor can cancel after every piece; its own transfer runs to the end.
os.environ.setdefault("HF_HUB_DISABLE_XET", "1")

from demo.main import main

if __name__ == "__main__":
    main()
