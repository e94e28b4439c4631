"""Settings in a checkpoint that change its results: followed as its library follows them, or refused by name."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import timm
import torch
import transformers
from PIL import Image
from safetensors.torch import load_file, save_file
from timm.data import create_transform, resolve_data_config

import vit_core
from tests.support.perturb import perturb
from vit_core.preprocess import INTERPOLATION

pytestmark = pytest.mark.parity

TINY = {"hidden_size": 48, "num_hidden_layers": 2, "num_attention_heads": 3, "intermediate_size": 96}


def photo(width: int = 530, height: int = 370) -> Image.Image:
    pixels = np.random.default_rng(0).integers(0, 256, (37, 53, 3), dtype=np.uint8)
    return Image.fromarray(pixels).resize((width, height), Image.Resampling.BICUBIC)


def saved(path: Path, said: dict[str, Any] | None = None, **options: Any) -> Any:
    """A ViT with a head, saved by transformers, with changes made to its config.json afterwards."""
    config = transformers.ViTConfig(**{**TINY, "image_size": 32, "patch_size": 4, "num_labels": 3, **options})
    module: Any = perturb(transformers.ViTForImageClassification(config)).eval()
    module.save_pretrained(path)
    file = path / "config.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **(said or {})}))
    return module


# ---- config.json


@pytest.mark.parametrize("size", [16, 32, 48])
def test_without_a_processor_a_vit_reads_pictures_of_its_own_size(size: int, tmp_path: Path) -> None:
    module = saved(tmp_path, image_size=size)
    loaded = vit_core.load(tmp_path)
    processor = transformers.ViTImageProcessorPil(size={"height": size, "width": size})
    expected = processor(photo(), return_tensors="pt")["pixel_values"]
    found = loaded.preprocess(photo())[None]
    torch.testing.assert_close(found, expected, atol=1.01 / 127.5, rtol=0)
    assert "default_preprocess" in [note.code for note in loaded.notes]
    for x in (found, torch.nn.functional.interpolate(found, size=(24, 40), mode="bilinear")):
        with torch.no_grad():
            theirs = module(x, interpolate_pos_encoding=True).logits
            torch.testing.assert_close(loaded.model(x), theirs, atol=1e-5, rtol=0)


HEADS = {
    "one score": ({"num_labels": 1}, {}, "one score"),
    "an unknown word": ({}, {"problem_type": "ranking"}, "ranking"),
    "no word": ({}, {"problem_type": ["regression"]}, "regression"),
}


@pytest.mark.parametrize(("options", "said", "words"), HEADS.values(), ids=HEADS)
def test_a_head_of_which_nothing_tells_what_it_answers_is_refused_by_name(
    options: dict[str, Any], said: dict[str, Any], words: str, tmp_path: Path
) -> None:
    saved(tmp_path, said, **options)
    with pytest.raises(vit_core.CheckpointError, match=words) as caught:
        vit_core.load(tmp_path)
    assert caught.value.code == "unsupported_architecture"


@pytest.mark.parametrize("names", [("age",), ("valence", "arousal"), ()], ids=str)
def test_a_regression_answers_with_its_numbers(names: tuple[str, ...], tmp_path: Path) -> None:
    """As transformers' pipeline for image classification, on the same pixels, which applies no function to them."""
    said = {"id2label": dict(enumerate(names))} if names else {}
    module = saved(tmp_path, num_labels=len(names) or 2, problem_type="regression", **said)
    processor = transformers.ViTImageProcessorPil(size={"height": 32, "width": 32})
    processor.save_pretrained(tmp_path)
    pipeline: Any = transformers.pipeline("image-classification", model=module, image_processor=processor)
    loaded: Any = vit_core.load(tmp_path)
    trace = vit_core.trace_image(loaded, photo())
    assert trace.logits is not None and loaded.labels == names
    count = len(trace.logits)
    assert [name for name, _ in trace.numbers()] == [*(names or ("output 0", "output 1"))]
    assert sorted(number for _, number in trace.numbers()) == pytest.approx(
        sorted(one["score"] for one in pipeline(photo())), abs=2e-3
    )
    for pixels in (processor(photo(), return_tensors="pt")["pixel_values"], torch.randn(1, 3, 24, 40)):
        with torch.no_grad():
            exact = module(pixels, interpolate_pos_encoding=True).logits
        torch.testing.assert_close(loaded.model(pixels), exact, atol=1e-5, rtol=0)
    for ask in (lambda: trace.probabilities, lambda: trace.top(1)):
        with pytest.raises(ValueError, match="names no class"):
            ask()
    assert not loaded.model.config.names_classes and count == loaded.model.config.n_classes
    assert [note.code for note in loaded.notes] == ["numbers"]


