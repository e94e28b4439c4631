"""Whatever a visitor may send: the right picture comes out, or a code with a sentence, and nothing else."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageFile, PngImagePlugin

from demo.errors import VisitorError
from demo.page.texts import LANGUAGES, sentence, texts
from demo.photo import bounded_file, picture_file
from demo.photo.bounded_file import has_too_many_scans
from demo.photo.picture_file import FORMATS, MAX_BYTES, MAX_SIDE, decode
from tests.fuzz import mutator
from tests.support.pictures import as_file, picture
from tests.support.profiles import ADOBE_RGB, profile
from vit_core.as_shown import GROUNDS
from vit_core.preprocess import Preprocess

ROOT = Path(__file__).resolve().parents[2]
# Pillow says in passing what is odd about broken files; the codes are what counts here.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::PIL.Image.DecompressionBombWarning")


def refused(data: bytes) -> str:
    """The code with which bytes are refused; its sentence is there in every language and filled in."""
    with pytest.raises(VisitorError) as caught:
        decode(data)
    for language in LANGUAGES:
        told = sentence(language, caught.value)
        assert told and "{" not in told
        assert told != sentence(language, VisitorError("other"))
    return caught.value.code


def png_of(width: int, height: int) -> bytes:
    """A black PNG of any size in a few KB, made without the memory for its pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    packer, row = zlib.compressobj(9), bytes(1 + -(-width // 8))
    pixels = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def frames(kind: str) -> bytes:
    red, *others = [Image.new("RGB", (40, 32), colour) for colour in ("#e01020", "#1020e0", "#10e020")]
    return as_file(red, kind, save_all=True, append_images=others, duration=100)


# ---- what is refused


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "PPM", "AVIF"])
@pytest.mark.parametrize("share", [0.02, 0.4, 0.8])
def test_a_picture_that_is_cut_off_is_damaged(kind: str, share: float) -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (80, 90, 3), dtype=np.uint8))
    data = as_file(noise, kind)
    assert decode(data).image.size == (90, 80)
    assert refused(data[: max(16, int(len(data) * share))]) == "photo_damaged"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "photo_empty"),
        (b"These are words in a file named cat.png.", "photo_not_a_picture"),
        ("한글만 있는 글".encode(), "photo_not_a_picture"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"></svg>', "photo_svg"),
        (b'  <SVG viewBox="0 0 1 1"/>', "photo_svg"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(500), "photo_not_a_picture"),
        (b"\0\0\0\x1cftypavif\0\0\0\0avifmif1" + bytes(500), "photo_damaged"),
        (b"PK\x03\x04" + bytes(200), "photo_not_a_picture"),
        (b"\x89PNG\r\n\x1a\n", "photo_damaged"),
        (b"\xff\xd8\xff\xe0" + bytes(40), "photo_damaged"),
        (bytes(1000), "photo_not_a_picture"),
        (bytes(MAX_BYTES + 1), "photo_too_large"),
        (bytes(40_000_000), "photo_too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_picture_is_refused_by_name(data: bytes, code: str) -> None:
    assert refused(data) == code


@pytest.mark.parametrize("kind", ["ICO", "EPS", "PDF", "TGA", "ICNS", "JPEG2000"])
def test_kinds_of_pictures_that_are_not_offered_are_refused(kind: str) -> None:
    """EPS above all: Pillow would run Ghostscript on it."""
    assert refused(as_file(picture(size=(64, 64)), kind)) in ("photo_not_a_picture", "photo_damaged")


@pytest.mark.parametrize("side", [13_000, 20_000])
def test_a_decompression_bomb_is_refused_before_it_is_decoded(side: int, monkeypatch: pytest.MonkeyPatch) -> None:
    data = png_of(side, side)
    assert len(data) < 100_000
    load = ImageFile.ImageFile.load
    decoded = []
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda self: decoded.append(self.size) or load(self))
    assert refused(data) == "photo_too_many_pixels"
    assert not decoded
    decode(png_of(130, 130))
    assert decoded, "the check does not see a decoder at work"


def test_only_a_jpeg_may_have_more_pixels_than_fit_into_memory_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = []
    as_shown = picture_file.as_shown
    monkeypatch.setattr(picture_file, "as_shown", lambda image: whole.append(image.size) or as_shown(image))
    large = Image.new("L", (6000, 5000), 90)
    assert refused(png_of(6000, 5000)) == "photo_too_many_pixels"
    photo = decode(as_file(large, "JPEG"))
    assert (photo.width, photo.height) == (6000, 5000)
    assert min(photo.image.size) == MAX_SIDE
    assert whole == [(1500, 1250)], "it was not decoded at a quarter of its size"


def test_the_limit_that_is_named_is_the_one_that_applied() -> None:
    """Pillow refuses the largest files before it says what they are."""

    def jpeg_of(side: int) -> bytes:
        file = bytearray(as_file(Image.new("L", (16, 16)), "JPEG"))
        start_of_frame = file.index(b"\xff\xc0")
        file[start_of_frame + 5 : start_of_frame + 9] = struct.pack(">HH", side, side)
        return bytes(file)

    jpegs, pngs = map(jpeg_of, (7_500, 14_000)), (png_of(side, side) for side in (5_000, 14_000))
    for data, limit in [*((file, 50) for file in jpegs), *((file, 24) for file in pngs)]:
        with pytest.raises(VisitorError) as caught:
            decode(data)
        assert (caught.value.code, caught.value.params) == ("photo_too_many_pixels", {"limit": limit})


def test_whatever_a_decoder_trips_over_is_a_damaged_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    def trip(self: Any) -> None:
        raise struct.error("required argument is not an integer")

    monkeypatch.setattr(ImageFile.ImageFile, "load", trip)
    assert refused(as_file(picture(), "BMP")) == "photo_damaged"


def allocated(data: bytes) -> int:
    """The most bytes that Python held for a picture at the same time."""
    tracemalloc.start()
    try:
        decode(data)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", [kind for kind in ("JPEG", "PNG", "WEBP", "AVIF", "TIFF") if kind in FORMATS])
def test_values_that_all_name_the_same_bytes_take_no_more_memory_than_their_file(kind: str) -> None:
    data = mutator.same_place(kind)
    assert allocated(data) < 8 * len(data) < mutator.VALUES * 100_000


def test_a_file_that_is_put_together_for_ever_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    data = mutator.commented(200_000)
    assert decode(data).size == (8, 8)
    monkeypatch.setattr(bounded_file, "SECONDS", 0.0)
    assert refused(data) == "photo_damaged"


def test_a_jpeg_of_endless_scans_is_refused_before_it_is_decoded() -> None:
    few, many = (mutator.empty_scans(count, side=64) for count in (80, 101))
    assert decode(few).size == (64, 64)
    assert refused(many) == "photo_damaged"
    assert refused(few[:2] + b"\xff" * 500_000 + many[2:]) == "photo_damaged", "whatever stands before it"


def test_scans_of_a_preview_or_behind_the_end_are_none_of_the_picture() -> None:
    data = mutator.empty_scans(0, side=64)
    preview = b"\xff\xed" + struct.pack(">H", 60_002) + b"\xff\xda" * 30_000
    assert decode(data[:2] + preview + data[2:] + b"\xff\xda" * 300).size == (64, 64)


def test_a_marker_without_a_length_hides_no_scan() -> None:
    """The decoder passes over it, and reads on behind its two bytes."""
    many = mutator.empty_scans(101, side=64)
    at = many.index(b"\xff\xda")
    assert has_too_many_scans(many[:at] + b"\xff\x02\xff\xff" + many[at:])


def test_a_tile_is_no_larger_than_a_picture_may_be() -> None:
    assert decode(mutator.tiled(8, 64)).size == (8, 8)
    for twice in (False, True):
        assert refused(mutator.tiled(8, 5_000, twice)) == "photo_too_many_pixels"


# ---- what comes out right


LOSSY = ("JPEG", "WEBP", "AVIF")


@pytest.mark.parametrize("kind", picture_file.FORMATS)
def test_every_offered_kind_is_read(kind: str) -> None:
    original = picture(3)
    photo = decode(as_file(original, kind, **({"quality": 95} if kind in LOSSY else {})))
    assert (photo.image.mode, photo.image.size) == ("RGB", original.size)
    assert (photo.width, photo.height, photo.notes) == (*original.size, ())
    error = np.abs(np.asarray(photo.image, float) - np.asarray(original, float)).mean()
    assert error < (8 if kind in (*LOSSY, "GIF") else 1e-9)


def test_the_kinds_are_named_once_and_the_same_everywhere() -> None:
    assert "AVIF" in picture_file.FORMATS
    named = ", ".join(picture_file.FORMATS.values())
    with pytest.raises(VisitorError) as caught:
        decode(b"words")
    for language in LANGUAGES:
        assert named in sentence(language, caught.value)
    assert named in (ROOT / "docs" / "screens.md").read_text(encoding="utf-8")
    offered = picture_file.accepted().split(",")
    assert {"image/jpeg", "image/avif", ".jpg", ".webp", ".tif"} <= set(offered)
    assert not {"image/*", ".heic", ".eps", ".svg", ".pdf"} & set(offered)


@pytest.mark.parametrize("kind", picture_file.SEVERAL)
def test_of_several_pictures_the_first_picture_is_used_and_said_so(kind: str) -> None:
    photo = decode(frames(kind))
    red, green, blue = np.asarray(photo.image, int).mean(axis=(0, 1))
    assert red > 200 and green < 40 and blue < 60
    assert photo.notes == ("note_first_frame",)
    assert decode(as_file(picture(2), kind)).notes == ()


def test_a_cmyk_jpeg_keeps_its_colours() -> None:
    photo = decode(as_file(Image.new("RGB", (50, 40), (200, 60, 30)).convert("CMYK"), "JPEG", quality=95))
    assert np.abs(np.asarray(photo.image, int).mean(axis=(0, 1)) - (200, 60, 30)).max() < 6


def test_a_16_bit_png_keeps_its_greys() -> None:
    greys = np.linspace(0, 65535, 50 * 40).reshape(40, 50).astype(np.uint16)
    photo = decode(as_file(Image.fromarray(greys)))
    assert np.abs(np.asarray(photo.image, int)[..., 0] - greys / 257).max() <= 1


def test_what_is_transparent_is_white() -> None:
    palette = Image.new("P", (40, 40), 0)
    palette.putpalette([250, 10, 10, 10, 10, 250])
    palette.paste(1, (20, 0, 40, 40))
    photo = decode(as_file(palette, transparency=bytes([255, 0])))
    assert photo.image.getpixel((5, 5)) == (250, 10, 10)
    assert photo.image.getpixel((30, 5)) == (255, 255, 255)
    assert photo.notes == ("note_on_white",)
    half = decode(as_file(Image.new("RGBA", (40, 40), (0, 0, 0, 128))))
    assert half.image.getpixel((0, 0)) == (127, 127, 127)


def test_what_was_done_to_a_picture_is_told() -> None:
    logo = Image.new("RGBA", (64, 64), (255, 255, 255, 0))
    logo.paste("white", (16, 16, 48, 48))
    photo = decode(as_file(logo))
    assert photo.notes == ("note_on_black",)
    assert np.asarray(photo.image).std() > 100, "nothing can be seen"
    photo = decode(as_file(picture(2), icc_profile=profile(ADOBE_RGB)))
    assert photo.notes == ("note_profile",)
    for note in ("profile", *(f"on_{ground}" for ground in GROUNDS)):
        assert all(f"note.note_{note}" in texts(language) for language in LANGUAGES)


# How the stored rows and columns become an upright picture (Exif 2.32, tag 0x0112), written with numpy.
STORED = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, 1),
    7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
    8: lambda a: np.rot90(a, -1),
}


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", list(STORED))
def test_a_photo_is_shown_upright(kind: str, orientation: int) -> None:
    upright = picture(4, (61, 48))
    stored = Image.fromarray(np.ascontiguousarray(STORED[orientation](np.asarray(upright))))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    options: dict[str, Any] = {"PNG": {}, "TIFF": {}, "JPEG": {"quality": 95}, "WEBP": {"lossless": True}}[kind]
    photo = decode(as_file(stored, kind, exif=exif, **options))
    assert (photo.width, photo.height) == (61, 48)
    error = np.abs(np.asarray(photo.image, int) - np.asarray(upright, int))
    assert error.mean() < (6 if kind == "JPEG" else 1e-9)


