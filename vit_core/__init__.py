"""Vision Transformers from public checkpoints, run so that every number on the way can be looked at.

    model = vit_core.load("vit-s14-everyday")
    trace = vit_core.trace_image(model, PIL.Image.open("cat.jpg"))
    trace.top(5)                # the five most probable classes
    trace.pattern(3, head=0)    # [N, N]: who attends to whom

Letters in shapes and shape comments: B batch, N tokens, T target tokens (that ask), S source tokens (that answer),
H heads, D d_model, K d_head, M d_mlp, C classes.
"""

from vit_core.checkpoints import (
    CheckpointError,
    CheckpointSpec,
    ImageSpec,
    LoadedModel,
    LoadedRecurrent,
    LoadedTranslator,
    RecurrentSpec,
    TranslatorSpec,
    available,
    load,
)
from vit_core.config import RecurrentConfig, Seq2SeqConfig, ViTConfig
from vit_core.recurrent_translation import (
    RecurrentTrace,
    RecurrentTranslation,
    read_along_recurrent,
    translate_recurrent,
)
from vit_core.sentence_trace import SentenceTrace
from vit_core.trace import Trace, trace_image
from vit_core.trace_files import TraceFileError
from vit_core.translation import Translation, read_along, translate

__all__ = [
    "CheckpointError",
    "CheckpointSpec",
    "ImageSpec",
    "LoadedModel",
    "LoadedRecurrent",
    "LoadedTranslator",
    "RecurrentConfig",
    "RecurrentSpec",
    "RecurrentTrace",
    "RecurrentTranslation",
    "SentenceTrace",
    "Seq2SeqConfig",
    "Trace",
    "TraceFileError",
    "Translation",
    "TranslatorSpec",
    "ViTConfig",
    "available",
    "load",
    "read_along",
    "read_along_recurrent",
    "trace_image",
    "translate",
    "translate_recurrent",
]
