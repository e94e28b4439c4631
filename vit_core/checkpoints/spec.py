"""The specification of a checkpoint, known before any of it is read: shape, place, preprocessing, licence."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar, Literal

import torch

from vit_core.checkpoints.hub import cached, hub_address
from vit_core.checkpoints.io import weights_in
from vit_core.checkpoints.labels import ASSETS
from vit_core.config import RecurrentConfig, Seq2SeqConfig, ViTConfig
from vit_core.picklable import Picklable
from vit_core.preprocess import Preprocess

VIT = "https://arxiv.org/abs/2010.11929"
AUGREG = "https://arxiv.org/abs/2106.10270"
DEIT = "https://arxiv.org/abs/2012.12877"
DINO = "https://arxiv.org/abs/2104.14294"
DINOV2 = "https://arxiv.org/abs/2304.07193"
REGISTERS = "https://arxiv.org/abs/2309.16588"
TRANSFORMER = "https://arxiv.org/abs/1706.03762"
MARIAN = "https://arxiv.org/abs/1804.00344"
SEQ2SEQ = "https://arxiv.org/abs/1409.3215"
BAHDANAU = "https://arxiv.org/abs/1409.0473"
FAMILIES_BY_PAPER = {
    VIT: "ViT",
    AUGREG: "ViT",
    DEIT: "DeiT",
    DINO: "DINO",
    DINOV2: "DINOv2",
    REGISTERS: "DINOv2",
    TRANSFORMER: "Transformer",
    MARIAN: "Marian",
    SEQ2SEQ: "Recurrent",
    BAHDANAU: "Recurrent",
}
Task = Literal["image", "translation", "recurrent"]
Where = Literal["bundled", "local", "cached", "download"]


@dataclass(frozen=True, kw_only=True)
class CheckpointSpec(Picklable):
    """What the checkpoints of every task have in common.

    Attributes:
        name: what `load` takes.
        config: its architecture.
        dialect: family of its tensor names (vit_core.checkpoints.dialects).
        licence: SPDX name of the licence of the weights.
        source_url: where the weights were published.
        paper: arXiv address.
        note: one sentence on what is special about it.
        metrics: published or measured quality, by name.
        bundled: folder under assets/checkpoints, if it is shipped with the code.
        hub: repository on the Hugging Face hub, if it can be downloaded.
        sha256: digest of the weight file or its first digits, where it is known.
    """

    task: ClassVar[Task]

    name: str
    config: ViTConfig | Seq2SeqConfig | RecurrentConfig
    dialect: str
    licence: str = ""
    source_url: str = ""
    paper: str = ""
    note: str = ""
    metrics: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    bundled: str = ""
    hub: str = ""
    sha256: str | None = None

    @property
    def family(self) -> str:
        """Which line of work it belongs to; "" for a checkpoint that is not registered."""
        return FAMILIES_BY_PAPER.get(self.paper, "")

    @property
    def folder(self) -> Path | None:
        """Where the shipped folder lies; None for a checkpoint that is not shipped."""
        return ASSETS / "checkpoints" / self.bundled if self.bundled else None

    @property
    def clone(self) -> Path | None:
        """A folder in the current directory with the name of the hub's repository (git clone), if one lies there.

        It is preferred to a download, as in transformers.
        """
        places = dict.fromkeys((self.name, self.hub)) if self.hub else ()
        return next((Path(place) for place in places if os.path.isfile(Path(place) / "config.json")), None)

    @property
    def local_file(self) -> Path | None:
        """Where torch.hub keeps the file, for checkpoints that are one file on a server; None for others."""
        if self.bundled or self.hub or not self.source_url.endswith(".pth"):
            return None
        return Path(torch.hub.get_dir()) / "checkpoints" / self.source_url.rsplit("/", 1)[-1]

    @property
    def server(self) -> str:
        """Address of the server it can be downloaded from; "" for a checkpoint that is not on one."""
        if self.hub:
            return hub_address()
        return self.source_url if self.local_file is not None else ""

    @property
    def weights(self) -> Path | None:
        """The file of weights on this computer; None when it has to be downloaded first."""
        folder = (self.clone or cached(self.hub)) if self.hub else self.folder
        if folder is not None:
            return weights_in(folder)
        return self.local_file if self.local_file is not None and os.path.exists(self.local_file) else None

    @property
    def where(self) -> Where:
        """Whether the weights are shipped, on this computer (a file, or in the hub's cache), or a download away."""
        if self.bundled:
            return "bundled"
        if self.clone is not None:
            return "local"
        if self.hub:
            return "cached" if cached(self.hub) else "download"
        return "download" if self.local_file is not None and not os.path.exists(self.local_file) else "local"


@dataclass(frozen=True, kw_only=True)
class ImageSpec(CheckpointSpec):
    """A checkpoint that reads pictures.

    Attributes:
        preprocess: how pictures are prepared for it.
        labels: key of the label set of its classes ("everyday", "imagenet1k"); "" for none of these.
    """

    task = "image"

    config: ViTConfig
    preprocess: Preprocess
    labels: str = ""


@dataclass(frozen=True, kw_only=True)
class TextSpec(CheckpointSpec):
    """A checkpoint that translates, by whatever kind of network.

    Attributes:
        source, target: the languages, as ISO 639 codes ("de"); "" where the folder does not say.
    """

    source: str = ""
    target: str = ""


@dataclass(frozen=True, kw_only=True)
class TranslatorSpec(TextSpec):
    """A Transformer that translates."""

    task = "translation"

    config: Seq2SeqConfig


@dataclass(frozen=True, kw_only=True)
class RecurrentSpec(TextSpec):
    """A recurrent network that translates."""

    task = "recurrent"

    config: RecurrentConfig
