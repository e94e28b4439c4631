"""Load a checkpoint by its name, its path or its hub id."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from vit_core.arguments import described
from vit_core.checkpoints.contents import refuse_file, refuse_without_weights
from vit_core.checkpoints.convert import ConversionReport, find_dialect, from_dialect, stored_otherwise
from vit_core.checkpoints.description import answer_of, read_json
from vit_core.checkpoints.dialect import Dialect
from vit_core.checkpoints.dialects import DIALECTS, DINOV2_GIANTS, MAE, family, of_files
from vit_core.checkpoints.errors import CheckpointError, Note
from vit_core.checkpoints.folder import describe
from vit_core.checkpoints.hub import HUB_ID, Progress, fetch, fetch_file
from vit_core.checkpoints.in_memory import InMemory, filled
from vit_core.checkpoints.io import Reader, read_shapes, read_tensors, weights_in
from vit_core.checkpoints.labels import NO_LABELS, Labels, label_set
from vit_core.checkpoints.loaded_recurrent import LoadedRecurrent, load_recurrent
from vit_core.checkpoints.loaded_translator import LoadedTranslator, load_translator
from vit_core.checkpoints.marian_folder import MODEL_TYPE as MARIAN
from vit_core.checkpoints.recurrent_folder import MODEL_TYPE as RECURRENT
from vit_core.checkpoints.registry import REGISTRY, Spec
from vit_core.checkpoints.spec import CheckpointSpec, ImageSpec, RecurrentSpec, TranslatorSpec
from vit_core.checkpoints.state_dicts import FileTensors
from vit_core.checkpoints.timm_folder import has_gate, has_norm_behind, require_norm
from vit_core.config import ViTConfig
from vit_core.device import DEVICES
from vit_core.preprocess import Preprocess
from vit_core.reasons import Reason, reason_of
from vit_core.vit import VisionTransformer


@dataclass(frozen=True, eq=False)
class LoadedModel(InMemory):
    """A checkpoint that reads pictures, in memory.

    Attributes:
        name: what it was loaded by.
        model: in evaluation mode, float32 whatever the file holds, without gradients for its weights.
        spec: what is known about it; of an unregistered checkpoint, what its folder says.
        preprocess: how pictures are prepared for it.
        labels_by_language: class names by language code; "en" is always there, and empty if the classes have no names.
        report: what became of each tensor of the file.
        notes: what a user should know.
        device: where its passes run (vit_core.device.DEVICES), while that is there and has room.
    """

    name: str
    model: VisionTransformer
    spec: ImageSpec
    preprocess: Preprocess
    labels_by_language: Labels
    report: ConversionReport
    notes: tuple[Note, ...] = ()
    device: str = "cpu"

    @property
    def labels(self) -> tuple[str, ...]:
        """English class names; empty if the classes have no names."""
        return self.labels_by_language["en"]


Loaded = LoadedModel | LoadedTranslator | LoadedRecurrent


def load(
    name: str | Path, *, like: str | ViTConfig | None = None, device: str = "cpu", progress: Progress | None = None
) -> Loaded:
    """Load a checkpoint, of whichever task it is.

    Args:
        name: a registered name, else an existing folder or file, else a hub id ("owner/repository"). A Path is never
            taken for a registered name. A registered checkpoint that would be downloaded is read from a clone of its
            repository in the current directory instead, if there is one.
        like: for a bare file of tensors, which does not describe its model: the registered name of a model of the same
            shape, or the shape.
        device: where its passes run: "cpu", "cuda" or "mps". The weights also stay in the CPU's memory, and traces are
            always on the CPU. If the device is missing or full, passes run on the CPU, and `remarks` says so.
        progress: called with (bytes done, bytes in all) while a weight file is downloaded.

    Raises:
        CheckpointError: with a sentence for the user and a stable code (vit_core.checkpoints.errors).
        TypeError: `name` is neither a text nor a path.
        ValueError: there is no such kind of device.
    """
    if device not in DEVICES:
        raise ValueError(f"device {device!r} is none of {', '.join(DEVICES)}")
    return replace(_found(name, like, progress), device=device)


def _found(name: str | Path, like: str | ViTConfig | None, progress: Progress | None) -> Loaded:
    if not isinstance(name, (str, Path)):
        raise TypeError(
            f"load takes the name of a checkpoint, of a folder or of a file (str or Path), not {described(name)}"
        )
    text, path = str(name), Path(name).expanduser()
    spec = None if isinstance(name, Path) else REGISTRY.get(text)
    if not text.strip():  # Path("") is the current directory
        raise CheckpointError("unknown_name", name=text, known=_known())
    if like is not None and (spec is not None or not path.is_file()):
        raise CheckpointError("like_needs_file" if spec or path.is_dir() else "unknown_name", name=text, known=_known())
    if spec is not None:
        return _load_registered(spec, progress)
    if os.path.lexists(path):
        return _here(path, text, read_tensors, like)
    if isinstance(name, str) and HUB_ID.fullmatch(text):
        return _load_folder(fetch(text, progress=progress), text)
    raise CheckpointError("unknown_name", name=text, known=_known())


def peek(path: str | Path, name: str) -> CheckpointSpec:
    """The specification of the checkpoint in a folder or file, read as by `shapes_of`."""
    return shapes_of(path, name).spec


def shapes_of(path: str | Path, name: str) -> Loaded:
    """Load a folder or file without its numbers: do all that `load` does but read them.

    Args:
        name: what it shall be called.

    Raises:
        CheckpointError: as `load`, except for what only the numbers show (not_finite, not_tied, wrong_positions).
    """
    return _here(Path(path), name, read_shapes)


def _here(path: Path, name: str, read: Reader, like: str | ViTConfig | None = None) -> Loaded:
    """Load a folder or file on this computer."""
    try:
        return _load_folder(path, name, read=read) if path.is_dir() else _load_file(path, name, like, read)
    except OSError as error:
        kind = Reason("kind_checkpoint")
        raise CheckpointError("unreadable", name=name, kind=kind, reason=reason_of(error)) from None


def _model_type(folder: Path, name: str) -> object:
    return read_json(folder / "config.json", name).get("model_type")


def _load_registered(spec: Spec, progress: Progress | None) -> Loaded:
    if spec.folder is not None:
        return _load_folder(spec.folder, spec.name, spec)
    file = spec.local_file
    if file is None or not isinstance(spec, ImageSpec):
        return _load_folder(spec.clone or fetch(spec.hub, progress=progress), spec.name, spec)
    if not file.exists():
        fetch_file(spec.source_url, file, name=spec.name, sha256=spec.sha256, progress=progress)
    return _build(read_tensors(file, sha256=spec.sha256), family(spec.dialect), spec, _labels_of(spec))


def _load_folder(folder: Path, name: str, spec: Spec | None = None, read: Reader = read_tensors) -> Loaded:
    weights = weights_in(folder)
    if weights is None:
        refuse_without_weights(folder, name)
    if isinstance(spec, RecurrentSpec):
        return load_recurrent(folder, weights, name, spec, read)
    if isinstance(spec, TranslatorSpec):
        return load_translator(folder, weights, name, spec, read)
    if spec is None and (kind := _model_type(folder, name)) in (RECURRENT, MARIAN):
        return (load_recurrent if kind == RECURRENT else load_translator)(folder, weights, name, read=read)
    tensors = read(weights, sha256=spec.sha256 if spec else None)
    said = describe(folder, tensors, name=name)
    # The card of a registered one says it.
    stored = stored_otherwise(tensors) if spec is None else ()
    spec = spec or ImageSpec(name=name, config=said.config, dialect=said.family, preprocess=said.preprocess)
    # The folder's own settings win over the registry's copy of them, which is shown before a download.
    spec = replace(spec, config=said.config, dialect=said.family, preprocess=said.preprocess)
    labels, notes = said.labels, said.notes
    if _labels_of(spec)["en"]:
        labels, notes = _labels_of(spec), tuple(note for note in notes if note.code != "labels_assumed")
    return _build(tensors, family(said.family), spec, labels, (*notes, *stored))


def _load_file(path: Path, name: str, like: str | ViTConfig | None, read: Reader) -> LoadedModel:
    refuse_file(path)
    if like is None:
        read_shapes(path)  # an error in the file itself comes first
        raise CheckpointError("needs_like", name=path.name, known=_known(ImageSpec))
    if isinstance(like, ViTConfig):
        if like.answer == "one":  # a single score would always win
            answer_of(like.n_classes, None, name, "ViT")
        tensors = read(path)
        dialect = find_dialect(tensors, DIALECTS.values(), name=name)
        config, gate = _gated(_resampled(like, dialect), tensors, dialect)
        config, told = _pooled(config, tensors, dialect, name)
        spec = ImageSpec(name=name, config=config, dialect="", preprocess=Preprocess().at(like.image_size))
        notes = (Note("default_preprocess", {"family": "ImageNet"}), *gate, *told, *stored_otherwise(tensors))
        return _build(tensors, [dialect], spec, NO_LABELS, notes)
    known = REGISTRY.get(like)
    if not isinstance(known, ImageSpec):
        raise CheckpointError("unknown_name", name=like, known=_known(ImageSpec))
    tensors = read(path)
    dialect = find_dialect(tensors, of_files(known.dialect), name=name)
    config = known.config
    if dialect.family != known.dialect:  # the first authors' code differs in these
        config = replace(config, position_resample=dialect.position_resample, eps=dialect.eps or config.eps)
    config, told = _pooled(config, tensors, dialect, name)
    spec = replace(known, name=name, config=config)
    return _build(tensors, [dialect], spec, _labels_of(spec), (*told, *stored_otherwise(tensors)))


def _gated(config: ViTConfig, tensors: Mapping[str, Tensor], dialect: Dialect) -> tuple[ViTConfig, tuple[Note, ...]]:
    """Give a shape a gate in its MLP if the file shows one and the shape does not say so."""
    named = dialect in DINOV2_GIANTS  # by names that DINOv2's code uses for SwiGLU alone
    if config.gated or not (named or has_gate(tensors)):
        return config, ()
    said = config.act != ViTConfig.act
    told = () if named or said else (Note("gate_seen"),)
    return replace(config, gated=True, act=config.act if said else "silu"), told


def _pooled(
    config: ViTConfig, tensors: Mapping[str, Tensor], dialect: Dialect, name: str
) -> tuple[ViTConfig, tuple[Note, ...]]:
    """Change the pooling of a shape from CLS to the mean of the patches if the file has the norm after such a mean
    (fc_norm).
    """
    told = (Note("decoder_left_out"),) if dialect is MAE else ()
    if "fc_norm.{p}" not in (rule.theirs for rule in dialect.rules):
        return config, told
    if has_norm_behind(tensors) and config.pool == "cls" and not config.distilled:
        return replace(config, pool="mean+norm"), (Note("mean_read"), *told)
    require_norm(tensors, config.norm_of_mean, name)
    return config, told


def _resampled(like: ViTConfig, dialect: Dialect) -> ViTConfig:
    """Set how positions are resized to the way of the file's family, unless the shape says otherwise."""
    unsaid = like.position_resample == ViTConfig.position_resample
    return replace(like, position_resample=dialect.position_resample) if unsaid else like


