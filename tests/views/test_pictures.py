"""Photos as files for the page: the right part, sharp enough, light enough, and upright as they came."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from demo.photo.views import pictures
from demo.photo.views.pictures import SHOWN_SIDE, THUMB_SIDE


def opened(data: bytes, kind: str = "JPEG") -> Image.Image:
    image = Image.open(io.BytesIO(data))
    assert (image.format, image.mode) == (kind, "RGB")
    return image


def marked(width: int, height: int) -> Image.Image:
    """Four quarters: red and green above, blue and white below."""
    image = Image.new("RGB", (width, height), "white")
    for colour, box in [
        ("red", (0, 0, width // 2, height // 2)),
        ("lime", (width // 2, 0, width, height // 2)),
        ("blue", (0, height // 2, width // 2, height)),
    ]:
        image.paste(colour, box)
    return image


def colour_at(image: Image.Image, x: float, y: float) -> str:
    pixel = image.getpixel((int(x * (image.width - 1)), int(y * (image.height - 1))))
    names = {(255, 0, 0): "red", (0, 255, 0): "green", (0, 0, 255): "blue", (255, 255, 255): "white"}
    return min((np.abs(np.subtract(pixel, colour)).sum(), name) for colour, name in names.items())[1]


@pytest.mark.parametrize("size", [(400, 300), (300, 400), (2000, 100), (2, 2), (720, 720)])
def test_the_whole_photo_keeps_its_proportions_and_is_never_enlarged(size: tuple[int, int]) -> None:
    for side in (THUMB_SIDE, SHOWN_SIDE):
        image = opened(pictures.whole(marked(*size), side))
        factor = min(1, side / max(size))
        assert image.width == pytest.approx(size[0] * factor, abs=1)
        assert image.height == pytest.approx(max(1, size[1] * factor), abs=1)


def test_the_whole_photo_stays_upright() -> None:
    image = opened(pictures.whole(marked(400, 300)))
    assert [colour_at(image, x, y) for y in (0.2, 0.8) for x in (0.2, 0.8)] == ["red", "green", "blue", "white"]


def test_what_the_model_sees_is_cut_out_as_a_square() -> None:
    image = opened(pictures.cropped(marked(400, 300), (50, 0, 350, 300)))
    assert image.size == (300, 300)
    assert [colour_at(image, x, y) for y in (0.2, 0.8) for x in (0.2, 0.8)] == ["red", "green", "blue", "white"]
    corner = opened(pictures.cropped(marked(400, 300), (210.5, 160.25, 380.5, 290.25)))
    assert {colour_at(corner, x, y) for x in (0, 1) for y in (0, 1)} == {"white"}


@pytest.mark.parametrize(
    ("box", "side"),
    [
        ((0, 0, 10, 10), 64),
        ((0, 0, 64, 64), 64),
        ((0, 0, 500, 500), 500),
        ((0, 0, 1000, 1000), 720),
        ((0, 0, 900, 300), 720),
    ],
)
def test_its_side_is_as_sharp_as_the_photo_within_reason(box: tuple[float, ...], side: int) -> None:
    """A squashed photo is a square for the model, so it is one here."""
    assert opened(pictures.cropped(marked(1000, 1000), box)).size == (side, side)


def test_a_part_of_a_pixel_counts_as_such() -> None:
    steps = Image.fromarray(np.tile(np.arange(0, 256, 8, dtype=np.uint8)[None, :, None], (32, 1, 3)))
    means = []
    for x in (4, 4.5, 5):
        part = opened(pictures.cropped(steps, (x, 4, x + 16, 20)))
        means.append(np.asarray(part, float).mean())
    assert np.diff(means) == pytest.approx([4, 4], abs=0.5)


def test_files_are_light_and_the_same_every_time() -> None:
    rng = np.random.default_rng(0)
    coarse = Image.fromarray(rng.integers(0, 256, (30, 40, 3), dtype=np.uint8))
    photo = coarse.resize((1365, 1024), Image.Resampling.BICUBIC)
    before = photo.tobytes()
    assert len(pictures.whole(photo)) < 150_000
    assert len(pictures.whole(photo, THUMB_SIDE)) < 15_000
    assert pictures.whole(photo) == pictures.whole(photo)
    assert pictures.cropped(photo, (170, 0, 1194, 1024)) == pictures.cropped(photo, (170, 0, 1194, 1024))
    assert photo.tobytes() == before


def test_moved_patches_are_shown_where_they_lie() -> None:
    image = marked(400, 400)
    plain, moved = (opened(pictures.cropped(image, (0, 0, 400, 400), order)) for order in ((), (3, 0, 1, 2)))
    corners = [(0.1, 0.1), (0.9, 0.1), (0.1, 0.9), (0.9, 0.9)]
    assert [colour_at(plain, *at) for at in corners] == ["red", "green", "blue", "white"]
    assert [colour_at(moved, *at) for at in corners] == ["white", "red", "green", "blue"]


def test_the_pixels_that_are_read_are_drawn_as_squares_of_one_colour_each() -> None:
    """What comes back at the middle of every square is the pixel itself, wherever its patch lies."""
    square = np.random.default_rng(3).integers(0, 256, (48, 48, 3), dtype=np.uint8)
    drawn = np.asarray(opened(pictures.pixels(Image.fromarray(square)), "PNG"))
    assert drawn.shape == (720, 720, 3)
    assert (drawn == square.repeat(15, axis=0).repeat(15, axis=1)).all()
    order = (8, 0, 1, 2, 3, 4, 5, 6, 7)
    moved = np.asarray(opened(pictures.pixels(Image.fromarray(square), order), "PNG"))[7::15, 7::15]
    for place, patch in enumerate(order):
        (y, x), (from_y, from_x) = (divmod(at, 3) for at in (place, patch))
        wanted = square[16 * from_y : 16 * from_y + 16, 16 * from_x : 16 * from_x + 16]
        assert (moved[16 * y : 16 * y + 16, 16 * x : 16 * x + 16] == wanted).all()