def test_numbers_are_asked_only_of_a_model_that_answers_with_them(tmp_path: Path) -> None:
    saved(tmp_path)
    loaded: Any = vit_core.load(tmp_path)
    with pytest.raises(ValueError, match="no head that answers with numbers"):
        vit_core.trace_image(loaded, photo()).numbers()


@pytest.mark.parametrize("n_classes", [1, 3])
def test_a_head_that_says_of_each_class_whether_it_is_there_gives_each_its_sigmoid(
    n_classes: int, tmp_path: Path
) -> None:
    """As transformers' pipeline for image classification, on the same pixels."""
    module = saved(tmp_path, num_labels=n_classes, problem_type="multi_label_classification")
    processor = transformers.ViTImageProcessorPil(size={"height": 32, "width": 32})
    processor.save_pretrained(tmp_path)
    pipeline: Any = transformers.pipeline("image-classification", model=module, image_processor=processor)
    expected = {one["label"]: one["score"] for one in pipeline(photo(), top_k=n_classes)}
    loaded: Any = vit_core.load(tmp_path)
    trace = vit_core.trace_image(loaded, photo())
    found = {f"LABEL_{one.index}": one.probability for one in trace.top_classes(n_classes)}
    assert found == pytest.approx(expected, abs=2e-3)  # of pixels that two libraries resize
    pixels = processor(photo(), return_tensors="pt")["pixel_values"]
    with torch.no_grad():
        exact = module(pixels).logits.sigmoid()[0]
    torch.testing.assert_close(loaded.model(pixels)[0].sigmoid(), exact, atol=1e-5, rtol=0)
    assert abs(sum(found.values()) - 1) > 1e-2 and "each_class" in [note.code for note in loaded.notes]
    if n_classes > 1:  # the planted slip
        assert trace.logits is not None
        assert (trace.logits.softmax(-1) - trace.probabilities).abs().max() > 1e-2


def test_one_class_among_several_is_what_a_softmax_is_for(tmp_path: Path) -> None:
    saved(tmp_path, problem_type="single_label_classification")
    assert vit_core.load(tmp_path).model.config.n_classes == 3


def test_without_a_head_there_is_nothing_to_refuse(tmp_path: Path) -> None:
    saved(tmp_path, {"architectures": ["ViTModel"], "problem_type": "regression"})
    file = tmp_path / "model.safetensors"
    save_file({key: x for key, x in load_file(file).items() if "classifier" not in key}, file)
    assert vit_core.load(tmp_path).model.config.n_classes == 0


BOTH = ["ViTModel", "ViTForImageClassification"]


@pytest.mark.parametrize("named", [BOTH, BOTH[::-1]], ids=["body first", "head first"])
def test_of_two_classes_in_a_config_the_file_tells_which_was_saved(named: list[str], tmp_path: Path) -> None:
    """transformers opens such a folder as either, and reads the head where the file has one."""
    saved(tmp_path, {"architectures": named})
    pixels = torch.randn(2, 3, 24, 40, generator=torch.Generator().manual_seed(1))
    theirs: Any = transformers.AutoModelForImageClassification.from_pretrained(tmp_path)
    with torch.no_grad():
        expected = theirs.eval()(pixels, interpolate_pos_encoding=True).logits
    torch.testing.assert_close(vit_core.load(tmp_path).model(pixels), expected, atol=1e-5, rtol=0)
    file = tmp_path / "model.safetensors"
    tensors = load_file(file)
    slipped = {key: x.roll(1, dims=0) if "query" in key else x for key, x in tensors.items()}
    save_file(slipped, file)
    assert (vit_core.load(tmp_path).model(pixels) - expected).abs().max() > 1e-2
    save_file({key: x for key, x in tensors.items() if "classifier" not in key}, file)
    body: Any = transformers.AutoModel.from_pretrained(tmp_path)
    with torch.no_grad():
        last = body.eval()(pixels, interpolate_pos_encoding=True).last_hidden_state
    headless: Any = vit_core.load(tmp_path)
    assert headless.model.config.n_classes == 0
    found = vit_core.trace.trace_pixels(headless, pixels[0])["ln_final"]
    torch.testing.assert_close(found, last[0], atol=1e-5, rtol=0)


