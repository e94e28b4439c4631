"""Fetch a checkpoint's folder from the Hugging Face hub, or find it in the cache."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from huggingface_hub import hf_hub_download, try_to_load_from_cache
from huggingface_hub.errors import (
    EntryNotFoundError,
    HfHubHTTPError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
)
from huggingface_hub.utils import tqdm

from vit_core.checkpoints.errors import CheckpointError
from vit_core.checkpoints.io import WEIGHT_FILES

Progress = Callable[[int, int], None]
HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")


def fetch(repo: str, *, progress: Progress | None = None) -> Path:
    """The local folder of a hub repository, downloaded where the cache does not have it.

    Args:
        progress: called with (bytes done, bytes in all) of the weight file while it is downloaded.

    Raises:
        CheckpointError: no_network or not_found.
    """
    config = _file(repo, "config.json")
    if config is None:
        raise CheckpointError("not_found", name=repo, what="config.json")
    _file(repo, "preprocessor_config.json")
    bar = None if progress is None else _bar(progress)
    if not any(_file(repo, weights, tqdm_class=bar) for weights in WEIGHT_FILES):
        raise CheckpointError("not_found", name=repo, what=" or ".join(WEIGHT_FILES))
    return config.parent


def is_cached(repo: str) -> bool:
    """Whether `fetch` would need no network."""

    def here(filename: str) -> bool:
        return isinstance(try_to_load_from_cache(repo, filename), str)

    return here("config.json") and any(here(weights) for weights in WEIGHT_FILES)


def _file(repo: str, filename: str, **options: Any) -> Path | None:
    """One file of the repository; None if it has no such file."""
    try:
        return Path(hf_hub_download(repo, filename, **options))
    except (LocalEntryNotFoundError, OfflineModeIsEnabled, ConnectionError) as error:
        raise CheckpointError("no_network", name=repo) from error
    except EntryNotFoundError:
        return None
    except RepositoryNotFoundError as error:
        raise CheckpointError("not_found", name=repo, what="public repository on the hub") from error
    except HfHubHTTPError as error:
        raise CheckpointError("no_network", name=repo) from error


def _bar(progress: Progress) -> type:
    """A progress bar that draws nothing and reports to a function."""

    class Bar(tqdm):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **{**kwargs, "disable": True})
            self.done = int(kwargs.get("initial") or 0)
            self.whole = int(kwargs.get("total") or 0)

        def update(self, n: float | None = 1) -> None:
            self.done += int(n or 0)
            progress(self.done, self.whole)

    return Bar
