"""The web page: it shows what vit_core computes."""

from demo import stubs

__version__ = "0.1.0"

stubs.leave_out()
