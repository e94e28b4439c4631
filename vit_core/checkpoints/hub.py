"""Download checkpoints: a folder from the Hugging Face hub, or one file from a server."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from http.client import HTTPException
from pathlib import Path
from typing import Any
from uuid import uuid4

from huggingface_hub import HfApi, constants, hf_hub_download, try_to_load_from_cache
from huggingface_hub.errors import HfHubHTTPError, HTTPError, RepositoryNotFoundError
from huggingface_hub.utils import tqdm

from vit_core import foreign_json
from vit_core.checkpoints.description import read_json
from vit_core.checkpoints.errors import CheckpointError
from vit_core.checkpoints.io import INDEXES, WEIGHT_FILES, WEIGHTS, parts_of, verify
from vit_core.reasons import Reason, reason_of

Progress = Callable[[int, int], None]
HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
# Files that a translator needs for its text; transformers fetches them only with a tokenizer.
TEXT_FILES = ("source.spm", "target.spm", "vocab.json")
DESCRIPTIONS = (
    "config.json",
    "preprocessor_config.json",
    "processor_config.json",
    "generation_config.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    *TEXT_FILES,
    "target_vocab.json",
)
SECONDS_TO_ANSWER = 10
SECONDS_TO_BE_THERE = 2.0
CHUNK = 1 << 20


def fetch(repo: str, *, progress: Progress | None = None) -> Path:
    """The local folder of a hub repository, downloaded where the cache does not have it.

    Args:
        progress: called with (bytes done, bytes in all) of the weight file while it is downloaded.

    Raises:
        CheckpointError: no_network, not_found or download_failed.
    """
    folder = cached(repo)
    if folder is not None:
        return folder
    files = _listing(repo)
    weights = next((name for name in WEIGHTS if name in files), None)
    if "config.json" not in files or weights is None:
        raise CheckpointError("not_found", name=repo, what=Reason("config_and_one_of", names=", ".join(WEIGHT_FILES)))
    # The weights are downloaded last: if they are in the cache, so are the files that describe them.
    wanted = [name for name in DESCRIPTIONS if name in files]
    try:
        for name in wanted:
            hf_hub_download(repo, name, tqdm_class=_bar(None))
        if weights in INDEXES:
            return _fetch_parts(repo, weights, progress)
        return Path(hf_hub_download(repo, weights, tqdm_class=_bar(progress))).parent
    except (OSError, HTTPError) as error:
        raise CheckpointError("download_failed", name=repo, reason=reason_of(error)) from error


def _fetch_parts(repo: str, index: str, progress: Progress | None) -> Path:
    """Download a repository whose weights lie in several files, and report their progress as that of one file.

    Raises:
        CheckpointError: unreadable, where the index names no files of the repository.
    """
    described = Path(hf_hub_download(repo, index, tqdm_class=_bar(None)))
    # The index gives the size of all tensors; what else the files hold is small.
    metadata = read_json(described, repo).get("metadata")
    said = metadata.get("total_size") if isinstance(metadata, Mapping) else None
    total = said if isinstance(said, int) else 0
    before = 0

    def tell(done: int, _: int) -> None:
        if progress is not None:
            progress(min(before + done, total) if total else before + done, total)

    for part in parts_of(described, there=False):
        file = Path(hf_hub_download(repo, part.name, tqdm_class=_bar(tell)))
        before += file.stat().st_size
    return described.parent


def cached(repo: str) -> Path | None:
    """The folder of a repository that was fetched before; None if the network is needed."""
    for name in WEIGHTS:
        weights = try_to_load_from_cache(repo, name)
        if isinstance(weights, str) and _is_complete(Path(weights)):
            return Path(weights).parent
    return None


def _is_complete(weights: Path) -> bool:
    """Whether the files that describe the weights are there too, and all parts of the weights."""
    if weights.name in INDEXES:
        try:
            parts_of(weights)
        except CheckpointError as error:  # the loader reports a bad index
            return error.code != "not_found"
    try:
        said = foreign_json.read(weights.with_name("config.json"))
    except OSError:
        return False
    except ValueError:  # it is there, and the loader reports what is wrong with it
        return True
    needed = TEXT_FILES if isinstance(said, dict) and said.get("model_type") == "marian" else ()
    return all(weights.with_name(name).exists() for name in needed)


def fetch_file(url: str, to: Path, *, name: str, sha256: str | None = None, progress: Progress | None = None) -> None:
    """Download one file. It appears at its path only when it is complete and its digest is right.

    Args:
        name: what the file is to its user.
        sha256: the digest it must have, or the first digits of it.
        progress: called with (bytes done, bytes in all); 0 in all means that the server does not say.

    Raises:
        CheckpointError: no_network, download_failed or wrong_sha256.
    """
    part = to.with_name(f"{to.name}.{uuid4().hex}.part")  # unique, in case two downloads run at once
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        with _answer(url, name) as answer, part.open("wb") as file:
            done, total = 0, int(answer.headers.get("Content-Length") or 0)
            while chunk := answer.read(CHUNK):
                file.write(chunk)
                done += len(chunk)
                if progress is not None:
                    progress(done, total)
        if done < total:
            raise OSError(Reason("broke_off", done=done, whole=total))
        if sha256 is not None:
            verify(part, sha256, name=name)
        part.replace(to)
    except (OSError, HTTPException) as error:
        raise CheckpointError("download_failed", name=name, reason=reason_of(error)) from error
    finally:
        part.unlink(missing_ok=True)


def hub_address() -> str:
    """The address of the hub, which HF_ENDPOINT can change."""
    return constants.ENDPOINT


def offline() -> bool:
    """Whether the operator has forbidden to ask the hub (HF_HUB_OFFLINE)."""
    return constants.is_offline_mode()


def reachable(url: str, *, seconds: float = SECONDS_TO_BE_THERE) -> bool:
    """Whether a server answers within a short time; nothing is downloaded. Resolving its name may take longer."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=seconds):
            return True
    except urllib.error.HTTPError:  # the server answers, if not for this address
        return True
    except (OSError, HTTPException, ValueError):
        return False


def _answer(url: str, name: str) -> Any:
    try:
        return urllib.request.urlopen(url, timeout=SECONDS_TO_ANSWER)
    except urllib.error.HTTPError:  # the network works, but the server refuses
        raise
    except OSError as error:
        raise CheckpointError("no_network", name=name) from error


def _listing(repo: str) -> set[str]:
    """The names of a repository's files. Without a network this fails at once, while a download would take half a
    minute.
    """
    try:
        found = HfApi().model_info(repo, timeout=SECONDS_TO_ANSWER)
    except RepositoryNotFoundError as error:
        raise CheckpointError("not_found", name=repo, what=Reason("public_repository")) from error
    except HfHubHTTPError as error:
        raise CheckpointError("download_failed", name=repo, reason=reason_of(error)) from error
    except (OSError, HTTPError) as error:
        raise CheckpointError("no_network", name=repo) from error
    return {file.rfilename for file in found.siblings or ()}


def _bar(progress: Progress | None) -> type:
    """A class of progress bars that draw nothing and report to a function."""

    class Bar(tqdm):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **{**options, "disable": True})
            self.done = int(options.get("initial") or 0)

        def update(self, n: float | None = 1) -> None:
            self.done += int(n or 0)
            if progress is not None:
                progress(self.done, int(self.total or 0))

    return Bar
