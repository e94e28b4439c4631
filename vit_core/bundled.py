"""The folder of the weights, labels, texts and pictures that come with the program."""

from __future__ import annotations

from pathlib import Path

_BESIDE = Path(__file__).resolve().parent.parent
_INSTALLED = _BESIDE / "attention_microscope_assets"  # what a wheel calls them (setup.py)

ASSETS = _INSTALLED if _INSTALLED.is_dir() else _BESIDE / "assets"