@pytest.mark.parametrize("spoiled", [torch.nan, torch.inf, -torch.inf], ids=str)
def test_a_weight_that_is_no_number_is_refused_by_name_and_with_what_to_do(spoiled: float, tmp_path: Path) -> None:
    saved(tmp_path)
    file, tensor = tmp_path / "model.safetensors", "vit.encoder.layer.1.output.dense.weight"
    tensors = load_file(file)
    tensors[tensor][3, 5] = spoiled
    save_file(tensors, file)
    with pytest.raises(vit_core.CheckpointError) as caught:
        vit_core.load(tmp_path)
    assert (caught.value.code, caught.value.params["tensor"]) == ("not_finite", tensor)
    assert tensor in str(caught.value) and "Take an earlier checkpoint" in str(caught.value)


LABELS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "words": ({"0": "a", "1": "b", "2": "c"}, ("a", "b", "c")),
    "numbers": ({"0": 7, "1": 2.5, "2": "c"}, ("7", "2.5", "c")),
    "null": ({"0": None, "1": "b", "2": None}, ("LABEL_0", "b", "LABEL_2")),
    "two of one name": ({"0": "a", "1": "b", "2": "a"}, ("a (0)", "b", "a (2)")),
    "three of one name, one as if numbered": ({"0": "a", "1": "a", "2": "a (0)"}, ("a (0) (0)", "a (1)", "a (0) (2)")),
    "empty and in lines": ({"0": "", "1": "b\n c", "2": "  "}, ("LABEL_0", "b c", "LABEL_2")),
    "a list": (["a", "b", "c"], ("a", "b", "c")),
    "other numbers": ({"1": "a", "2": "b", "3": "c"}, ("LABEL_0", "a", "b")),
    "nothing of use": ({"0": None, "1": None, "2": None}, ()),
}


@pytest.mark.parametrize(("said", "names"), LABELS.values(), ids=LABELS)
def test_each_class_of_a_config_has_a_word_of_its_own(said: Any, names: tuple[str, ...], tmp_path: Path) -> None:
    saved(tmp_path, {"id2label": said})
    assert vit_core.load(tmp_path).labels == names


@pytest.mark.parametrize("names", [2, 4])
def test_names_for_another_number_of_classes_than_the_head_has_are_refused(names: int, tmp_path: Path) -> None:
    """As transformers does, which has no place for the head's weights then."""
    saved(tmp_path, {"id2label": {str(i): f"name {i}" for i in range(names)}})
    with pytest.raises(vit_core.CheckpointError) as caught:
        vit_core.load(tmp_path)
    assert caught.value.code == "wrong_shape" and "classifier" in caught.value.params["tensor"]
    with pytest.raises(RuntimeError, match="mismatch"):
        transformers.ViTForImageClassification.from_pretrained(tmp_path)


def test_an_adapter_beside_whole_weights_is_told(tmp_path: Path) -> None:
    """transformers would add its changes to them."""
    saved(tmp_path)
    (tmp_path / "adapter_config.json").write_text(json.dumps({"peft_type": "LORA"}))
    told = [note.params for note in vit_core.load(tmp_path).notes if note.code == "adapter_beside"]
    assert told == [{"file": "adapter_config.json"}]


# ---- preprocessor_config.json

