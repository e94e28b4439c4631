"""What a Python user may hand over as a picture, a model or a text; one sentence for everything else."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

import vit_core
from tests.support.recurrent import tiny_config
from tests.support.stand_in import StandIn
from tests.support.translators import as_translator, tiny_network
from vit_core.arguments import described
from vit_core.decoding import Beam, Forced, Greedy
from vit_core.pictures import TAKES, as_image
from vit_core.recurrent_seq2seq import untrained
from vit_core.replay import rerun
from vit_core.trace import trace_image, trace_pixels


@pytest.fixture(scope="module")
def loaded(tiny_vit: Any, as_loaded: Callable[..., Any]) -> Any:
    return as_loaded(tiny_vit)


def forms(photo: Image.Image, folder: Path) -> dict[str, Any]:
    """One picture in every form that loses nothing of it."""
    photo.save(folder / "photo.png")
    pixels = np.array(photo)
    chw = torch.from_numpy(pixels).permute(2, 0, 1)
    return {
        "PIL": photo,
        "str": str(folder / "photo.png"),
        "Path": folder / "photo.png",
        "uint8 array": pixels,
        "float32 array": (pixels / 255).astype(np.float32),
        "float64 array": pixels / 255,
        "array in another order of memory": np.asfortranarray(pixels),
        "array with alpha": np.dstack([pixels, np.full(pixels.shape[:2], 255, np.uint8)]),
        "uint8 tensor": chw,
        "float tensor": chw / 255,
        "tensor with a gradient": (chw / 255).requires_grad_(),
    }


def test_every_form_of_a_picture_gives_the_same_trace(loaded: Any, photo: Image.Image, tmp_path: Path) -> None:
    expected = trace_image(loaded, photo)
    for form, picture in forms(photo, tmp_path).items():
        assert torch.equal(trace_image(loaded, picture).pixels, expected.pixels), form
        assert torch.equal(loaded.preprocess(picture), expected.pixels), form


def test_greys_are_pictures_too(photo: Image.Image) -> None:
    grey = np.array(photo.convert("L"))
    for picture in (grey, grey[:, :, None], torch.from_numpy(grey), torch.from_numpy(grey)[None], grey / 255):
        image = as_image(picture)
        assert image.mode == "L" and np.array_equal(np.array(image), grey)


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (None, "not None"),
        ([[0, 1]], "not [[0, 1]]"),
        (b"bytes", "not b'bytes'"),
        (io.BytesIO(), "not a value of the type BytesIO"),
        (5, "not 5"),
        (np.zeros((4, 4, 3), np.int64), "not int64"),
        (np.zeros((4, 4, 3), np.uint16), "not uint16"),
        (np.zeros((4, 4, 3), bool), "not bool"),
        (np.array([["a"]]), "not <U1"),
        (torch.zeros(3, 4, 4, dtype=torch.int64), "not int64"),
    ],
)
def test_what_is_no_picture_is_refused_in_one_sentence(picture: Any, words: str, loaded: Any) -> None:
    with pytest.raises(TypeError, match=re.escape(f"{TAKES}; {words}")):
        trace_image(loaded, picture)


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (np.zeros((3, 8, 9), np.uint8), "not an array [3, 8, 9]"),
        (np.zeros((1, 8, 9, 3), np.uint8), "not an array [1, 8, 9, 3]"),
        (np.zeros((0, 8, 3), np.uint8), "not an array [0, 8, 3]"),
        (np.zeros(8, np.uint8), "not an array [8]"),
        (torch.zeros(8, 9, 3), "not a tensor [8, 9, 3]"),
        (torch.zeros(1, 3, 8, 9), "not a tensor [1, 3, 8, 9]"),
        (np.full((4, 4, 3), 255.0), "these reach from 255 to 255"),
        (np.full((4, 4), -0.1), "these reach from -0.1 to -0.1"),
        (np.array([[0.5, np.nan]]), "these reach from nan to nan"),
        (torch.full((3, 4, 4), float("inf")), "these reach from inf to inf"),
    ],
)
def test_a_shape_or_range_that_is_none_of_a_picture_is_refused(picture: Any, words: str, loaded: Any) -> None:
    with pytest.raises(ValueError, match=re.escape(f"{TAKES}; {words}")):
        trace_image(loaded, picture)


def test_a_file_that_is_none_says_so(loaded: Any, tmp_path: Path) -> None:
    (tmp_path / "words.png").write_text("words")
    for picture, kind, words in (
        (tmp_path / "nowhere.png", FileNotFoundError, f"there is no file {tmp_path / 'nowhere.png'}"),
        (str(tmp_path), IsADirectoryError, f"{tmp_path} is a folder"),
        ("https://example.org/a.png", FileNotFoundError, "https://example.org/a.png; an address is downloaded first"),
    ):
        with pytest.raises(kind, match=re.escape(TAKES) + ".*" + re.escape(words)):
            trace_image(loaded, picture)
    with pytest.raises(OSError, match="cannot identify image file"):
        trace_image(loaded, tmp_path / "words.png")


@given(
    arrays.arrays(
        st.sampled_from([np.uint8, np.int8, np.uint16, np.int64, np.float16, np.float32, np.float64, np.bool_]),
        arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5),
    )
)
def test_any_array_is_a_picture_of_its_size_or_refused_in_the_sentence(pixels: np.ndarray) -> None:
    for picture in (pixels, torch.from_numpy(pixels.copy())):
        try:
            image = as_image(picture)
        except (TypeError, ValueError) as error:
            assert str(error).startswith(TAKES)
        else:
            height, width = pixels.shape[-2:] if isinstance(picture, torch.Tensor) else pixels.shape[:2]
            assert image.size == (width, height) and image.mode in ("L", "RGB", "RGBA")


# ---- models, texts and numbers


def test_normalised_pixels_are_a_float_tensor(loaded: Any, photo: Image.Image) -> None:
    for pixels, words in [
        (photo, "not a value of the type Image"),
        (np.zeros((3, 32, 32)), "not a value of the type ndarray"),
        (torch.zeros(3, 32, 32, dtype=torch.uint8), r"not torch.uint8 \[3, 32, 32\]"),
        (torch.zeros(1, 3, 32, 32), r"not torch.float32 \[1, 3, 32, 32\]"),
    ]:
        with pytest.raises(TypeError, match=rf"a float tensor \[3, H, W\], {words}"):
            trace_pixels(loaded, pixels)


def test_a_model_of_another_kind_is_refused_by_the_function_that_runs_it(loaded: Any, photo: Image.Image) -> None:
    gru, translator = vit_core.load("gru-de-en"), as_translator(tiny_network())
    for call, words in [
        (lambda: vit_core.translate(gru, "Hund"), "a recurrent translator, which vit_core.translate_recurrent runs"),
        (lambda: vit_core.read_along(gru, "Hund", [1]), "a recurrent translator, which vit_core.translate_recurrent"),
        (lambda: vit_core.translate_recurrent(translator, "7"), "a Transformer translator, which vit_core.translate"),
        (lambda: vit_core.read_along_recurrent(loaded, "7", [1]), "reads pictures, which vit_core.trace_image runs"),
        (lambda: vit_core.translate(loaded, "Hund"), "a model that reads pictures, which vit_core.trace_image runs"),
        (lambda: vit_core.translate("gru", "Hund"), r"vit_core.load\(\"marian-s-de-en\"\), not 'gru'"),
        (lambda: vit_core.trace_image(translator, photo), "a Transformer translator, which vit_core.translate runs"),
        (lambda: vit_core.trace_image(None, photo), r'vit_core.load\("vit-s14-everyday"\), not None'),
    ]:
        with pytest.raises(TypeError, match=rf"^\w+ takes a .*{words}") as refused:
            call()
        assert "\n" not in str(refused.value)


@pytest.mark.parametrize("text", [None, ["Hund"], b"Hund", 5])
def test_a_text_is_a_text(text: Any) -> None:
    with pytest.raises(TypeError, match=re.escape(f"translate takes one text (str), not {text!r}")):
        vit_core.translate(as_translator(tiny_network()), text)


@pytest.mark.parametrize(
    ("text", "why"),
    [("", "nothing to"), (" \n", "nothing to"), ("\u00ad\u200b\u3164\u2800", "nothing to"), ("\ud800", "UTF-8")],
)
def test_a_text_has_something_to_read(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        vit_core.translate(as_translator(tiny_network()), text)


@pytest.mark.parametrize("number", [2.9, "4", True, [4]])
def test_a_whole_number_is_a_whole_number(number: Any, loaded: Any, photo: Image.Image) -> None:
    model = as_translator(tiny_network())
    for call, name in [
        (lambda: vit_core.translate(model, "7", beam=number), "translate: beam"),
        (lambda: vit_core.translate(model, "7", max_new=number), "translate: max_new"),
        (lambda: vit_core.trace_image(loaded, photo, size=number), "trace_image: size"),
        (lambda: vit_core.trace_image(loaded, photo).pattern(number), "layer"),
        (lambda: vit_core.trace_image(loaded, photo).top(number), "top: k"),
    ]:
        with pytest.raises(TypeError, match=rf"{name} takes a whole number.*, not {re.escape(repr(number))}"):
            call()


@pytest.mark.parametrize("given", [3, "no", ("a",)])
def test_what_is_called_on_the_way_is_a_function(given: Any, loaded: Any, photo: Image.Image) -> None:
    model, run, edit = as_translator(tiny_network()), vit_core.trace_image, {"blocks.0.attn.z": given}
    trace = run(loaded, photo)
    for call, words in [
        (lambda: run(loaded, photo, keep=given), "trace_image: keep takes a function"),
        (lambda: run(loaded, photo, watch=given), "trace_image: watch takes a function"),
        (lambda: run(loaded, photo, edit=given), "trace_image: edit takes functions by the names of quantities"),
        (lambda: run(loaded, photo, edit=edit), "trace_image: edit of blocks.0.attn.z takes a function of a tensor"),
        (lambda: rerun(loaded, trace, edit), "rerun: edit of blocks.0.attn.z takes a function of a tensor"),
        (lambda: vit_core.translate(model, "7", progress=given), "translate: progress takes a function"),
        (lambda: vit_core.translate(model, "7", strategy=given), "translate: strategy takes one of vit_core.decoding"),
        (lambda: vit_core.read_along(model, "7", [5], keep=given), "read_along: keep takes a function"),
    ]:
        with pytest.raises(TypeError, match=rf"^{re.escape(words)}.*, not {re.escape(repr(given))}$"):
            call()


def test_an_edit_gives_back_a_tensor(loaded: Any, photo: Image.Image) -> None:
    with pytest.raises(TypeError, match=r"^the edit of blocks.0.attn.z gave back .* NoneType, no tensor$"):
        vit_core.trace_image(loaded, photo, edit={"blocks.0.attn.z": lambda z: None})


@pytest.mark.parametrize(
    ("ids", "kind", "words"),
    [
        ("The dog.", TypeError, "takes ids of tokens, as the model's tokenizer.encode gives, not 'The dog.'"),
        (5, TypeError, "takes ids of tokens, as the model's tokenizer.encode gives, not 5"),
        ([1.5], TypeError, "takes a whole number from 0 to 59, not 1.5"),
        ([True], TypeError, "takes a whole number from 0 to 59, not True"),
        ([[5]], TypeError, "takes a whole number from 0 to 59, not [5]"),
        ([None], TypeError, "takes a whole number from 0 to 59, not None"),
        ([5, 60], ValueError, "takes a whole number from 0 to 59, not 60"),
        (np.array([-1]), ValueError, "takes a whole number from 0 to 59, not -1"),
    ],
)
def test_ids_of_tokens_are_numbers_of_the_vocabulary(ids: Any, kind: type[Exception], words: str) -> None:
    model = as_translator(tiny_network())
    gru = StandIn(name="gru", model=untrained(tiny_config("gru", vocab=60), 0).eval(), tokenizer=model.tokenizer)
    for name, call in (
        ("translate: .*prefix", lambda: vit_core.translate(model, "7", prefix=ids)),
        ("read_along: .*target_ids", lambda: vit_core.read_along(model, "7", ids)),
        ("read_along_recurrent: .*target_ids", lambda: vit_core.read_along_recurrent(gru, "7", ids)),
    ):
        with pytest.raises(kind, match=f"^{name} {re.escape(words)}$"):
            call()


def test_ids_of_tokens_may_come_as_any_row_of_numbers() -> None:
    model = as_translator(tiny_network())
    asked = ([5, 6], (5, 6), np.array([5, 6]), torch.tensor([5, 6]))
    for said in (vit_core.translate(model, "7", prefix=ids) for ids in asked):
        assert said.ids[:2] == (5, 6)
    assert {vit_core.read_along(model, "7", ids).ids for ids in asked} == {(5, 6)}


def test_a_length_penalty_is_a_number() -> None:
    for penalty in (float("nan"), float("inf"), None, "1"):
        with pytest.raises(ValueError, match=f"length_penalty takes a finite number, not {penalty!r}"):
            Beam(4, penalty)


def test_a_setting_of_beam_search_is_not_dropped_beside_a_strategy() -> None:
    model = as_translator(tiny_network())
    for said in ({"beam": 2}, {"length_penalty": 1.0}, {"beam": 4, "length_penalty": 0.6}):
        with pytest.raises(ValueError, match=f"^translate: {next(iter(said))} is not taken beside a strategy"):
            vit_core.translate(model, "7", strategy=Beam(2, 0.6), **said)
    with pytest.raises(ValueError, match=r"^translate: beam is not taken beside a strategy"):
        vit_core.translate(model, "7", strategy=Greedy(), beam=4)
    with pytest.raises(ValueError, match=r"^translate: max_new is not taken beside Forced"):
        vit_core.translate(model, "7", strategy=Forced((5, 6)), max_new=1)
    plain, penalised = (vit_core.translate(model, "7", strategy=Greedy(), length_penalty=x) for x in (0.0, 1.0))
    assert plain.ids == penalised.ids and plain.score != penalised.score  # its score is divided by a length


def test_a_count_of_classes_is_at_least_one(loaded: Any, photo: Image.Image) -> None:
    with pytest.raises(ValueError, match="k takes a whole number from 1, not -1"):
        vit_core.trace_image(loaded, photo).top(-1)


@pytest.mark.parametrize("name", [None, 5, ["vit-s14-everyday"]])
def test_what_is_loaded_has_a_name(name: Any) -> None:
    with pytest.raises(TypeError, match=rf"^load takes the name of .* not {re.escape(repr(name))}$"):
        vit_core.load(name)


def test_what_is_no_short_value_is_told_by_its_type() -> None:
    assert described(None) == "None"
    assert described("a" * 80) == "a value of the type str"
    assert described(np.zeros((2, 3, 4))) == "a value of the type ndarray"
    assert described(object()) == "a value of the type object"
