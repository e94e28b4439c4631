"""Checkpoints: which there are, where they come from, and how a file becomes a model."""

from vit_core.checkpoints.convert import ConversionReport
from vit_core.checkpoints.errors import ERRORS, NOTES, CheckpointError, Note
from vit_core.checkpoints.loading import LoadedModel, load, peek
from vit_core.checkpoints.registry import CheckpointSpec, available

__all__ = [
    "ERRORS",
    "NOTES",
    "CheckpointError",
    "CheckpointSpec",
    "ConversionReport",
    "LoadedModel",
    "Note",
    "available",
    "load",
    "peek",
]
