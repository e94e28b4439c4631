"""Folders in transformers' form: config.json, preprocessor_config.json and weights as hub repositories have them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
import transformers
from torch import Tensor

from tests.wild.forms import Case, Form
from tests.wild.readers import OfTransformers
from tests.wild.weights import shaken

Said = dict[str, Any]
# hidden_size, num_hidden_layers, num_attention_heads
SIZES = {
    "tiny": (192, 12, 3), "small": (384, 12, 6), "base": (768, 12, 12), "large": (1024, 24, 16), "huge": (1280, 32, 16),
    "giant": (1536, 40, 24),
}  # fmt: skip
# Of models of these sizes so many layers are written: the whole takes gigabytes, twice, and minutes.
LAYERS = {"base": 6, "large": 4, "huge": 3, "giant": 2}
HALF, MEAN, STD = [0.5, 0.5, 0.5], [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
OLD_DROPOUT = {"attention_probs_dropout_prob": 0.0, "hidden_dropout_prob": 0.0, "initializer_range": 0.02}


def google(size: int = 224, **more: Any) -> Said:
    """As Google's ViTs of 2021 say it: one number for the size, the name of a class that is gone."""
    return {"do_normalize": True, "do_resize": True, "image_mean": HALF, "image_std": HALF, "size": size, **more}


def extractor(kind: str, size: int = 224, **more: Any) -> Said:
    """As of before 2023, when image processors were called feature extractors."""
    said = {"feature_extractor_type": f"{kind}FeatureExtractor", "image_mean": MEAN, "image_std": STD, **more}
    return {"do_normalize": True, "do_resize": True, "size": size, **said}


DEIT = extractor("DeiT", 256, crop_size=224, do_center_crop=True, resample=3)
TRAINER = {
    "do_convert_rgb": None, "do_normalize": True, "do_rescale": True, "do_resize": True, "image_mean": HALF,
    "image_std": HALF, "image_processor_type": "ViTImageProcessor", "resample": 2,
    "rescale_factor": 0.00392156862745098, "size": {"height": 224, "width": 224},
}  # fmt: skip
FAST = {
    **TRAINER, "image_processor_type": "ViTImageProcessorFast", "crop_size": None, "data_format": "channels_first",
    "default_to_square": True, "device": None, "disable_grouping": None, "do_center_crop": None,
    "input_data_format": None, "return_tensors": None,
}  # fmt: skip
BIT = {
    "crop_size": {"height": 224, "width": 224}, "do_center_crop": True, "do_convert_rgb": True, "do_normalize": True,
    "do_rescale": True, "do_resize": True, "image_mean": MEAN, "image_processor_type": "BitImageProcessor",
    "image_std": STD, "resample": 3, "rescale_factor": 0.00392156862745098, "size": {"shortest_edge": 256},
}  # fmt: skip
RAD_DINO = {
    **BIT, "crop_size": {"height": 518, "width": 518}, "size": {"shortest_edge": 518},
    "image_mean": [0.5307] * 3, "image_std": [0.2583] * 3,
}  # fmt: skip


def config(kind: str, named: str, size: str, patch: int, image: int, **more: Any) -> Said:
    """A config.json with what its family's repositories say; of deep models fewer layers."""
    d_model, layers, heads = SIZES[size]
    said: Said = {
        "architectures": [named], "model_type": kind, "hidden_size": d_model, "num_attention_heads": heads,
        "num_hidden_layers": min(layers, LAYERS.get(size, layers)), "patch_size": patch, "image_size": image,
        "num_channels": 3, "hidden_act": "gelu", "qkv_bias": True, "torch_dtype": "float32",
        "transformers_version": "4.32.0.dev0", **OLD_DROPOUT,
    }  # fmt: skip
    if "dinov2" in kind:
        said |= {
            "mlp_ratio": 4, "layer_norm_eps": 1e-6, "layerscale_value": 1.0, "drop_path_rate": 0.0,
            "use_swiglu_ffn": False, "apply_layernorm": True, "reshape_hidden_states": True,
        }  # fmt: skip
        said |= {"num_register_tokens": 4} if "registers" in kind else {}
    else:
        said |= {"intermediate_size": 4 * d_model, "layer_norm_eps": 1e-6 if kind == "vit_msn" else 1e-12}
    if kind == "vit_mae":
        said |= {
            "decoder_hidden_size": 512, "decoder_intermediate_size": 2048, "decoder_num_attention_heads": 16,
            "decoder_num_hidden_layers": 8, "mask_ratio": 0.75, "norm_pix_loss": False,
        }  # fmt: skip
    return said | more


