"""Load a recurrent translator from a folder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from vit_core.checkpoints.convert import ConversionReport, from_dialect
from vit_core.checkpoints.errors import Note
from vit_core.checkpoints.in_memory import InMemory, filled
from vit_core.checkpoints.io import Reader, read_tensors
from vit_core.checkpoints.recurrent_folder import MODEL_TYPE, RECURRENT, describe_recurrent
from vit_core.checkpoints.spec import RecurrentSpec
from vit_core.recurrent_seq2seq import RecurrentTranslator
from vit_core.text import MarianTokenizer


@dataclass(frozen=True, eq=False)
class LoadedRecurrent(InMemory):
    """A recurrent translator in memory.

    Attributes:
        name: what it was loaded by.
        model: in evaluation mode, float32 whatever the file holds, without gradients for its weights.
        spec: what is known about it; of an unregistered checkpoint, what its folder says.
        tokenizer: text to ids and back.
        report: what became of each tensor of the file.
        notes: what a user should know.
        device: where its passes run (vit_core.device.DEVICES), while that is there and has room.
    """

    name: str
    model: RecurrentTranslator
    spec: RecurrentSpec
    tokenizer: MarianTokenizer
    report: ConversionReport
    notes: tuple[Note, ...] = ()
    device: str = "cpu"


def load_recurrent(
    folder: Path, weights: Path, name: str, spec: RecurrentSpec | None = None, read: Reader = read_tensors
) -> LoadedRecurrent:
    """Load the recurrent translator of a folder.

    Args:
        weights: its file of weights.
        spec: what is registered about it.
        read: `read_shapes`, to load shapes alone.

    Raises:
        CheckpointError: as `describe_recurrent`, `read_tensors` and `from_dialect`.
    """
    config, tokenizer = describe_recurrent(folder, name)
    tensors = read(weights, sha256=spec.sha256 if spec else None)
    state, report = from_dialect(tensors, RECURRENT, config, name=name)
    model = filled(RecurrentTranslator, config, state)
    # The folder's own settings win over the registry's copy of them.
    spec = replace(spec or RecurrentSpec(name=name, config=config, dialect=MODEL_TYPE), config=config)
    return LoadedRecurrent(name, model, spec, tokenizer, report)
