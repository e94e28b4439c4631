"""The libraries that read the same files: transformers, timm and torchvision."""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import timm
import torch
import transformers
from PIL import Image
from timm.data import create_transform, resolve_data_config
from torch import Tensor, nn

from tests.wild.forms import Answer, asked

logging.getLogger("transformers").setLevel(logging.ERROR)
logging.getLogger("timm").setLevel(logging.ERROR)
transformers.utils.logging.disable_progress_bar()
_seen: list[Tensor] = []
See = Callable[[Image.Image], Tensor]


def _watched(*args: Any, **kwargs: Any) -> tuple[Tensor, Tensor]:
    """transformers' own attention, of which some queries' patterns are kept."""
    from transformers.models.vit.modeling_vit import eager_attention_forward

    output, pattern = eager_attention_forward(*args, **kwargs)
    _seen.append(pattern[0, :, asked(pattern.shape[-1])].clone())
    return output, pattern


transformers.AttentionInterface.register("watched", _watched)


class OfTransformers:
    """A folder as transformers reads it."""

    square = False

    def __init__(self, folder: Path, **changes: Any) -> None:
        self._folder = folder
        raw = json.loads((folder / "config.json").read_text())
        named = (raw.get("architectures") or ["ViTModel"])[0]
        self._model: Any = getattr(transformers, named).from_pretrained(
            folder, dtype=torch.float32, attn_implementation="watched", **changes
        )
        self._model.eval()
        self._kind = raw["model_type"]

    def pixels(self, photo: Image.Image) -> Tensor | None:
        """By the processor in Python's own image library; torch's differs by some grey levels."""
        if not (self._folder / "preprocessor_config.json").exists():
            return None
        processor = transformers.AutoImageProcessor.from_pretrained(self._folder, backend="pil")
        return processor(photo, return_tensors="pt")["pixel_values"][0]

    def answer(self, pixels: Tensor) -> Answer:
        """Shapes: [3, H, W] -> `Answer`."""
        _seen.clear()
        model, more = self._model, {} if "dinov2" in self._kind else {"interpolate_pos_encoding": True}
        if self._kind == "vit_mae":  # it draws which patches it hides: here none, in their order
            patch = model.config.patch_size
            more["noise"] = torch.arange(pixels.shape[1] // patch * (pixels.shape[2] // patch))[None].float()
        if type(model).__name__ not in ("ViTModel",) and "ImageClassification" not in type(model).__name__:
            model = model.base_model
        output = model(pixels[None], **more)
        result = output.logits[0] if "logits" in output else output.last_hidden_state[0]
        return Answer(result, list(_seen))


class OfTimm:
    """A model of timm with the weights of a file."""

    square = False

    def __init__(self, model: Any, see: See | None = None, *, at: Callable[[Any, Tensor], None] | None = None) -> None:
        """
        Args:
            see: makes pixels of a photo, where the files or their authors say how.
            at: makes the model ready for a picture of another size, where its authors' code does not do as timm does.
        """
        self._model, self._see, self._at = model.eval(), see, at
        for block in model.blocks:
            block.attn.fused_attn = False

    def pixels(self, photo: Image.Image) -> Tensor | None:
        return None if self._see is None else self._see(photo)

    def answer(self, pixels: Tensor) -> Answer:
        """Shapes: [3, H, W] -> `Answer`."""
        model, patterns = self._model, []

        def keep(_module: nn.Module, _inputs: Any, pattern: Tensor) -> None:
            patterns.append(pattern[0, :, asked(pattern.shape[-1])].clone())

        with contextlib.ExitStack() as stack:
            if self._at is not None:
                self._at(model, pixels)
            for block in model.blocks:
                stack.callback(block.attn.attn_drop.register_forward_hook(keep).remove)
            tokens = model.forward_features(pixels[None])
            result = model.forward_head(tokens) if model.num_classes else tokens
        return Answer(result[0], patterns)


def timms_folder(folder: Path, **classes: Any) -> OfTimm:
    """A folder in timm's form as timm reads it.

    Args:
        classes: what its card tells users to give timm besides.
    """
    said = {"dynamic_img_size": True, "weight_init": "skip", **classes}
    model = timm.create_model(f"local-dir:{folder}", pretrained=True, **said)
    return OfTimm(model, create_transform(**resolve_data_config({}, model=model)))


def timms_pixels(name: str) -> See:
    """How timm prepares a photo for weights of its name."""
    said = timm.models.get_pretrained_cfg(name)
    assert said is not None
    return create_transform(**resolve_data_config({}, pretrained_cfg=said.to_dict()))


class OfTorchvision:
    """A torchvision file as torchvision reads it."""

    square = True

    def __init__(self, file: Path, name: str) -> None:
        import torchvision

        self._name, self._state = name, torch.load(file, weights_only=True)
        self._weights = torchvision.models.get_model_weights(name).IMAGENET1K_V1

    def pixels(self, photo: Image.Image) -> Tensor | None:
        return self._weights.transforms()(photo)

    def answer(self, pixels: Tensor) -> Answer:
        """Shapes: [3, H, W], a square -> `Answer`."""
        import torchvision
        from torchvision.models.vision_transformer import interpolate_embeddings

        size, patterns = pixels.shape[-1], []
        with torch.device("meta"):
            model = getattr(torchvision.models, self._name)(image_size=size)
        patch = model.patch_size
        state = interpolate_embeddings(size, patch, {**self._state})
        model.load_state_dict(state, assign=True)  # its own loader renames older spellings
        model.eval()

        def ask(_module: nn.Module, args: Any, kwargs: dict[str, Any]) -> Any:
            return args, {**kwargs, "need_weights": True, "average_attn_weights": False}

        def keep(_module: nn.Module, _args: Any, output: Any) -> None:
            patterns.append(output[1][0, :, asked(output[1].shape[-1])].clone())

        for module in _attentions(model):
            module.register_forward_pre_hook(ask, with_kwargs=True)
            module.register_forward_hook(keep)
        return Answer(model(pixels[None])[0], patterns)


def _attentions(model: nn.Module) -> Iterator[nn.MultiheadAttention]:
    return (module for module in model.modules() if isinstance(module, nn.MultiheadAttention))
