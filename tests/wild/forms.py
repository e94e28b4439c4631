"""A published form of a checkpoint: who publishes it, how it is written, who else reads it, what must become of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from PIL import Image
from torch import Tensor

import vit_core
from vit_core.checkpoints import CheckpointError, LoadedModel, LoadedTranslator
from vit_core.checkpoints.survey import survey
from vit_core.config import ViTConfig
from vit_core.trace import trace_pixels

# The largest difference that float32 may make, as a share of the largest value compared.
ALLOWED = 1e-5
# Of a pattern so many queries are compared, CLS first: a model of 1,370 tokens has a gigabyte of them.
QUERIES = 33
# Patches of the other picture that is looked at: no square, and no other's size.
OTHER = (9, 13)


@dataclass(frozen=True)
class Answer:
    """What a model makes of one picture.

    Attributes:
        result: class scores [C]; without a class head its tokens after the last norm [N, D].
        patterns: of every layer [H, queries, N], of the queries that `asked` names.
    """

    result: Tensor
    patterns: list[Tensor]


class Reference(Protocol):
    """Somebody else's reader of the same files."""

    square: bool

    def pixels(self, photo: Image.Image) -> Tensor | None:
        """What it makes of a picture file [3, H, W]; None where nothing in the files says it."""

    def answer(self, pixels: Tensor) -> Answer:
        """Shapes: [3, H, W] -> `Answer`."""


@dataclass(frozen=True)
class Case:
    """A form that was written.

    Attributes:
        path: the folder or file.
        reference: opens the library's reader of these very files; None where the form is to be refused.
        like: for a bare file, as in `vit_core.load`.
        patch: pixels of a patch's side.
        size: of the model's own picture, where no reader says what it makes of a photo.
        compare: of a translator, in place of a reference: each quantity's name, ours, and the library's of these files.
    """

    path: Path
    reference: Callable[[], Reference] | None = None
    like: str | ViTConfig | None = None
    patch: int = 16
    size: int = 224
    compare: Callable[[LoadedTranslator], Iterable[tuple[str, Tensor, Tensor]]] | None = None


@dataclass(frozen=True)
class Form:
    """A row of the table.

    Attributes:
        name: what it is; no other form has it.
        where: who publishes checkpoints in this form.
        write: writes one with random weights into an empty folder.
        refused: words that the sentence of a refusal must have; none where it must load.
        told: codes of the notes that must be among those of a form that loads.
        layers: of how many there are in the published model, where fewer are written.
    """

    name: str
    where: str
    write: Callable[[Path], Case]
    refused: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    layers: tuple[int, int] | None = None


@dataclass(frozen=True)
class Row:
    """What became of a form.

    Attributes:
        verdict: "same", "refused" or, where it is not as it must be, "FAULT".
        said: the sentence of a refusal or of a fault, or the codes of what was told.
        difference: the greatest, as a share of the largest value compared; None where nothing was.
        compared: what it was looked for in.
        seconds: to write, read twice and compare.
    """

    form: Form
    verdict: str
    said: str = ""
    difference: float | None = None
    compared: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass
class _Differences:
    greatest: float = 0.0
    where: str = ""
    compared: list[str] = field(default_factory=list)

    def of(self, name: str, ours: Tensor, theirs: Tensor) -> None:
        if ours.shape != theirs.shape:
            raise AssertionError(f"{name} is {list(ours.shape)} here and {list(theirs.shape)} there")
        found = ((ours - theirs).abs().max() / theirs.abs().max().clamp(min=1e-30)).item()
        if not found <= self.greatest:  # also what is not a number
            self.greatest, self.where = found, name
        if (kind := name.partition(",")[0]) not in self.compared:
            self.compared.append(kind)


