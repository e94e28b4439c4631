"""Checkpoints: which there are, where they come from, and how a file becomes a model."""

from vit_core.checkpoints.convert import ConversionReport
from vit_core.checkpoints.errors import ERRORS, NOTES, CheckpointError, Note
from vit_core.checkpoints.loaded_recurrent import LoadedRecurrent
from vit_core.checkpoints.loaded_translator import LoadedTranslator
from vit_core.checkpoints.loading import LoadedModel, load, peek
from vit_core.checkpoints.registry import available
from vit_core.checkpoints.spec import CheckpointSpec, ImageSpec, RecurrentSpec, TranslatorSpec

__all__ = [
    "ERRORS",
    "NOTES",
    "CheckpointError",
    "CheckpointSpec",
    "ConversionReport",
    "ImageSpec",
    "LoadedModel",
    "LoadedRecurrent",
    "LoadedTranslator",
    "Note",
    "RecurrentSpec",
    "TranslatorSpec",
    "available",
    "load",
    "peek",
]