def test_width_and_height_are_those_of_the_upright_original_however_it_was_shrunk() -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    photo = decode(as_file(Image.new("RGB", (4000, 3000)), "JPEG", exif=exif))
    assert (photo.width, photo.height) == (3000, 4000)
    assert photo.image.size == (1024, 1365)


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "PNG"])
@pytest.mark.parametrize(
    ("tag", "type_", "value"),
    [(0x0128, 2, b"a\0\0\0"), (0x011A, 2, b"abc\0"), (0x0128, 11, b"\0\0\xc0?")],
    ids=["a letter for a unit", "a word for a resolution", "one and a half"],
)
def test_a_slip_in_exif_does_not_damage_a_photo(kind: str, tag: int, type_: int, value: bytes) -> None:
    entries = [(0x0112, 3, b"\6\0\0\0"), (tag, type_, value)]
    directory = b"".join(struct.pack("<HHI", tag, type_, 1) + value for tag, type_, value in entries)
    exif = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + directory + bytes(4)
    photo = decode(as_file(picture(7, (60, 40)), kind, exif=exif))
    assert (photo.width, photo.height) == photo.image.size == (40, 60)


def test_unreadable_exif_leaves_a_photo_as_it_is() -> None:
    file = as_file(picture(8, (60, 40)), "WEBP", exif=b"Exif\0\0II*\0\x08\0\0\0" + bytes(6))
    photo = decode(file.replace(b"II*\0\x08", b"??*\0\x08"))
    assert (photo.width, photo.height) == (60, 40)