def classes(names: int | list[str]) -> Said:
    """id2label and label2id, as JSON writes them."""
    names = [f"LABEL_{i}" for i in range(names)] if isinstance(names, int) else names
    return {"id2label": {str(i): name for i, name in enumerate(names)}, "label2id": {n: i for i, n in enumerate(names)}}


def written(
    folder: Path,
    said: Said,
    processor: Said | None,
    *,
    save: Mapping[str, Any] | None = None,
    change: Callable[[Path], object] | None = None,
) -> Case:
    """A folder with random weights.

    Args:
        save: arguments of transformers' save_pretrained.
        change: what is done to the folder afterwards.
    """
    named, kind = said["architectures"][0], said["model_type"]
    settings = transformers.AutoConfig.for_model(kind).from_dict(said)
    module: Any = shaken(lambda: getattr(transformers, named)(settings))
    module.save_pretrained(folder, **(save or {}))
    del module
    (folder / "config.json").write_text(json.dumps(said, indent=2))
    if processor is not None:
        (folder / "preprocessor_config.json").write_text(json.dumps(processor, indent=2))
    if change is not None:
        change(folder)
    changes = {"mask_ratio": 0.0} if kind == "vit_mae" else {}
    size = said["image_size"]
    return Case(folder, partial(OfTransformers, folder, **changes), patch=said["patch_size"], size=size)


# ---- what is done to a folder


def in_one_bin(folder: Path) -> None:
    """pytorch_model.bin in place of model.safetensors."""
    _rewritten(folder, lambda tensors: tensors, "pytorch_model.bin")


def nested(folder: Path) -> None:
    """transformers 5 reads the image processor of processor_config.json, where there is one, and not the older file."""
    said = {**TRAINER, "image_mean": MEAN, "image_std": STD, "resample": 3}
    (folder / "processor_config.json").write_text(json.dumps({"image_processor": said, "processor_class": "X"}))


def renamed(prefix: str) -> Callable[[Path], None]:
    """Every tensor with what training code puts before its name; transformers needs them without."""

    def change(folder: Path) -> None:
        (folder / "plain").mkdir()
        for name in ("config.json", "preprocessor_config.json", "model.safetensors"):
            (folder / "plain" / name).write_bytes((folder / name).read_bytes())
        _rewritten(folder, lambda tensors: {prefix + key: x for key, x in tensors.items()}, "model.safetensors")

    return change


def left_by_trainer(folder: Path) -> None:
    """What transformers' Trainer leaves beside the weights of a run."""
    for name in ("optimizer.pt", "scheduler.pt", "rng_state.pth", "training_args.bin"):
        torch.save({"state": {0: torch.zeros(3)}}, folder / name)
    (folder / "trainer_state.json").write_text(json.dumps({"best_metric": 0.1, "log_history": []}))


def _rewritten(folder: Path, change: Callable[[dict[str, Tensor]], dict[str, Tensor]], to: str) -> None:
    tensors = change(safetensors.torch.load_file(folder / "model.safetensors"))
    tensors = {key: x.clone() for key, x in tensors.items()}
    (folder / "model.safetensors").unlink()
    if to.endswith(".bin"):
        torch.save(tensors, folder / to)
    else:
        safetensors.torch.save_file(tensors, folder / to, metadata={"format": "pt"})


# ---- the forms

VIT, HEADLESS = "ViTForImageClassification", "ViTModel"
TEACHER = "DeiTForImageClassificationWithTeacher"
DINO_HEAD, DINO_REG = "Dinov2ForImageClassification", "Dinov2WithRegistersForImageClassification"
NAMES = {
    "age": ["0-2", "3-9", "10-19", "20-29", "30-39", "40-49", "50-59", "60-69", "more than 70"],
    "nsfw": ["normal", "nsfw"],
    "face": ["angry", "disgust", "fear", "happy", "neutral", "sad", "surprise"],
    "gender": ["female", "male"],
    "cifar": ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
}