# The class, and what the file says besides its name: all else is the default of the class.
PROCESSORS: list[tuple[str, dict[str, Any]]] = [
    ("ViT", {}),
    ("ViT", {"size": 32}),
    ("ViT", {"size": 32, "do_normalize": None, "crop_size": None}),
    ("DeiT", {}),
    ("DeiT", {"size": 40, "crop_size": 32}),
    ("DeiT", {"size": 32, "do_center_crop": None}),
    ("Beit", {"size": 32}),
    ("Bit", {}),
    ("Bit", {"size": 40, "crop_size": 32}),
    ("CLIP", {"size": {"shortest_edge": 40}, "crop_size": {"height": 32, "width": 32}}),
    ("ConvNext", {}),
    ("ConvNext", {"size": 224}),
    ("ConvNext", {"size": {"shortest_edge": 64}, "crop_pct": 0.8}),
    ("ConvNext", {"size": {"shortest_edge": 400}, "crop_pct": 0.8}),
    ("ChineseCLIP", {}),
    ("Blip", {}),
    ("Siglip", {}),
    ("Siglip", {"size": 32, "do_center_crop": True, "crop_size": 32}),
    ("Pvt", {}),
    ("MobileNetV1", {}),
]


@pytest.mark.parametrize("key", ["image_processor_type", "feature_extractor_type"])
@pytest.mark.parametrize(("processor", "said"), PROCESSORS, ids=str)
def test_what_a_processor_leaves_out_is_its_class_default(
    processor: str, said: dict[str, Any], key: str, tmp_path: Path
) -> None:
    saved(tmp_path)
    ending = "ImageProcessor" if key == "image_processor_type" else "FeatureExtractor"
    (tmp_path / "preprocessor_config.json").write_text(json.dumps({key: processor + ending, **said}))
    theirs = getattr(transformers, f"{processor}ImageProcessorPil").from_pretrained(tmp_path)
    loaded = vit_core.load(tmp_path)
    assert not [note for note in loaded.notes if note.code == "unfollowed"]
    for size in ((600, 400), (400, 800)):  # of which an even number of pixels is cut off
        expected = theirs(photo(*size), return_tensors="pt")["pixel_values"][0]
        found = loaded.preprocess(photo(*size))
        assert found.shape == expected.shape
        assert (found - expected).abs().max() <= 1.01 / 255 / min(loaded.preprocess.std)


@pytest.mark.parametrize("number", range(6))
def test_every_filter_of_pillow_makes_transformers_pixels(number: int, tmp_path: Path) -> None:
    module = saved(tmp_path)
    said = {"image_processor_type": "ViTImageProcessor", "size": {"height": 32, "width": 32}, "resample": number}
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(said))
    theirs = transformers.AutoImageProcessor.from_pretrained(tmp_path, backend="pil")
    expected = theirs(photo(), return_tensors="pt")["pixel_values"]
    loaded: Any = vit_core.load(tmp_path)
    found = loaded.preprocess(photo())[None]
    torch.testing.assert_close(found, expected, atol=1e-6, rtol=0)
    with torch.no_grad():
        torch.testing.assert_close(loaded.model(found), module(expected).logits, atol=1e-5, rtol=0)
    for other in set(INTERPOLATION) - {loaded.preprocess.interpolation}:  # the planted slip
        assert (replace(loaded.preprocess, interpolation=other)(photo()) - expected[0]).abs().max() > 1e-2, other


def test_a_processor_of_another_class_is_told_and_its_offset_refused(tmp_path: Path) -> None:
    saved(tmp_path)
    said = {"image_processor_type": "EfficientNetImageProcessor", "size": {"height": 32, "width": 32}}
    file = tmp_path / "preprocessor_config.json"
    file.write_text(json.dumps(said))
    told = [note.params["settings"] for note in vit_core.load(tmp_path).notes if note.code == "unfollowed"]
    assert told == ["image_processor_type = EfficientNetImageProcessor"]
    file.write_text(json.dumps({**said, "rescale_offset": True}))
    with pytest.raises(vit_core.CheckpointError, match="rescale_offset") as caught:
        vit_core.load(tmp_path)
    assert caught.value.code == "unsupported_preprocess"


