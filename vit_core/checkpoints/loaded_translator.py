"""Load a Transformer translator from a folder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from vit_core.checkpoints.convert import ConversionReport, find_dialect, from_dialect, stored_otherwise
from vit_core.checkpoints.errors import Note
from vit_core.checkpoints.in_memory import InMemory, filled
from vit_core.checkpoints.io import Reader, read_tensors
from vit_core.checkpoints.marian_dialects import FAMILY, SEPARATE, SHARED
from vit_core.checkpoints.marian_folder import describe_marian, stored_positions
from vit_core.checkpoints.spec import TranslatorSpec
from vit_core.decoding.settings import GenerationConfig
from vit_core.seq2seq import EncoderDecoder
from vit_core.text import MarianTokenizer


@dataclass(frozen=True, eq=False)
class LoadedTranslator(InMemory):
    """A translator in memory.

    Attributes:
        name: what it was loaded by.
        model: in evaluation mode, float32 whatever the file holds, without gradients for its weights.
        spec: what is known about it; of an unregistered checkpoint, what its folder says.
        tokenizer: text to ids and back.
        generation: the authors' settings for writing a translation.
        report: what became of each tensor of the file.
        notes: what a user should know.
        device: where its passes run (vit_core.device.DEVICES), while that is there and has room.
    """

    name: str
    model: EncoderDecoder
    spec: TranslatorSpec
    tokenizer: MarianTokenizer
    generation: GenerationConfig
    report: ConversionReport
    notes: tuple[Note, ...] = ()
    device: str = "cpu"


def load_translator(
    folder: Path, weights: Path, name: str, spec: TranslatorSpec | None = None, read: Reader = read_tensors
) -> LoadedTranslator:
    """Load the translator of a folder.

    Args:
        weights: its file of weights.
        spec: what is registered about it.
        read: `read_shapes`, to load shapes alone.

    Raises:
        CheckpointError: as `describe_marian`, `read_tensors` and `from_dialect`.
    """
    said = describe_marian(folder, name)
    tensors = read(weights, sha256=spec.sha256 if spec else None)
    notes = said.notes if spec else (*said.notes, *stored_otherwise(tensors))
    dialect = SHARED if said.config.shared_embedding else SEPARATE
    find_dialect(tensors, (dialect,), name=name)
    config, rounded = stored_positions(tensors, said.config, name)
    spec = spec or TranslatorSpec(name=name, config=config, dialect=FAMILY, source=said.source, target=said.target)
    # The folder's own settings win over the registry's copy of them, which is shown before a download.
    spec = replace(spec, config=config)
    state, report = from_dialect(tensors, dialect, config, name=name)
    model = filled(EncoderDecoder, config, state)
    return LoadedTranslator(name, model, spec, said.tokenizer, said.generation, report, (*notes, *rounded))