# repository, config.json, preprocessor_config.json
REPOSITORIES: list[tuple[str, Said, Said | None]] = [
    ("google/vit-base-patch16-224", config("vit", VIT, "base", 16, 224, **classes(1000)), google()),
    ("google/vit-base-patch16-384", config("vit", VIT, "base", 16, 384, **classes(1000)), google(384)),
    ("google/vit-base-patch32-384", config("vit", VIT, "base", 32, 384, **classes(1000)), google(384)),
    ("google/vit-base-patch16-224-in21k", config("vit", HEADLESS, "base", 16, 224), google(resample=2)),
    ("google/vit-base-patch32-224-in21k", config("vit", HEADLESS, "base", 32, 224), google(resample=2)),
    ("google/vit-large-patch16-224", config("vit", VIT, "large", 16, 224, **classes(1000)), google()),
    ("google/vit-large-patch16-384", config("vit", VIT, "large", 16, 384, **classes(1000)), google(384)),
    ("google/vit-large-patch32-384", config("vit", VIT, "large", 32, 384, **classes(1000)), google(384)),
    ("google/vit-huge-patch14-224-in21k", config("vit", HEADLESS, "huge", 14, 224), google(resample=2)),
    ("WinKawaks/vit-tiny-patch16-224", config("vit", VIT, "tiny", 16, 224, **classes(1000)), google(resample=2)),
    ("WinKawaks/vit-small-patch16-224", config("vit", VIT, "small", 16, 224, **classes(1000)), google(resample=2)),
    ("nateraw/vit-age-classifier", config("vit", VIT, "base", 16, 224, **classes(NAMES["age"])),
     {**google(resample=2), "feature_extractor_type": "ViTFeatureExtractor"}),
    ("Falconsai/nsfw_image_detection",
     config("vit", VIT, "base", 16, 224, **classes(NAMES["nsfw"]), problem_type="single_label_classification"),
     TRAINER),
    ("trpakov/vit-face-expression", config("vit", VIT, "base", 16, 224, **classes(NAMES["face"])), TRAINER),
    ("rizvandwiki/gender-classification",
     config("vit", VIT, "base", 16, 224, **classes(NAMES["gender"]), problem_type="single_label_classification"),
     {**google(resample=2), "feature_extractor_type": "ViTFeatureExtractor"}),
    ("facebook/deit-tiny-patch16-224", config("vit", VIT, "tiny", 16, 224, **classes(1000)), DEIT),
    ("facebook/deit-small-patch16-224", config("vit", VIT, "small", 16, 224, **classes(1000)), DEIT),
    ("facebook/deit-base-patch16-224", config("vit", VIT, "base", 16, 224, **classes(1000)), DEIT),
    ("facebook/deit-tiny-distilled-patch16-224", config("deit", TEACHER, "tiny", 16, 224, **classes(1000)), DEIT),
    ("facebook/deit-small-distilled-patch16-224", config("deit", TEACHER, "small", 16, 224, **classes(1000)), DEIT),
    ("facebook/deit-base-distilled-patch16-224", config("deit", TEACHER, "base", 16, 224, **classes(1000)), DEIT),
    ("facebook/dino-vits16", config("vit", HEADLESS, "small", 16, 224), extractor("ViT", resample=2)),
    ("facebook/dino-vits8", config("vit", HEADLESS, "small", 8, 224), extractor("ViT", resample=2)),
    ("facebook/dino-vitb16", config("vit", HEADLESS, "base", 16, 224), extractor("ViT", resample=2)),
    ("facebook/dinov2-small", config("dinov2", "Dinov2Model", "small", 14, 518), BIT),
    ("facebook/dinov2-base", config("dinov2", "Dinov2Model", "base", 14, 518), BIT),
    ("facebook/dinov2-small-imagenet1k-1-layer", config("dinov2", DINO_HEAD, "small", 14, 518, **classes(1000)), BIT),
    ("facebook/dinov2-base-imagenet1k-1-layer", config("dinov2", DINO_HEAD, "base", 14, 518, **classes(1000)), BIT),
    ("facebook/dinov2-with-registers-small",
     config("dinov2_with_registers", "Dinov2WithRegistersModel", "small", 14, 518), BIT),
    ("facebook/dinov2-with-registers-base",
     config("dinov2_with_registers", "Dinov2WithRegistersModel", "base", 14, 518), BIT),
    ("facebook/dinov2-with-registers-small-imagenet1k-1-layer",
     config("dinov2_with_registers", DINO_REG, "small", 14, 518, **classes(1000)), BIT),
    ("facebook/vit-mae-base", config("vit_mae", "ViTMAEForPreTraining", "base", 16, 224), extractor("ViT", resample=2)),
    ("facebook/vit-mae-large", config("vit_mae", "ViTMAEForPreTraining", "large", 16, 224),
     extractor("ViT", resample=2)),
    ("facebook/vit-mae-huge", config("vit_mae", "ViTMAEForPreTraining", "huge", 14, 224), extractor("ViT", resample=2)),
    ("facebook/vit-msn-small", config("vit_msn", "ViTMSNModel", "small", 16, 224), extractor("ViT", resample=2)),
    ("facebook/vit-msn-base", config("vit_msn", "ViTMSNModel", "base", 16, 224), extractor("ViT", resample=2)),
    ("facebook/vit-msn-large", config("vit_msn", "ViTMSNModel", "large", 16, 224), extractor("ViT", resample=2)),
    ("owkin/phikon", config("vit", HEADLESS, "base", 16, 224, layer_norm_eps=1e-12), extractor("ViT", resample=2)),
    ("owkin/phikon-v2", config("dinov2", "Dinov2Model", "large", 16, 224), {**BIT, "size": {"shortest_edge": 224}}),
    ("microsoft/rad-dino", config("dinov2", "Dinov2Model", "base", 14, 518), RAD_DINO),
    ("facebook/dinov2-giant", config("dinov2", "Dinov2Model", "giant", 14, 518, use_swiglu_ffn=True), BIT),
    ("facebook/dinov2-giant-imagenet1k-1-layer",
     config("dinov2", DINO_HEAD, "giant", 14, 518, use_swiglu_ffn=True, **classes(1000)), BIT),
    ("facebook/dinov2-with-registers-giant",
     config("dinov2_with_registers", "Dinov2WithRegistersModel", "giant", 14, 518, use_swiglu_ffn=True), BIT),
    ("kaiko-ai/midnight",
     config("dinov2", "Dinov2Model", "giant", 14, 224, use_swiglu_ffn=True),
     {**BIT, "size": {"shortest_edge": 224}, "image_mean": HALF, "image_std": HALF}),
]  # fmt: skip


