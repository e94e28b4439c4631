"""The web page: it shows what vit_core computes."""

__version__ = "0.1.0"
