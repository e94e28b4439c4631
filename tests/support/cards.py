"""Read the card (README.md) of a shipped translator."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import TypeVar

import vit_core
from vit_core.checkpoints.registry import REGISTRY


def folder(name: str) -> Path:
    found = REGISTRY[name].folder
    assert found is not None
    return found


L = TypeVar("L")


@cache
def shipped(name: str, kind: type[L]) -> L:
    """The checkpoint, loaded once for all tests."""
    loaded = vit_core.load(name)
    assert isinstance(loaded, kind)
    return loaded


@cache
def card(name: str) -> str:
    return (folder(name) / "README.md").read_text(encoding="utf-8")


def assert_card_is_of_the_files(name: str, *files: str) -> None:
    """The card names the digest of every file, the credit, and the registered figures."""
    for file in files:
        assert hashlib.sha256((folder(name) / file).read_bytes()).hexdigest() in card(name), file
    assert REGISTRY[name].sha256 == hashlib.sha256((folder(name) / "model.safetensors").read_bytes()).hexdigest()
    assert "Tatoeba (tatoeba.org), CC BY 2.0 FR" in card(name)
    for figures in REGISTRY[name].metrics.values():
        for figure in re.findall(r"[\d.]+ %|BLEU [\d.]+|chrF [\d.]+", figures):
            assert figure in card(name), figure


def told(name: str) -> tuple[float, float]:
    """The card's figures with teacher forcing: next-token accuracy in %, loss in nats per token."""
    row = re.search(rf"\*\*{name}\*\* \| ([\d.]+) % \| ([\d.]+) \|", card(name))
    assert row is not None
    return float(row[1]), float(row[2])
