"""Read a preprocessor_config.json: its settings, and the defaults of the class it names for those that it leaves out.

Source: transformers' image processors of these names; tests/parity compares their pixels with ours.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vit_core.checkpoints.description import side, triple
from vit_core.checkpoints.errors import CheckpointError
from vit_core.checkpoints.settings_tables import PROCESSOR
from vit_core.checkpoints.unfollowed import unfollowed_settings
from vit_core.preprocess import Fit, Preprocess
from vit_core.reasons import Reason, none_of

HALF = (0.5, 0.5, 0.5)
CLIP_MEAN, CLIP_STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)


@dataclass(frozen=True)
class Processor:
    """The defaults of a class of image processors.

    Attributes:
        usual: its preprocessing.
        number: the fit if the size is a single number; None for the usual one.
        crops: whether it crops the centre.
        crop_pct: share of the resized side that is kept under 384 pixels; from there on the picture is squashed.
    """

    usual: Preprocess
    number: Fit | None = None
    crops: bool = False
    crop_pct: float | None = None


_CLIP = Processor(Preprocess(mean=CLIP_MEAN, std=CLIP_STD), crops=True)
PROCESSORS = {
    "ViT": Processor(Preprocess(fit="squash", interpolation="bilinear", mean=HALF, std=HALF)),
    "DeiT": Processor(Preprocess(fit="squash", resize=256, mean=HALF, std=HALF), crops=True),
    "Beit": Processor(Preprocess(fit="squash", mean=HALF, std=HALF)),
    "Bit": _CLIP,
    "CLIP": _CLIP,
    "ChineseCLIP": _CLIP,
    "Blip": Processor(Preprocess(crop=384, resize=384, fit="squash", mean=CLIP_MEAN, std=CLIP_STD)),
    "Siglip": Processor(Preprocess(fit="squash", mean=HALF, std=HALF), number="shortest"),
    "Pvt": Processor(Preprocess(fit="squash")),
    "MobileNetV1": Processor(Preprocess(resize=256, interpolation="bilinear", mean=HALF, std=HALF), crops=True),
    "ConvNext": Processor(Preprocess(crop=384, resize=384, mean=HALF, std=HALF), crop_pct=0.875),
}
# The class that transformers uses for a model_type if the file names none.
BY_FAMILY = {
    "vit": "ViT", "deit": "DeiT", "dinov2": "Bit", "dinov2_with_registers": "Bit", "vit_mae": "ViT", "vit_msn": "ViT"
}  # fmt: skip
# Pillow's numbers, which transformers' files hold.
PIL_FILTERS = {0: "nearest", 1: "lanczos", 2: "bilinear", 3: "bicubic", 4: "box", 5: "hamming"}


def read_processor(raw: Mapping[str, Any], kind: str, name: str) -> tuple[Preprocess, dict[str, Any]]:
    """Parse a preprocessor_config.json, and list the settings that are not followed and have to be reported.

    Args:
        kind: the model_type of the folder.

    Raises:
        CheckpointError: unsupported_preprocess, for preprocessing that `Preprocess` cannot describe.
    """
    # A step ("do_...") that is null is not done; any other setting that is null counts as left out.
    settings = {key: value for key, value in raw.items() if value is not None or key.startswith("do_")}
    named = str(settings.get("image_processor_type") or settings.get("feature_extractor_type") or "")
    short = named.removesuffix("Fast").removesuffix("Pil").removesuffix("ImageProcessor")
    short = short.removesuffix("FeatureExtractor")
    processor = PROCESSORS.get(short or BY_FAMILY[kind])
    unknown = {} if processor else {"image_processor_type": named}
    if settings.get("rescale_offset") and unknown:
        raise CheckpointError("unsupported_preprocess", name=name, what=Reason("pixel_offset"))
    processor = processor or PROCESSORS[BY_FAMILY[kind]]
    reported = unfollowed_settings(settings, PROCESSOR, name) | unknown
    if processor.crop_pct is not None:
        reported.pop("crop_pct", None)
    preprocess = _read(settings, processor, name)
    if (
        preprocess.fit == "shortest"
        and processor.crop_pct is None
        and not settings.get("do_center_crop", processor.crops)
    ):
        # The processor passes on the whole picture in its own shape; here its central square is read.
        reported["do_center_crop"] = False
    return preprocess, reported


def _read(settings: Mapping[str, Any], processor: Processor, name: str) -> Preprocess:
    usual = processor.usual
    scaled = settings.get("do_rescale", True) and math.isclose(
        settings.get("rescale_factor", 1 / 255), 1 / 255, rel_tol=1e-3
    )
    if not scaled or not settings.get("do_resize", True):
        what = Reason("unresized" if scaled else "unscaled")
        raise CheckpointError("unsupported_preprocess", name=name, what=what)
    size, square = settings.get("size"), (processor.number or usual.fit) == "squash"
    if size is None:
        fit, resize = usual.fit, usual.resize
    elif isinstance(size, Mapping) and "shortest_edge" in size:
        fit, resize = "shortest", int(size["shortest_edge"])
    elif isinstance(size, int):
        fit, resize = "squash" if settings.get("default_to_square", square) else "shortest", size
    else:
        fit, resize = "squash", side(size, name, "picture")
    crop = resize
    if processor.crop_pct is not None:
        if fit == "squash":
            raise CheckpointError("unsupported_preprocess", name=name, what=Reason("no_shortest_edge"))
        if crop < 384:
            resize = int(crop / settings.get("crop_pct", processor.crop_pct))
        else:
            fit = "squash"
    elif settings.get("do_center_crop", processor.crops):
        crop = side(settings.get("crop_size", usual.crop), name, "picture")
    normalised = settings.get("do_normalize", True)
    if (filter_ := settings.get("resample")) is not None and filter_ not in PIL_FILTERS:
        raise ValueError(none_of("resample", filter_, map(str, PIL_FILTERS)))
    return Preprocess(
        crop=crop,
        resize=resize,
        fit=fit,
        interpolation=usual.interpolation if filter_ is None else PIL_FILTERS[filter_],
        mean=triple(settings.get("image_mean", usual.mean)) if normalised else (0.0, 0.0, 0.0),
        std=triple(settings.get("image_std", usual.std)) if normalised else (1.0, 1.0, 1.0),
        halves="down",
    )
