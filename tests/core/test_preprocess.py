"""Preprocess: the same pixels as torchvision's presets, for every kind of picture somebody may open."""

from __future__ import annotations

import io
import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageColor, ImageDraw
from torch.testing import assert_close
from torchvision.transforms import InterpolationMode
from torchvision.transforms._presets import ImageClassification

from tests.support.profiles import ADOBE_RGB, in_srgb, profile
from vit_core.as_shown import as_shown
from vit_core.preprocess import Preprocess, to_rgb

HALF = (0.5, 0.5, 0.5)


def max_difference(a: Image.Image, b: Image.Image) -> int:
    assert a.mode == b.mode == "RGB" and a.size == b.size
    return int(np.abs(np.asarray(a, dtype=int) - np.asarray(b, dtype=int)).max())


# ---- the same pixels as the references


@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic"])
@pytest.mark.parametrize("size", [(150, 97), (97, 150), (640, 427), (257, 256), (224, 224), (61, 60)])
def test_equals_torchvisions_preset(photo: Image.Image, interpolation: str, size: tuple[int, int]) -> None:
    """Equal to the last bit of every 8-bit pixel; 5e-7 is the rounding of the normalisation in float32."""
    picture = photo.resize(size, Image.Resampling.NEAREST)
    preset = ImageClassification(crop_size=224, resize_size=256, interpolation=InterpolationMode(interpolation))
    ours = Preprocess(crop=224, resize=256, interpolation=interpolation)
    assert_close(ours(picture), preset(picture), atol=5e-7, rtol=0)
    unnormalised = ImageClassification(
        crop_size=224, resize_size=256, mean=(0, 0, 0), std=(1, 1, 1), interpolation=InterpolationMode(interpolation)
    )
    assert torch.equal(
        torch.from_numpy(np.array(ours.square(picture))).permute(2, 0, 1), (unnormalised(picture) * 255).round().byte()
    )


def test_the_comparison_would_see_swapped_channels_axes_and_filters(photo: Image.Image) -> None:
    """Negative control: on this picture each classic slip is far above the tolerance."""
    ours = Preprocess(crop=224, resize=256)
    right = ours(photo)
    red, green, blue = photo.split()
    assert (ours(Image.merge("RGB", (blue, green, red))) - right).abs().max() > 1
    assert (right.transpose(1, 2) - right).abs().max() > 1
    assert (Preprocess(crop=224, resize=256, interpolation="bilinear")(photo) - right).abs().max() > 0.1
    assert (Preprocess(crop=224, resize=224)(photo) - right).abs().max() > 1


@pytest.mark.parametrize("size", [(150, 97), (97, 150), (640, 427)])
def test_equals_the_pil_processor_of_transformers(photo: Image.Image, size: tuple[int, int]) -> None:
    """google/vit-base-patch16-224 squashes to the square, bilinear, mean and std 0.5.

    The 8-bit pixels are equal; transformers multiplies by 1/255 where we divide, hence 5e-7. Its default
    processor is another thing: it resizes tensors with torch, whose rounding differs by up to 1/255 a
    pixel. The next test pins that number.
    """
    processors = pytest.importorskip("transformers.models.vit.image_processing_pil_vit")
    picture = photo.resize(size, Image.Resampling.NEAREST)
    theirs = processors.ViTImageProcessorPil()(picture, return_tensors="pt")["pixel_values"][0]
    ours = Preprocess(fit="squash", interpolation="bilinear", mean=HALF, std=HALF)(picture)
    assert_close(ours, theirs, atol=5e-7, rtol=0)


def test_differs_from_the_tensor_processor_of_transformers_by_one_grey_level(photo: Image.Image) -> None:
    transformers = pytest.importorskip("transformers")
    theirs = transformers.ViTImageProcessor()(photo, return_tensors="pt")["pixel_values"][0]
    preprocess = Preprocess(fit="squash", interpolation="bilinear", mean=HALF, std=HALF)
    levels = (preprocess.undo(preprocess(photo)).int() - preprocess.undo(theirs).int()).abs()
    assert levels.max() <= 1
    assert levels.float().mean() < 0.05


# ---- there and back