def photo(width: int = 530, height: int = 370) -> Image.Image:
    """A picture nobody prepared, of which both sides have to be resized and cropped."""
    coarse = np.random.default_rng(0).integers(0, 256, (37, 53, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)


def asked(n_tokens: int) -> Tensor:
    """The queries of which patterns are compared: CLS and others all over the picture."""
    return torch.linspace(0, n_tokens - 1, min(QUERIES, n_tokens)).round().long()


def judged(form: Form, folder: Path) -> Row:
    """Write a form, read it here and by its library, and say what became of it."""
    began = time.perf_counter()
    try:
        case = form.write(folder)
        row = _judged(form, case)
    except Exception as error:
        row = Row(form, "FAULT", f"{type(error).__name__}: {error}".splitlines()[0])
    said = row.said.replace(f"{folder.parent}/", "")  # a run's own place for its files
    return Row(form, row.verdict, said, row.difference, row.compared, time.perf_counter() - began)


def _judged(form: Form, case: Case) -> Row:
    theirs = None if case.reference is None else _theirs(case)
    listed = survey(case.path, case.path.name) if case.like is None else None
    try:
        loaded = vit_core.load(case.path, like=case.like)
    except CheckpointError as error:
        missing = [word for word in form.refused if word not in str(error)]
        if missing or not form.refused:
            return Row(form, "FAULT", f"refused: {error}")
        if listed is not None and (listed.error is None or listed.error.code != error.code):
            return Row(form, "FAULT", f"the list says otherwise: {listed.error}")
        return Row(form, "refused", str(error))
    if form.refused or (theirs is None and case.compare is None):
        return Row(form, "FAULT", "it loads, and should be refused")
    if listed is not None and (listed.spec is None or listed.spec.config != loaded.spec.config):
        return Row(form, "FAULT", f"the list says otherwise: {listed.error}")
    notes = [note.code for note in loaded.notes]
    found = _Differences()
    if case.compare is not None:
        assert isinstance(loaded, LoadedTranslator)
        for name, ours, expected in case.compare(loaded):
            found.of(name, ours, expected)
    else:
        assert isinstance(loaded, LoadedModel) and theirs is not None
        _compare_photos(loaded, *theirs, found)
    untold = [code for code in form.told if code not in notes]
    if not found.greatest <= ALLOWED:
        said = f"SILENTLY WRONG: {found.where} differ by {found.greatest:.1e}"
        return Row(form, "FAULT", said, found.greatest, tuple(found.compared))
    if untold:
        return Row(form, "FAULT", f"does not tell {', '.join(untold)}", found.greatest, tuple(found.compared))
    return Row(form, "same", ", ".join(notes), found.greatest, tuple(found.compared))


def _compare_photos(
    loaded: LoadedModel, pixels: Tensor | None, answers: list[tuple[Tensor, Answer]], found: _Differences
) -> None:
    if pixels is not None:
        found.of("pixels", loaded.preprocess(photo()), pixels)
    for seen, answer in answers:
        size = f"{seen.shape[1]}x{seen.shape[2]}"
        trace = trace_pixels(loaded, seen)
        result = trace.logits
        queries = asked(trace.pattern(0).shape[-1])
        name = "tokens" if result is None else "logits"
        found.of(f"{name}, {size}", trace["ln_final"] if result is None else result, answer.result)
        if len(answer.patterns) != loaded.spec.config.n_layers:
            raise AssertionError(f"{len(answer.patterns)} patterns of {loaded.spec.config.n_layers} layers")
        for layer, pattern in enumerate(answer.patterns):
            found.of(f"patterns, {size}, layer {layer + 1}", trace.pattern(layer)[:, queries], pattern)


def _theirs(case: Case) -> tuple[Tensor | None, list[tuple[Tensor, Answer]]]:
    """What the library makes of the photo, of its pixels, and of a picture of another size; nothing of it stays."""
    assert case.reference is not None
    reference = case.reference()
    pixels = reference.pixels(photo())
    noise = torch.Generator().manual_seed(5)
    seen = [] if pixels is None else [pixels.clone()]
    if pixels is None or pixels.shape[-1] != case.size:
        seen.append(torch.randn(3, case.size, case.size, generator=noise))
    rows, cols = (OTHER[0],) * 2 if reference.square else OTHER
    seen.append(torch.randn(3, rows * case.patch, cols * case.patch, generator=noise))
    with torch.inference_mode():
        return pixels, [(x, reference.answer(x)) for x in seen]