@pytest.mark.parametrize(
    ("size", "notes"),
    [
        ((1, 1), ("note_tiny",)),
        ((31, 200), ("note_tiny", "note_long")),
        ((10_000, 20), ("note_tiny", "note_long")),
        ((33, 140), ("note_long",)),
        ((128, 32), ()),
    ],
)
def test_tiny_and_long_pictures_are_taken_and_said_so(size: tuple[int, int], notes: tuple[str, ...]) -> None:
    photo = decode(as_file(Image.new("RGB", size, "teal")))
    assert (photo.width, photo.height, photo.notes) == (*size, notes)
    assert all(f"note.{note}" in texts(language) for note in notes for language in LANGUAGES)


def test_a_strip_stays_as_sharp_as_it_was() -> None:
    """The model sees the middle of a strip: shrunk to a sensible length, hardly a pixel of it would be left."""
    strip = Image.fromarray(np.random.default_rng(1).integers(0, 256, (20, 10_000, 3), dtype=np.uint8))
    model = Preprocess(crop=64, resize=64)
    assert model.square(decode(as_file(strip)).image).tobytes() == model.square(strip).tobytes()


@settings(max_examples=20)
@given(width=st.integers(1, 6000), height=st.integers(1, 4000))
def test_a_photo_never_takes_more_room_than_a_4_to_1_picture(width: int, height: int) -> None:
    image = Image.new("L", (width, height))
    shrunk = picture_file._shrink(image)
    assert min(shrunk.size) <= MAX_SIDE
    assert shrunk.width * shrunk.height <= 4.01 * MAX_SIDE**2
    if min(width, height) <= MAX_SIDE and width * height <= 4 * MAX_SIDE**2:
        assert shrunk is image


