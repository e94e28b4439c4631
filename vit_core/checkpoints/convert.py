"""Convert a file's tensors by a dialect, strictly: every tensor of the file must be known, every one of the model
found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import torch
from torch import Tensor

from vit_core.checkpoints.dialect import Dialect, Rule
from vit_core.checkpoints.errors import CheckpointError, Note
from vit_core.config import RecurrentConfig, Seq2SeqConfig, ViTConfig
from vit_core.recurrent_seq2seq import RecurrentTranslator
from vit_core.seq2seq import EncoderDecoder
from vit_core.shapes_only import shapes_only
from vit_core.vit import VisionTransformer

Config = ViTConfig | Seq2SeqConfig | RecurrentConfig
Match = tuple[Rule, tuple[str, ...]]  # a line of a table, and our names for the tensor it is about


@dataclass(frozen=True)
class ConversionReport:
    """What became of each tensor of a file.

    Attributes:
        used: keys of the file that became part of the model.
        dropped_on_purpose: keys that the dialect's table drops, and tensors without a single number.
        missing, unexpected: our names without a tensor in the file, and keys without a place in the model; a model that
        loaded has neither.
    """

    used: tuple[str, ...]
    dropped_on_purpose: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()


def find_dialect(keys: Iterable[str], candidates: Iterable[Dialect], *, name: str = "the file") -> Dialect:
    """The candidate whose rules know the most keys; `from_dialect` then checks that they know every key.

    Raises:
        CheckpointError: unknown_dialect, when no candidate knows even half of the keys.
    """
    keys = list(keys)
    unknown = {
        dialect: [key for key in _with_body(keys, dialect) if _match(key, dialect) is None] for dialect in candidates
    }
    best = min(unknown, key=lambda dialect: len(unknown[dialect]))
    if 2 * len(unknown[best]) >= len(keys):
        known = ", ".join(dict.fromkeys(dialect.family for dialect in unknown))
        tensor = next(iter(unknown[best]), "none at all")
        raise CheckpointError("unknown_dialect", name=name, known=known, tensor=tensor)
    return best


def from_dialect(
    tensors: Mapping[str, Tensor], dialect: Dialect, config: Config, *, name: str = "the file"
) -> tuple[dict[str, Tensor], ConversionReport]:
    """A file's tensors under our names, as float32. Tensors without numbers (torch's device "meta") are converted, too.

    Raises:
        CheckpointError: missing_tensor, unexpected_tensor, wrong_shape, wrong_dtype, not_finite or not_tied.
    """
    expected = expected_shapes(config)
    plan, copies, unexpected = _plan(tensors, dialect, expected)
    if unexpected:
        raise CheckpointError("unexpected_tensor", name=name, count=len(unexpected), tensor=unexpected[0])
    found = {part for _, ours in plan.values() for part in ours}
    missing = [part for part in expected if part not in found]
    if missing:
        raise CheckpointError("missing_tensor", name=name, count=len(missing), tensor=_their_key(missing[0], dialect))
    state: dict[str, Tensor] = {}
    for file_key, (rule, ours) in plan.items():
        if ours:
            shapes = [expected[part] for part in ours]
            state |= zip(ours, _checked(tensors[file_key], shapes, rule, file_key, name), strict=True)
    for file_key, (rule, (original,)) in copies.items():
        (copy,) = _checked(tensors[file_key], [expected[original]], rule, file_key, name)
        if not copy.is_meta and not torch.equal(copy, state[original]):
            raise CheckpointError("not_tied", name=name, tensor=file_key, other=_their_key(original, dialect))
    used = tuple(key for key, (_, ours) in plan.items() if ours) + tuple(copies)
    return state, ConversionReport(used, tuple(key for key, (_, ours) in plan.items() if not ours))


def _plan(
    tensors: Mapping[str, Tensor], dialect: Dialect, expected: Mapping[str, torch.Size]
) -> tuple[dict[str, Match], dict[str, Match], list[str]]:
    """Sort the keys of a file: those that are read, those that are copies of others, and those without a place in the
    model.
    """
    plan: dict[str, Match] = {}
    copies: dict[str, Match] = {}
    unexpected = []
    found: set[str] = set()
    matches = [
        (file_key, _fitting(_match(key, dialect), expected))
        for file_key, key in zip(tensors, _with_body(tensors, dialect), strict=True)
    ]
    # Originals first: a copy stands in for its original only where that is not in the file.
    for file_key, match in sorted(matches, key=lambda pair: pair[1] is not None and pair[1][0].copy):
        if match is None or not expected.keys() >= set(match[1]):
            # A model configured with no registers may still store an empty table of them, which needs no place.
            if match is not None and not tensors[file_key].numel():
                plan[file_key] = match[0], ()
            else:
                unexpected.append(file_key)
        elif not found & set(match[1]):
            plan[file_key] = match
            found |= set(match[1])
        elif match[0].copy:
            copies[file_key] = match
        else:
            unexpected.append(file_key)
    return plan, copies, unexpected


def stored_otherwise(tensors: Mapping[str, Tensor]) -> tuple[Note, ...]:
    """A note on a file whose number format is not the float32 in which passes are computed."""
    formats = Counter(x.dtype for x in tensors.values() if x.is_floating_point() and x.dtype != torch.float32)
    most = formats.most_common(1)
    return (Note("rounded", {"stored": str(most[0][0]).removeprefix("torch.")}),) if most else ()


def to_dialect(state: Mapping[str, Tensor], dialect: Dialect) -> dict[str, Tensor]:
    """Convert our tensors to a family's names: the inverse of `from_dialect`, read from the same table.

    Raises:
        KeyError: the dialect has no name for a tensor.
    """
    parts: dict[str, dict[int, Tensor]] = {}
    for name, tensor in state.items():
        rule, key, part = _write(name, dialect)
        parts.setdefault(key, {})[part] = tensor[None] if rule.row else tensor
    return {
        key: torch.cat([found[i] for i in sorted(found)]) if len(found) > 1 else found[0]
        for key, found in parts.items()
    }


@cache
def expected_shapes(config: Config) -> Mapping[str, torch.Size]:
    """Name and shape of every tensor of the model, without allocating it."""
    with shapes_only():
        model: VisionTransformer | EncoderDecoder | RecurrentTranslator
        if isinstance(config, ViTConfig):
            model = VisionTransformer(config)
        elif isinstance(config, Seq2SeqConfig):
            model = EncoderDecoder(config)
        else:
            model = RecurrentTranslator(config)
    return MappingProxyType({name: tensor.shape for name, tensor in model.state_dict().items()})


def _with_body(keys: Iterable[str], dialect: Dialect) -> list[str]:
    """The keys with the prefix of the body, which a model leaves out when it is saved without its head."""
    keys = list(keys)
    if any(key.startswith(dialect.body) for key in keys):
        return keys
    return [dialect.body + key for key in keys]


def _match(key: str, dialect: Dialect) -> Match | None:
    for rule in dialect.rules:
        ours = rule.read(key)
        if ours is not None:
            return rule, ours
    return None


def _fitting(match: Match | None, expected: Mapping[str, torch.Size]) -> Match | None:
    """A match without its second half where the model has none: an MLP without a gate."""
    if match is None or not match[0].halves or match[1][1] in expected:
        return match
    return match[0], match[1][:1]


def _write(name: str, dialect: Dialect) -> tuple[Rule, str, int]:
    for rule in dialect.rules:
        theirs = rule.write(name)
        if theirs is not None:
            return rule, *theirs
    raise KeyError(f"{dialect.name} checkpoints have no {name}")


def _their_key(name: str, dialect: Dialect) -> str:
    try:
        return _write(name, dialect)[1]
    except KeyError:
        return name


def _checked(tensor: Tensor, shapes: list[torch.Size], rule: Rule, key: str, name: str) -> list[Tensor]:
    """The tensor as float32, cut into parts if it is fused."""
    fused = torch.Size([sum(shape[0] for shape in shapes), *shapes[0][1:]]) if len(shapes) > 1 else shapes[0]
    fused = torch.Size([1, *fused]) if rule.row else fused
    if tensor.shape != fused:
        raise CheckpointError("wrong_shape", name=name, tensor=key, found=list(tensor.shape), expected=list(fused))
    if not tensor.is_floating_point():
        raise CheckpointError("wrong_dtype", name=name, tensor=key, found=str(tensor.dtype).removeprefix("torch."))
    tensor = tensor.float().squeeze(0) if rule.row else tensor.float()
    if not tensor.is_meta and not tensor.isfinite().all():
        raise CheckpointError("not_finite", name=name, tensor=key)
    return [part.contiguous() for part in tensor.split([shape[0] for shape in shapes])] if len(shapes) > 1 else [tensor]