def _wrapped() -> Iterator[tuple[str, str, Callable[[Path], Case], tuple[str, ...]]]:
    """The same model in the other files that transformers and those who train with it write."""
    small = config("vit", VIT, "small", 16, 224, **classes(NAMES["cifar"]))
    saved = "transformers' save_pretrained"

    def form(processor: Said | None = TRAINER, said: Said = small, **options: Any) -> Callable[[Path], Case]:
        return partial(written, said=said, processor=processor, **options)

    yield "pytorch_model.bin alone", "repositories of before 2023", form(change=in_one_bin), ()
    yield "several .safetensors and an index", f"{saved}(max_shard_size=…)", form(save={"max_shard_size": "20MB"}), ()
    yield "a folder checkpoint-N of a run", "transformers' Trainer", form(change=left_by_trainer), ()
    yield "the fast processor, with every setting of it", f"{saved} since 4.50", form(FAST), ()
    yield "no preprocessor_config.json", "repositories with weights alone", form(None), ("default_preprocess",)
    yield "the image processor within processor_config.json", "transformers 5", form(change=nested), ()
    half = {**small, "torch_dtype": "float16"}
    yield "float16 weights", f"model.half(), {saved}", form(said=half, change=partial(cast, to=torch.float16)), ()
    brain = {**small, "torch_dtype": "bfloat16"}
    yield "bfloat16 weights", "training in bf16", form(said=brain, change=partial(cast, to=torch.bfloat16)), ()
    double = {**small, "torch_dtype": "float64"}
    yield "float64 weights", f"model.double(), {saved}", form(said=double, change=partial(cast, to=torch.float64)), ()
    cifar = config("vit", VIT, "small", 4, 32, **classes(NAMES["cifar"]))
    yield "a CIFAR-10 model of 32 pixels", "transformers' ViTConfig(image_size=32, patch_size=4)", form(None, cifar), ()
    tanh = {**small, "hidden_act": "gelu_new"}
    yield "GELU by tanh", "ViTConfig(hidden_act='gelu_new')", form(said=tanh), ()
    bare = {**small, "qkv_bias": False}
    yield "queries, keys and values without a bias", "ViTConfig(qkv_bias=False)", form(said=bare), ()
    several = {**small, "problem_type": "multi_label_classification"}
    yield "several classes at once", "transformers' ViTConfig(problem_type=…)", form(said=several), ("each_class",)
    numbers = {**config("vit", VIT, "small", 16, 224, **classes(("valence", "arousal"))), "problem_type": "regression"}
    yield "numbers in place of classes", "transformers' ViTConfig(problem_type=…)", form(said=numbers), ("numbers",)
    age = {**config("vit", VIT, "small", 16, 224, **classes(1)), "problem_type": "regression"}
    yield "one number in place of a class", "transformers' ViTConfig(problem_type=…)", form(said=age), ("numbers",)
    masked = config("vit", "ViTForMaskedImageModeling", "small", 16, 224, encoder_stride=16)
    yield "SimMIM's encoder with its decoder", "transformers' run_mim.py", form(said=masked), ("decoder_left_out",)
    yield (
        "a head on MSN",
        "transformers' ViTMSNForImageClassification",
        form(said=config("vit_msn", "ViTMSNForImageClassification", "small", 16, 224, **classes(7))),
        (),
    )
    both = {**small, "architectures": [VIT, HEADLESS]}
    yield "two classes in architectures", "config.json edited by hand", form(said=both), ()
    for number, called in ((4, "Box"), (5, "Hamming")):
        resized = {**TRAINER, "resample": number}
        yield f"pictures resized by Pillow's {called}", f"ViTImageProcessor(resample={number})", form(resized), ()
    none = config("dinov2_with_registers", DINO_REG, "small", 14, 224, num_register_tokens=0, **classes(7))
    yield (
        "DINOv2 with registers, and none of them",
        "Dinov2WithRegistersConfig(num_register_tokens=0)",
        form(BIT, none),
        ("layer_scale",),
    )
    yield (
        "a head on DeiT, without the teacher's",
        "transformers' DeiTForImageClassification",
        form(said=config("deit", "DeiTForImageClassification", "small", 16, 224, **classes(7))),
        ("distilled",),
    )