def test_only_the_pixels_of_a_file_are_kept() -> None:
    """A megabyte of comment in each of 300 tiny photos would be memory that nobody counts."""
    text = PngImagePlugin.PngInfo()
    text.add_text("comment", "x" * 900_000)
    data = as_file(picture(5), "PNG", pnginfo=text, icc_profile=bytes(500_000))
    assert "icc_profile" in Image.open(io.BytesIO(data)).info
    photo = decode(data)
    assert photo.image.info == {}
    assert not photo.image.getexif()
    assert photo.nbytes == 60 * 47 * 3


# ---- anything at all


def survives(data: bytes) -> None:
    try:
        photo = decode(data)
    except VisitorError as error:
        assert error.code.startswith("photo_")
    else:
        assert photo.image.mode == "RGB"


MAGIC = [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"RIFF\x10\0\0\0WEBPVP8L", b"BM", b"II*\0", b"P6\n"]


@given(magic=st.sampled_from(MAGIC), data=st.binary(max_size=300))
def test_random_bytes_end_in_a_code(magic: bytes, data: bytes) -> None:
    survives(magic + data)


FILES = {kind: as_file(picture(6, (20, 16)), kind) for kind in picture_file.FORMATS}


@given(kind=st.sampled_from(list(FILES)), data=st.data())
def test_a_picture_with_wrong_bytes_in_it_ends_in_a_picture_or_a_code(kind: str, data: st.DataObject) -> None:
    file = bytearray(FILES[kind])
    places = st.tuples(st.integers(0, len(file) - 1), st.integers(0, 255))
    for place, value in data.draw(st.lists(places, min_size=1, max_size=12)):
        file[place] = value
    survives(bytes(file[: data.draw(st.integers(1, len(file)))] if data.draw(st.booleans()) else file))