def _build(
    tensors: Mapping[str, Tensor],
    dialects: Iterable[Dialect],
    spec: ImageSpec,
    labels: Labels,
    notes: tuple[Note, ...] = (),
) -> LoadedModel:
    dialect = find_dialect(tensors, dialects, name=spec.name)
    placed = _with_placed_registers(tensors, spec.config) if dialect.name == "timm" else tensors
    state, report = from_dialect(placed, dialect, spec.config, name=spec.name)
    model = filled(VisionTransformer, spec.config, state)
    notes = (*notes, *_notes_on(spec.config))
    if placed is not tensors:
        notes = (*notes, Note("registers_placed"))
    if isinstance(tensors, FileTensors) and tensors.beside:
        notes = (*notes, Note("beside", {"read": tensors.read, "others": ", ".join(tensors.beside)}))
    if not spec.config.n_classes:
        notes = (*notes, Note("no_class_head"))
    elif spec.config.names_classes and not labels["en"]:
        notes = (*notes, Note("no_labels"))
    spec = replace(spec, dialect=dialect.family)
    return LoadedModel(spec.name, model, spec, spec.preprocess, labels, report, notes)


def _with_placed_registers(tensors: Mapping[str, Tensor], config: ViTConfig) -> Mapping[str, Tensor]:
    """Add the positions of timm's registers to the registers themselves: they are the same for every picture and every
    size.
    """
    table, registers, n = tensors.get("pos_embed"), tensors.get("reg_token"), config.n_registers
    if not (n and config.prefix_positions) or table is None or registers is None or registers.ndim != table.ndim:
        return tensors
    if table.ndim != 3 or table.shape[1] != config.n_positions + n or registers.shape[1] != n:
        return tensors
    cls, own, patches = table.float().split([1, n, config.grid**2], dim=1)
    return {**tensors, "reg_token": registers.float() + own, "pos_embed": torch.cat([cls, patches], dim=1)}


def _notes_on(config: ViTConfig) -> Iterator[Note]:
    """Notes on the parts of this model that the paper's Vision Transformer does not have."""
    if config.n_registers:
        yield Note("registers", {"n": config.n_registers})
    if config.distilled:
        yield Note("distilled")
    if config.layer_scale:
        yield Note("layer_scale")
    if config.gated:
        yield Note("gated")
    if config.answer == "each":
        yield Note("each_class")
    if config.answer == "number" and config.n_classes:
        yield Note("numbers", {"n": config.n_classes})


def _labels_of(spec: ImageSpec) -> Labels:
    labels = label_set(spec.labels) if spec.labels else NO_LABELS
    return labels if len(labels["en"]) == spec.config.n_classes else NO_LABELS


def _known(kind: type[CheckpointSpec] = CheckpointSpec) -> str:
    return ", ".join(name for name, spec in REGISTRY.items() if isinstance(spec, kind))
