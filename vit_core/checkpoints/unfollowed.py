"""Handle settings in a checkpoint's files that may change its results: followed, refused by name, or reported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vit_core.checkpoints.contents import ADAPTER
from vit_core.checkpoints.errors import CheckpointError, Note

# Values with which a setting changes nothing, besides None, false, 0 and empty (transformers' defaults).
NEUTRAL = {"repetition_penalty": 1.0, "encoder_repetition_penalty": 1.0, "num_beam_groups": 1, "guidance_scale": 1.0}
SHOWN, MOST = 60, 6


@dataclass(frozen=True)
class Table:
    """How the settings of one kind of file are handled; a setting in none of the sets is reported.

    Attributes:
        followed: followed as in the checkpoint's library, or refused by name where it is read.
        harmless: without effect on any result here.
        refused: changes results and cannot be followed; harmless with a neutral value.
        reported: may change results and is not followed, but the model is still worth showing.
    """

    followed: frozenset[str]
    harmless: frozenset[str]
    refused: frozenset[str] = frozenset()
    reported: frozenset[str] = frozenset()

    @property
    def keys(self) -> frozenset[str]:
        """Every setting that is known."""
        return self.followed | self.harmless | self.refused | self.reported


def unfollowed_settings(settings: Mapping[str, Any], table: Table, name: str) -> dict[str, Any]:
    """The settings of a file that are not followed and have to be reported.

    Raises:
        CheckpointError: unsupported_setting.
    """
    asked = {key: value for key, value in settings.items() if not _neutral(key, value)}
    for key in asked.keys() & table.refused:
        raise CheckpointError("unsupported_setting", name=name, setting=_shown(key, asked[key]))
    return {key: value for key, value in asked.items() if key not in table.followed | table.harmless}


def adapter_beside(folder: Path) -> tuple[Note, ...]:
    """A note if an adapter lies beside whole weights: transformers would apply it."""
    return (Note("adapter_beside", {"file": ADAPTER}),) if (folder / ADAPTER).exists() else ()


def unfollowed_note(*left: Mapping[str, Any]) -> tuple[Note, ...]:
    """One note that names every setting of a checkpoint's files that is not followed.

    Args:
        left: for each file, the result of `unfollowed_settings`.
    """
    told = list(dict.fromkeys(_shown(key, value) for of_file in left for key, value in of_file.items()))
    shown = [*told[:MOST], "…"] if len(told) > MOST else told
    return (Note("unfollowed", {"settings": ", ".join(shown)}),) if told else ()


def _shown(key: str, value: Any) -> str:
    shown = f"{key} = {value}"
    return shown if len(shown) <= SHOWN else f"{shown[: SHOWN - 1]}…"


def _neutral(key: str, value: Any) -> bool:
    if key.endswith("_token_id"):  # 0 is a token
        return value is None
    return not value or (key in NEUTRAL and value == NEUTRAL[key])
