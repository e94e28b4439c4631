"""The page without a server: python -m demo.static FOLDER, or --one FILE [--address ADDRESS]

FOLDER gets a page for any host of plain files: chosen examples, all screens alive on the numbers that the program had
for them. FILE gets one page whole, to be opened from a disk: what the address shows, or what a first visitor sees.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from demo.offline.recorded import Recorder
from demo.offline.scene import Scene, scene_of
from demo.offline.shell import after, before, index_of, one_file
from demo.page.gallery import ASSETS
from demo.page.head import modules, sheets
from demo.photo.query import FIRST, PhotoQuery
from demo.routes import data_plane
from demo.sentence.query import TranslationQuery
from demo.services import Services

# The default examples of a static edition: a photo takes about 13 MB, a sentence 2 MB.
PHOTOS = 3
SENTENCES = 4
MOST_BYTES = 60_000_000
INDEX = "recorded/index.json"
ENDINGS = {"image/jpeg": "jpg", "image/png": "png"}


def examples(services: Services, photos: Sequence[str], sentences: int) -> Scene:
    """The gallery's photos of these names, and the first of the page's own sentences."""
    photo_queries: list[tuple[PhotoQuery, dict[str, int]]] = [
        (replace(FIRST, photo=f"example:{photo}"), {}) for photo in photos
    ]
    translation_queries: list[tuple[TranslationQuery, dict[str, Any]]] = [
        (TranslationQuery(one.text), {}) for one in services.sentences.examples[:sentences]
    ]
    return Scene(tuple(photo_queries), tuple(translation_queries), wide=True)


def cleared(folder: Path) -> Path:
    """Delete what this command wrote into a folder before; other files stay.

    Raises:
        FileExistsError: it contains something with these names that this command has not written.
    """
    written = ("css", "js", "recorded", "index.html")
    others = [name for name in written if (folder / name).exists()]
    if others and not (folder / INDEX).is_file():
        raise FileExistsError(f"{folder} has {', '.join(others)}, and no static edition: name another folder")
    for name in written:
        path = folder / name
        path.unlink() if path.is_file() else shutil.rmtree(path, ignore_errors=True)
    return folder


async def write_folder(services: Services, scene: Scene, folder: Path) -> Counter[str]:
    """Write a static edition, and return its bytes by kind."""
    sizes: Counter[str] = Counter()

    def put(name: str, body: bytes, kind: str) -> None:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(body)
        sizes[kind] += len(body)

    for path in modules():
        put(path, (ASSETS / path).read_bytes(), "scripts")
    for sheet in sheets():
        put(f"css/{sheet.name}", sheet.read_bytes(), "styles")
    page = before("static", query=scene.query, linked=True) + after("static")
    put("index.html", page.encode(), "the page")
    told, ids = [], set()
    async for record in Recorder(services, data_plane(services), scene).records():
        told.append((record.key, record.id, record.media, record.packed))
        if record.id not in ids:
            ids.add(record.id)
            put(f"recorded/{record.id}.{ENDINGS.get(record.media, 'bin')}", record.smallest, _kind(record.key))
    put(INDEX, index_of(told).encode(), "index of what is recorded")
    return sizes


def _kind(key: str) -> str:
    """The kind of a response, for the table at the end."""
    return "/".join(key.partition("?")[0].split("/")[:3])


async def write_one(services: Services, scene: Scene, file: Path) -> int:
    """Write what a scene shows as one HTML file, and return its bytes."""
    with file.open("wb") as out:
        async for piece in one_file(Recorder(services, data_plane(services), scene), scene.query):
            out.write(piece)
    return file.stat().st_size


def main(arguments: list[str] | None = None) -> int:
    """Write the requested form and print its size."""
    parser = argparse.ArgumentParser(prog="python -m demo.static", description=(__doc__ or "").partition("\n\n")[2])
    parser.add_argument("folder", nargs="?", type=Path, help="where a static edition is written; what was there goes")
    parser.add_argument("--one", type=Path, metavar="FILE", help="write one HTML file instead")
    parser.add_argument("--address", default="", help="of the page, whose state the file shows")
    parser.add_argument("--photos", nargs="+", metavar="FILE", help="files of assets/images (the first three)")
    parser.add_argument("--sentences", type=int, default=SENTENCES, help="how many examples (4)")
    parser.add_argument("--models-dir", type=Path, help="as of app.py")
    chosen = parser.parse_args(arguments)
    if (chosen.folder is None) == (chosen.one is None):
        parser.error("name a folder, or a file with --one")
    services = Services(models_dir=chosen.models_dir)
    if chosen.one:
        scene = scene_of(services, urlsplit(chosen.address).query)
        size = asyncio.run(write_one(services, scene, chosen.one))
        sys.stdout.write(f"{chosen.one}: {size / 1e6:.1f} MB\n")
        return 0
    photos = chosen.photos or [item.file for item in services.photos.gallery[:PHOTOS]]
    cleared(chosen.folder)
    sizes = asyncio.run(write_folder(services, examples(services, photos, chosen.sentences), chosen.folder))
    for kind, size in sizes.most_common():
        sys.stdout.write(f"{kind:32}{size / 1e6:8.2f} MB\n")
    whole = sum(sizes.values())
    sys.stdout.write(f"{'all':32}{whole / 1e6:8.2f} MB\n")
    return int(whole > MOST_BYTES)


if __name__ == "__main__":
    sys.exit(main())