@pytest.mark.parametrize("act", ["gelu_python", "gelu_fast", "gelu_accurate", "gelu_python_tanh"])
def test_every_way_to_write_a_gelu_is_the_gelu_it_is(act: str, tmp_path: Path) -> None:
    module = saved(tmp_path, hidden_act=act)
    pixels = 20 * torch.randn(1, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        theirs = module(pixels).logits
        torch.testing.assert_close(vit_core.load(tmp_path).model(pixels), theirs, atol=1e-5, rtol=0)


UNCUT = {
    "a ViT's": {"image_processor_type": "ViTImageProcessor", "size": {"shortest_edge": 32}},
    "SigLIP's": {"image_processor_type": "SiglipImageProcessor", "size": 32},
    "CLIP's": {"image_processor_type": "CLIPImageProcessor", "size": {"shortest_edge": 32}, "do_center_crop": False},
}


@pytest.mark.parametrize("said", UNCUT.values(), ids=UNCUT)
def test_a_processor_that_cuts_no_square_is_told(said: dict[str, Any], tmp_path: Path) -> None:
    """Its pictures are of any shape; here the model reads the square of their middle."""
    saved(tmp_path)
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(said))
    theirs = transformers.AutoImageProcessor.from_pretrained(tmp_path, backend="pil")
    expected = theirs(photo(), return_tensors="pt")["pixel_values"][0]
    loaded = vit_core.load(tmp_path)
    found = loaded.preprocess(photo())
    assert expected.shape == (3, 32, 45)
    torch.testing.assert_close(found, expected[:, :, 6:38], atol=1e-6, rtol=0)
    assert [note.params["settings"] for note in loaded.notes if note.code == "unfollowed"] == ["do_center_crop = False"]
    whole = theirs(photo(370, 370), return_tensors="pt")["pixel_values"][0]
    torch.testing.assert_close(loaded.preprocess(photo(370, 370)), whole, atol=1e-6, rtol=0)


def test_one_number_for_all_channels_is_that_of_each(tmp_path: Path) -> None:
    saved(tmp_path)
    said = {"image_processor_type": "ViTImageProcessor", "size": 32, "image_mean": 0.4, "image_std": 0.3}
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(said))
    expected = transformers.AutoImageProcessor.from_pretrained(tmp_path, backend="pil")(photo(), return_tensors="pt")
    torch.testing.assert_close(vit_core.load(tmp_path).preprocess(photo()), expected["pixel_values"][0])


SENSELESS = {
    # transformers takes a word for no filter it knows, and resizes by another.
    "a filter by its name": ({"resample": "bicubic"}, "resample 'bicubic' is none of"),
    "a filter that Pillow does not have": ({"resample": 6}, "resample 6 is none of"),
    "a deviation of 0": ({"image_std": [0.5, 0, 0.5]}, "above 0"),
}


@pytest.mark.parametrize(("said", "words"), SENSELESS.values(), ids=SENSELESS)
def test_what_a_processor_cannot_mean_is_refused_by_name(said: dict[str, Any], words: str, tmp_path: Path) -> None:
    saved(tmp_path)
    usual = {"image_processor_type": "ViTImageProcessor", "size": {"height": 32, "width": 32}}
    (tmp_path / "preprocessor_config.json").write_text(json.dumps({**usual, **said}))
    with pytest.raises(vit_core.CheckpointError, match=words):
        vit_core.load(tmp_path)


# ---- timm


SMALL = {"img_size": 32, "patch_size": 8, "depth": 2, "embed_dim": 48, "num_heads": 3}
TIMM_LABELS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "a mapping": ({"0": "a", "1": "b", "2": "c"}, ("a", "b", "c")),
    "a mapping with gaps": ({"0": "a", "2": "c"}, ("a", "1", "c")),
    "a list": (["a", "b", "c"], ("a", "b", "c")),
    "empty, blank, unseen": (["", "\u200b\ufeff", " \n c"], ("0", "1", "c")),
    "numbers": ([7, 1.5, None], ("7", "1.5", "2")),
    "twice, once by an unseen mark": (["a", "a", "a\u200e"], ("a (0)", "a (1)", "a (2)")),
    "right to left": (["שלום", "مرحبا (x)", "می\u200cخواهم"], ("שלום", "مرحبا (x)", "می\u200cخواهم")),
    "what turns a sentence around": (["a\u202eb", "\u2066c\u2069", "d\x00\x1b[31m"], ("ab", "c", "d[31m")),
    "markup": (["<b>x</b>", "**y**", "[z](http://z)"], ("<b>x</b>", "**y**", "[z](http://z)")),
    "half a sign": (["a\ud800", "👩\u200d🌾", "b"], ("a", "👩\u200d🌾", "b")),
    "too few": (["a", "b"], ("a", "b", "2")),
    "too many": (["a", "b", "c", "d"], ("a", "b", "c")),
}


