"""Put this program on a Hugging Face Space: python -m demo.space OWNER/NAME [--stage FOLDER]

The Space gets the files that the page needs, and nothing else. Log in first (hf auth login); --stage only writes them
into a folder, for who wants to look at them or to push them with git and git-lfs.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError, HTTPError, LocalTokenNotFoundError

ROOT = Path(__file__).resolve().parent.parent
# Files that a Space needs; the rest of the project is for those who work on it.
WANTED = ("README.md", "app.py", "requirements.txt", "demo", "vit_core", "assets")
UNWANTED = ("__pycache__", "training")
# The hub refuses larger files outside of large file storage (git-lfs, Xet).
LARGEST_PLAIN = 10 * 2**20
KEPT_APART = (".safetensors", ".spm", ".png", ".jpg")
THUMBNAIL = "assets/readme/thumbnail.png"


def files() -> Iterator[Path]:
    """The files of a Space, relative to the project."""
    for name in WANTED:
        top = ROOT / name
        for path in sorted([top] if top.is_file() else top.rglob("*")):
            inside = path.relative_to(ROOT)
            if path.is_file() and not any(part in UNWANTED or part.endswith(".pyc") for part in inside.parts):
                yield inside


def stage(folder: Path, space: str) -> None:
    """Write the files of a Space into a folder.

    Args:
        space: its OWNER/NAME, which the card needs for the address of its picture.
    """
    for path in files():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, target)
    apart = "".join(f"*{suffix} filter=lfs diff=lfs merge=lfs -text\n" for suffix in KEPT_APART)
    (folder / ".gitattributes").write_text(apart, encoding="utf-8")
    card = folder / "README.md"
    picture = f"https://huggingface.co/spaces/{space}/resolve/main/{THUMBNAIL}"
    text = card.read_text(encoding="utf-8")
    card.write_text(text.replace(f"thumbnail: {THUMBNAIL}", f"thumbnail: {picture}", 1), encoding="utf-8")


def upload(space: str) -> str:
    """Create the Space if need be, upload the files, and return its address."""
    api = HfApi()
    with tempfile.TemporaryDirectory() as folder:
        stage(Path(folder), space)
        api.create_repo(space, repo_type="space", space_sdk="gradio", exist_ok=True)
        # Files that are no longer part of the program are deleted from the Space.
        api.upload_folder(
            repo_id=space,
            repo_type="space",
            folder_path=folder,
            delete_patterns="*",
            commit_message="Attention Microscope",
        )
    return f"https://huggingface.co/spaces/{space}"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("space", metavar="OWNER/NAME")
    parser.add_argument("--stage", type=Path, metavar="FOLDER", help="only write the files into this folder")
    asked = parser.parse_args()
    if asked.space.count("/") != 1:
        parser.error(f"{asked.space} is no OWNER/NAME")
    if asked.stage is None:
        try:
            address = upload(asked.space)
        except (HfHubHTTPError, LocalTokenNotFoundError) as error:
            sys.stderr.write(f"The hub refused {asked.space}: {error}\nLog in as its owner first: hf auth login\n")
            return 1
        except (OSError, HTTPError) as error:
            sys.stderr.write(f"The hub was not reached: {error}\n")
            return 1
        sys.stdout.write(f"{address}\n")
    else:
        stage(asked.stage, asked.space)
        size = sum(path.stat().st_size for path in asked.stage.rglob("*") if path.is_file())
        sys.stdout.write(f"{size / 1e6:.0f} MB in {asked.stage}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