@given(st.tuples(*[st.floats(0.1, 0.9)] * 3), st.tuples(*[st.floats(0.05, 1.0)] * 3))
def test_undo_gives_back_every_value_of_every_channel(mean: Any, std: Any) -> None:
    every = np.arange(256).reshape(16, 16)
    values = np.stack([every, every[::-1], every.T], axis=-1)
    preprocess = Preprocess(crop=16, resize=16, mean=mean, std=std)
    back = preprocess.undo(preprocess.normalise(Image.fromarray(values.astype(np.uint8))))
    assert back.dtype == torch.uint8
    assert torch.equal(back, torch.from_numpy(values.astype(np.uint8)).permute(2, 0, 1))


def test_undo_stays_within_what_can_be_shown() -> None:
    assert Preprocess().undo(torch.tensor([-100.0, 100.0])[None, None].expand(3, 1, 2)).tolist() == [[[0, 255]]] * 3


# ---- which part of the picture is seen


@given(
    width=st.integers(20, 250),
    height=st.integers(20, 250),
    crop=st.sampled_from([32, 48]),
    extra=st.integers(0, 20),
    fit=st.sampled_from(["shortest", "squash"]),
)
def test_seen_is_the_part_that_arrives(width: int, height: int, crop: int, extra: int, fit: Any) -> None:
    """A picture whose red counts columns and whose green counts rows says itself where each pixel comes from."""
    y, x = np.mgrid[0:height, 0:width]
    picture = Image.fromarray(np.stack([x, y, 0 * x], axis=-1).astype(np.uint8))
    preprocess = Preprocess(crop=crop, resize=crop + extra, fit=fit, interpolation="bilinear")
    x0, y0, x1, y1 = preprocess.seen(width, height)
    assert 0 <= x0 < x1 <= width and 0 <= y0 < y1 <= height
    arrived = np.asarray(preprocess.square(picture), dtype=float)
    for channel, low, high in ((0, x0, x1), (1, y0, y1)):
        step = (high - low) / crop
        expected = low + (np.arange(crop) + 0.5) * step - 0.5
        line = arrived[crop // 2, :, 0] if channel == 0 else arrived[:, crop // 2, 1]
        # One pixel of the model's picture for the rounding of sizes and crops, one grey level for the ramp.
        inner = slice(2, -2)  # the outermost filters are cut off by the edge of the picture
        assert np.abs(line - expected)[inner].max() <= step + 1


def test_a_marker_painted_on_a_tokens_box_fills_that_patch_and_no_other(photo: Image.Image) -> None:
    """The chain a patch picker relies on: token -> box in the square -> part seen -> pixels of the photo."""
    from vit_core.patchify import Patchify

    photo = photo.resize((600, 388), Image.Resampling.NEAREST)
    preprocess = Preprocess(crop=32, resize=36)
    cut = Patchify(32, 32, 8)
    x0, y0, x1, _ = preprocess.seen(*photo.size)
    scale = (x1 - x0) / 32
    plain = cut.split(preprocess.undo(preprocess(photo)).float())
    for token in (1, 4, 7, 16):
        box = cut.token_box(token)
        assert box is not None
        marked = photo.copy()
        corners = [round(o + scale * c) for o, c in zip((x0, y0, x0, y0), box, strict=True)]
        ImageDraw.Draw(marked).rectangle((corners[0], corners[1], corners[2] - 1, corners[3] - 1), fill=(255, 0, 255))
        patches = cut.split(preprocess.undo(preprocess(marked)).float())
        inside = patches[token - 1][:, 2:-2, 2:-2]
        assert (inside - torch.tensor([255.0, 0, 255])[:, None, None]).abs().max() < 16
        changed = (patches - plain).abs().amax(dim=1)[:, 2:-2, 2:-2].amax(dim=(1, 2))
        assert changed.argmax() == token - 1
        changed[token - 1] = 0
        assert changed.max() < 16


def test_at_another_size_the_same_part_is_seen() -> None:
    preprocess = Preprocess(crop=224, resize=256)
    assert (preprocess.at(448).crop, preprocess.at(448).resize) == (448, 512)
    assert preprocess.at(448).seen(640, 480) == preprocess.seen(640, 480)
    assert preprocess.at(224) == preprocess
    assert Preprocess(crop=224, resize=224).at(32).resize == 32
    for size in range(1, 300):
        assert preprocess.at(size).resize >= size
    squash = Preprocess(fit="squash", interpolation="bilinear", mean=HALF).at(64)
    assert (squash.crop, squash.fit, squash.interpolation, squash.mean) == (64, "squash", "bilinear", HALF)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"interpolation": "cubic"}, "'cubic' is none of bicubic"),
        ({"crop": 224, "resize": 200}, "224-pixel square cannot be cropped from 200"),
        ({"crop": 0}, "at least 1"),
        ({"fit": "longest"}, "'longest' is none of"),
    ],
)
def test_refuses_settings_that_make_no_sense(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Preprocess(**changes)


@given(width=st.integers(1, 700), height=st.integers(1, 700), fit=st.sampled_from(["shortest", "squash"]))
def test_resized_is_the_size_that_is_cropped(width: int, height: int, fit: Any) -> None:
    preprocess = Preprocess(crop=24, resize=29, fit=fit)
    with pytest.MonkeyPatch.context() as patch:
        sizes: list[tuple[int, int]] = []
        crop = Image.Image.crop

        def seen(image: Image.Image, box: tuple[int, int, int, int]) -> Image.Image:
            sizes.append(image.size)
            return crop(image, box)

        patch.setattr(Image.Image, "crop", seen)
        preprocess.square(Image.new("RGB", (width, height)))
    assert sizes[-1] == preprocess.resized(width, height)  # cut to the square last


# ---- every kind of picture


def over_white(colour: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    share = alpha.astype(float)[..., None] / 255
    return colour * share + 255 * (1 - share)


def test_pictures_with_an_alpha_channel_are_laid_over_white(photo: Image.Image) -> None:
    colour = np.asarray(photo, dtype=float)
    alpha = np.linspace(0, 255, photo.width).round().astype(np.uint8)[None].repeat(photo.height, axis=0)
    rgba = photo.copy()
    rgba.putalpha(Image.fromarray(alpha))
    assert np.abs(np.asarray(to_rgb(rgba)) - over_white(colour, alpha)).max() <= 1
    grey = photo.convert("L")
    la = grey.copy()
    la.putalpha(Image.fromarray(alpha))
    assert la.mode == "LA"
    grey_over_white = over_white(np.asarray(grey, dtype=float)[..., None].repeat(3, axis=-1), alpha)
    assert np.abs(np.asarray(to_rgb(la)) - grey_over_white).max() <= 1
    # The premultiplied modes lose precision where little is opaque: 2 levels.
    assert max_difference(to_rgb(rgba.convert("RGBa")), to_rgb(rgba)) <= 2
    assert max_difference(to_rgb(la.convert("La")), to_rgb(la)) <= 2


@pytest.mark.parametrize("how", ["index", "table", "PA"])
def test_palettes_with_transparency_are_laid_over_white(photo: Image.Image, how: str) -> None:
    picture = photo.quantize(16)
    colours = np.asarray(picture.convert("RGB"), dtype=float)
    alpha = np.full((16,), 255, dtype=np.uint8)
    alpha[3] = 0
    if how == "index":
        picture.info["transparency"] = 3
    else:
        alpha[5] = 128
        picture.info["transparency"] = bytes(alpha)
    expected = over_white(colours, alpha[np.asarray(picture)])
    if how == "PA":
        picture = picture.convert("PA")
    assert np.abs(np.asarray(to_rgb(picture)) - expected).max() <= 1
    assert (alpha[np.asarray(photo.quantize(16))] < 255).any()


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_one_transparent_colour_is_shown_white(mode: str) -> None:
    two_greys = Image.new(mode, (2, 1), "#646464")
    two_greys.putpixel((0, 0), (0, 0, 0) if mode == "RGB" else 0)
    assert np.asarray(to_rgb(two_greys))[0].tolist() == [[0, 0, 0], [100, 100, 100]]
    two_greys.info["transparency"] = (0, 0, 0) if mode == "RGB" else 0
    assert np.asarray(to_rgb(two_greys))[0].tolist() == [[255, 255, 255], [100, 100, 100]]


@pytest.mark.parametrize(
    ("colours", "ground"),
    [
        (["black"], "white"),
        (["red", "#3050c0"], "white"),
        (["white"], "black"),
        (["#f4f4f4", "#e8e0ff"], "black"),
        (["white", "black"], "grey"),  # either of the usual grounds would hide half of it
        (["white", "#00d000"], "black"),
    ],
)
def test_what_is_transparent_lies_on_a_ground_that_shows_the_rest(colours: list[str], ground: str) -> None:
    logo = Image.new("RGBA", (60, 40), (255, 255, 255, 0))
    for i, colour in enumerate(colours):
        logo.paste(colour, (10 + 20 * i, 10, 28 + 20 * i, 30))
    shown = as_shown(logo)
    assert shown.ground == ground
    assert shown.image.getpixel((0, 0)) == ImageColor.getrgb({"grey": "#808080"}.get(ground, ground))
    for i, colour in enumerate(colours):
        assert shown.image.getpixel((15 + 20 * i, 20)) == ImageColor.getrgb(colour)
    opaque = Image.new("RGBA", (60, 40), colours[0])
    assert as_shown(opaque).ground == "" and max_difference(as_shown(opaque).image, opaque.convert("RGB")) == 0
    grey = logo.convert("LA")
    assert as_shown(grey).ground == ground


# ---- colour profiles


def profiled(image: Image.Image, icc: bytes) -> Image.Image:
    file = io.BytesIO()
    image.save(file, "PNG", icc_profile=icc)
    return Image.open(file)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_colours_of_another_profile_come_out_in_srgb(photo: Image.Image, mode: str) -> None:
    given = photo.quantize(64) if mode == "P" else photo.convert(mode)
    shown = as_shown(profiled(given, profile(ADOBE_RGB)))
    wanted = in_srgb(np.asarray(given.convert("RGB"), float), ADOBE_RGB)
    assert shown.from_profile
    error = np.abs(np.asarray(shown.image, float) - wanted)
    assert error.max() <= 2 and error.mean() < 0.5
    assert np.abs(np.asarray(given.convert("RGB"), float) - wanted).mean() > 3, "the test would not notice"


def test_a_profile_that_changes_nothing_or_cannot_be_read_leaves_every_pixel(photo: Image.Image) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for icc in (srgb, b"nonsense", bytes(500), profile(ADOBE_RGB)[:300]):
        shown = as_shown(profiled(photo, icc))
        assert not shown.from_profile and max_difference(shown.image, photo) == 0
    # A profile of other pixels than these: RGB for a grey picture.
    grey = photo.convert("L")
    assert not as_shown(profiled(grey, profile(ADOBE_RGB))).from_profile


def test_plain_modes(photo: Image.Image) -> None:
    assert max_difference(to_rgb(photo), photo) == 0
    assert max_difference(to_rgb(photo.convert("RGBX")), photo) == 0
    for mode in ("1", "L"):
        grey = photo.convert(mode)
        assert np.array_equal(np.asarray(to_rgb(grey)), np.asarray(grey.convert("L"))[..., None].repeat(3, axis=-1))
    palette = photo.quantize(16)
    assert max_difference(to_rgb(palette), palette.convert("RGB")) == 0


# What 8 bits of the other colour space cost, in grey levels: the mean and the worst pixel. (LAB loses
# most in saturated dark colours; swapped or unsigned channels would cost a mean above 30.)
@pytest.mark.parametrize(("mode", "mean", "worst"), [("YCbCr", 2, 3), ("HSV", 3, 12), ("LAB", 2, 40)])
def test_other_colour_spaces_come_back_as_they_were(photo: Image.Image, mode: str, mean: float, worst: int) -> None:
    back = to_rgb(photo.convert(mode))
    assert max_difference(back, photo) <= worst
    assert np.abs(np.asarray(back, dtype=int) - np.asarray(photo, dtype=int)).mean() <= mean


def test_inks_multiply() -> None:
    rng = np.random.default_rng(0)
    cmyk = rng.integers(0, 256, (20, 30, 4)).astype(np.uint8)
    light = 255.0 - cmyk
    expected = light[..., :3] * light[..., 3:] / 255
    assert np.abs(np.asarray(to_rgb(Image.fromarray(cmyk, "CMYK"))) - expected).max() <= 1


@pytest.mark.parametrize("mode", ["I;16", "I;16B", "I;16L", "I"])
def test_sixteen_bit_greys_keep_their_shades(mode: str) -> None:
    """Pillow's own convert("RGB") cuts everything above 255 to white."""
    values = np.array([[0, 257, 32768, 65535]], dtype=np.uint16)
    if mode == "I":
        picture = Image.fromarray(values.astype(np.int32))
    else:
        data = values.astype(">u2" if mode.endswith("B") else "<u2").tobytes()
        picture = Image.frombytes(mode, (4, 1), data)
    assert picture.mode == mode
    assert np.asarray(to_rgb(picture))[0].tolist() == [[v] * 3 for v in (0, 1, 128, 255)]


@pytest.mark.parametrize(
    ("values", "mode", "shades"),
    [
        ([0, 100, 255], "I", [0, 100, 255]),
        ([-5, 0, 65535], "I", [0, 0, 255]),
        ([0, 50000, 100000], "I", [0, 128, 255]),
        ([0, 257, 25700], "I", [0, 1, 100]),  # a dark picture stays dark
        ([0.0, 0.5, 1.0], "F", [0, 128, 255]),
        ([0.0, 100.0, 255.0], "F", [0, 100, 255]),
        ([-1.0, 0.25, float("nan")], "F", [0, 64, 0]),
        ([0.0, 0.0, 0.0], "F", [0, 0, 0]),
    ],
)
def test_numbers_beyond_8_bits_are_scaled_by_the_range_of_their_kind(
    values: list[float], mode: str, shades: list[int]
) -> None:
    picture = Image.fromarray(np.array([values], dtype=np.int32 if mode == "I" else np.float32))
    assert picture.mode == mode
    assert np.asarray(to_rgb(picture))[0, :, 0].tolist() == shades


def upright_as_stored(upright: np.ndarray, orientation: int) -> np.ndarray:
    """What a camera writes: the EXIF standard names the visual side of row 0 and of column 0."""
    row0, column0 = {
        1: ("top", "left"), 2: ("top", "right"), 3: ("bottom", "right"), 4: ("bottom", "left"),
        5: ("left", "top"), 6: ("right", "top"), 7: ("right", "bottom"), 8: ("left", "bottom"),
    }[orientation]  # fmt: skip
    stored = upright if row0 in ("top", "bottom") else upright.transpose(1, 0, 2)
    if row0 in ("bottom", "right"):
        stored = stored[::-1]
    if column0 in ("bottom", "right"):
        stored = stored[:, ::-1]
    return np.ascontiguousarray(stored)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_turned_upright(photo: Image.Image, orientation: int) -> None:
    stored = Image.fromarray(upright_as_stored(np.asarray(photo), orientation))
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = io.BytesIO()
    stored.save(file, "PNG", exif=exif)
    opened = Image.open(file)
    assert max_difference(to_rgb(opened), photo) == 0
    assert max_difference(to_rgb(Image.open(file).convert("RGBA")), photo) == 0


def test_the_whole_treatment_begins_with_the_upright_picture_over_white(photo: Image.Image) -> None:
    stored = Image.fromarray(upright_as_stored(np.asarray(photo), 6)).convert("RGBA")
    stored.putpixel((0, 0), (0, 0, 0, 0))
    stored.getexif()[0x0112] = 6
    upright = photo.copy()
    upright.putpixel((photo.width - 1, 0), (255, 255, 255))  # row 0 is the right side, column 0 the top
    preprocess = Preprocess(crop=90, resize=97)
    assert torch.equal(preprocess(stored), preprocess(upright))


def test_a_damaged_exif_block_does_not_hide_the_picture(photo: Image.Image) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    file = io.BytesIO()
    photo.save(file, "PNG", exif=exif.tobytes()[:15])
    with pytest.warns(UserWarning):
        assert max_difference(to_rgb(Image.open(file)), photo) == 0


def frames(save: Callable[..., Any], file_format: str, **options: Any) -> Image.Image:
    first = Image.new("RGB", (9, 5), (200, 30, 30))
    second = Image.new("RGB", (9, 5), (30, 30, 200))
    file = io.BytesIO()
    save(first, file, file_format, save_all=True, append_images=[second], **options)
    return Image.open(file)


@pytest.mark.parametrize("file_format", ["GIF", "TIFF", "PNG", "WEBP"])
@pytest.mark.parametrize("at_frame", [0, 1])
def test_of_several_frames_the_first_is_shown(file_format: str, at_frame: int) -> None:
    options = {"lossless": True} if file_format == "WEBP" else {}
    picture = frames(Image.Image.save, file_format, **options)
    assert picture.n_frames == 2
    picture.seek(at_frame)
    assert np.asarray(to_rgb(picture))[0, 0].tolist() == [200, 30, 30]


def layered_psd() -> bytes:
    """The smallest PSD with two layers: Pillow numbers their frames from 1, and frame 0 does not exist."""
    header = b"8BPS" + (1).to_bytes(2, "big") + bytes(6) + (3).to_bytes(2, "big")
    header += (2).to_bytes(4, "big") + (3).to_bytes(4, "big") + (8).to_bytes(2, "big") + (3).to_bytes(2, "big")
    record = bytes(8) + (1).to_bytes(4, "big") * 2  # top, left, bottom, right: one pixel
    record += (3).to_bytes(2, "big")
    for channel in range(3):
        record += channel.to_bytes(2, "big") + (3).to_bytes(4, "big")
    record += b"8BIMnorm" + bytes([255, 0, 0, 0])
    extra = bytes(8) + b"\x03abc"
    record += len(extra).to_bytes(4, "big") + extra
    pixels = (b"\x00\x00" + b"\x07") * 3 * 2
    info = (2).to_bytes(2, "big") + record * 2 + pixels
    layers = len(info).to_bytes(4, "big") + info
    merged = b"\x00\x00" + bytes([10] * 6) + bytes([20] * 6) + bytes([30] * 6)
    return header + bytes(4) + bytes(4) + len(layers).to_bytes(4, "big") + layers + merged


def test_a_layered_file_without_a_frame_0_shows_the_merged_picture() -> None:
    picture = Image.open(io.BytesIO(layered_psd()))
    assert picture.n_frames == 2
    assert np.asarray(to_rgb(picture)).tolist() == [[[10, 20, 30]] * 3] * 2


# ---- extreme sizes


@pytest.mark.parametrize("fit", ["shortest", "squash"])
def test_a_single_pixel_fills_the_square(fit: Any) -> None:
    preprocess = Preprocess(fit=fit)
    square = preprocess.square(Image.new("RGB", (1, 1), (10, 200, 30)))
    assert square.size == (224, 224)
    assert square.getcolors() == [(224 * 224, (10, 200, 30))]


@pytest.mark.parametrize("fit", ["shortest", "squash"])
@pytest.mark.parametrize("size", [(10000, 20), (20, 10000), (9999, 20), (10000, 1), (1, 9999)])
def test_a_strip_is_never_enlarged_whole(monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], fit: Any) -> None:
    """Enlarged whole, 10000x20 would become 128000x256: 33 megapixels for the 0.05 that are kept."""
    made: list[int] = []
    resize = Image.Image.resize

    def counted(self: Image.Image, target: Any, *args: Any, **kwargs: Any) -> Image.Image:
        made.append(target[0] * target[1])
        return resize(self, target, *args, **kwargs)

    monkeypatch.setattr(Image.Image, "resize", counted)
    started = time.perf_counter()
    pixels = Preprocess(crop=224, resize=256, fit=fit)(Image.new("RGB", size, (9, 99, 200)))
    assert time.perf_counter() - started < 3
    assert pixels.shape == (3, 224, 224)
    assert made and max(made) <= 5 * 256 * 256
    assert made == [math.prod(Preprocess(crop=224, resize=256, fit=fit).resized(*size))]


@pytest.mark.parametrize("size", [(400, 20), (401, 20), (20, 400), (20, 407)])
def test_a_strip_gives_the_centre_of_the_whole_enlarged(size: tuple[int, int]) -> None:
    """As if the whole had been enlarged, but for the rounding of the crop to a whole pixel (1/256 of the side)."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width]
    waves = np.stack([128 + 100 * np.sin(x / 4 + y / 9), 128 + 100 * np.cos(y / 3), 10 * (x % 20) + 0 * y], axis=-1)
    strip = Image.fromarray(waves.clip(0, 255).astype(np.uint8))
    preset = ImageClassification(
        crop_size=224, resize_size=256, mean=(0, 0, 0), std=(1, 1, 1), interpolation=InterpolationMode.BICUBIC
    )
    whole = Image.fromarray((preset(strip) * 255).round().byte().permute(1, 2, 0).numpy())
    assert max_difference(Preprocess(crop=224, resize=256).square(strip), whole) <= 24