@pytest.mark.parametrize(("said", "names"), TIMM_LABELS.values(), ids=TIMM_LABELS)
def test_timms_class_names_are_of_the_classes_it_means(said: Any, names: tuple[str, ...], tmp_path: Path) -> None:
    module = timm.create_model("vit_tiny_patch16_224", **SMALL, num_classes=3)
    timm.models.save_for_hf(module, tmp_path, model_config={"label_names": said}, model_args=SMALL)
    assert vit_core.load(tmp_path).labels == names


@pytest.mark.parametrize("filter_", INTERPOLATION)
def test_every_filter_of_timm_makes_its_pixels(filter_: str, tmp_path: Path) -> None:
    module = timm.create_model("vit_tiny_patch16_224", **SMALL, num_classes=3)
    module.pretrained_cfg["interpolation"] = filter_
    timm.models.save_for_hf(module, tmp_path, model_args=SMALL)
    said = json.loads((tmp_path / "config.json").read_text())["pretrained_cfg"]
    expected = create_transform(**resolve_data_config({"input_size": (3, 32, 32)}, pretrained_cfg=said))(photo())
    loaded: Any = vit_core.load(tmp_path)
    torch.testing.assert_close(loaded.preprocess(photo()), expected, atol=1e-6, rtol=0)
    assert loaded.preprocess.interpolation == filter_


@pytest.mark.parametrize("head", [True, False])
def test_of_both_classes_of_timms_wrapper_the_file_tells_which_was_saved(head: bool, tmp_path: Path) -> None:
    module: Any = perturb(timm.create_model("vit_tiny_patch16_224", **SMALL, num_classes=3)).eval()
    timm.models.save_for_hf(module, tmp_path, model_args=SMALL, safe_serialization=True)
    config, weights = tmp_path / "config.json", tmp_path / "model.safetensors"
    both = ["TimmWrapperModel", "TimmWrapperForImageClassification"]
    said = json.loads(config.read_text())
    del said["model_args"]["num_classes"]  # the wrapper gives that itself
    config.write_text(json.dumps({**said, "num_classes": 3, "architectures": both}))
    if not head:
        save_file({key: x for key, x in load_file(weights).items() if not key.startswith("head.")}, weights)
    loaded: Any = vit_core.load(tmp_path)
    assert loaded.model.config.n_classes == (3 if head else 0)
    if head:
        pixels = torch.randn(1, 3, 32, 32, generator=torch.Generator().manual_seed(1))
        torch.testing.assert_close(loaded.model(pixels), module(pixels), atol=1e-5, rtol=0)


def test_one_score_of_timm_is_refused_by_name(tmp_path: Path) -> None:
    timm.models.save_for_hf(timm.create_model("vit_tiny_patch16_224", num_classes=1), tmp_path)
    with pytest.raises(vit_core.CheckpointError, match="one score"):
        vit_core.load(tmp_path)


# ---- bare files


@pytest.mark.parametrize("size", [(32, 32), (48, 48), (24, 40)], ids=str)
def test_a_bare_file_resizes_positions_as_its_family_does(size: tuple[int, int], tmp_path: Path) -> None:
    """The shape a person gives says nothing of it; the names of the tensors do."""
    options = {**SMALL, "num_classes": 3, "dynamic_img_size": True}
    module = perturb(timm.create_model("vit_tiny_patch16_224", **options)).eval()
    torch.save(module.state_dict(), tmp_path / "bare.pth")
    shape = vit_core.ViTConfig(
        image_size=32, patch_size=8, d_model=48, n_layers=2, n_heads=3, d_mlp=192, n_classes=3, eps=1e-6
    )
    loaded = vit_core.load(tmp_path / "bare.pth", like=shape)
    x = torch.randn(2, 3, *size, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        torch.testing.assert_close(loaded.model(x), module(x), atol=1e-5, rtol=0)
    assert loaded.spec.config.position_resample == "bicubic_antialias"
    said = replace(shape, position_resample="bicubic_corners")
    assert vit_core.load(tmp_path / "bare.pth", like=said).spec.config == said