def cast(folder: Path, to: torch.dtype) -> None:
    """Every number in another format."""
    _rewritten(folder, lambda tensors: {key: x.to(to) for key, x in tensors.items()}, "model.safetensors")


def plain_beside(folder: Path, prefix: str) -> Case:
    """Prefixed names: transformers reads the same folder without the prefix."""
    small = config("vit", VIT, "small", 16, 224, **classes(NAMES["cifar"]))
    case = written(folder, small, TRAINER, change=renamed(prefix))
    return Case(case.path, partial(OfTransformers, folder / "plain"))


def forms() -> Iterator[Form]:
    """Every form of this kind."""
    for repository, said, processor in REPOSITORIES:
        layers = next(layers for d_model, layers, _ in SIZES.values() if d_model == said["hidden_size"])
        kept = said["num_hidden_layers"]
        write = partial(written, said=said, processor=processor)
        yield Form(repository, "huggingface.co", write, layers=(kept, layers) if kept < layers else None)
    for name, where, write, told in _wrapped():
        yield Form(f"transformers: {name}", where, write, told=told)
    for prefix, where in (
        ("module.", "DataParallel and DistributedDataParallel"),
        ("_orig_mod.", "torch.compile"),
        ("model.", "Lightning"),
        ("module._orig_mod.", "torch.compile within DistributedDataParallel"),
    ):
        yield Form(f"transformers: every name begins with {prefix}", where, partial(plain_beside, prefix=prefix))
