"""Weights that lie in several files, here and on the hub: the same model, or a sentence that says what is missing."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import huggingface_hub
import huggingface_hub.constants
import pytest
import safetensors.torch
import torch
from huggingface_hub.utils import tqdm
from torch import Tensor

import vit_core
from tests.support.tiny import write_tiny
from vit_core.checkpoints import CheckpointError, hub
from vit_core.checkpoints.convert import to_dialect
from vit_core.checkpoints.dialects import DIALECTS
from vit_core.checkpoints.io import INDEX, PICKLED_INDEX, n_bytes
from vit_core.vit import VisionTransformer

BOTH = pytest.mark.parametrize("index", [INDEX, PICKLED_INDEX])
REPO = "owner/repository"


def cut(folder: Path, tensors: dict[str, Tensor], index: str) -> list[Path]:
    """Write tensors in parts, cut and named as huggingface_hub cuts and names them; what index.json says is its own."""
    stem, ending = index.removesuffix(".index.json").split(".")
    cuts = huggingface_hub.split_torch_state_dict_into_shards(
        tensors, filename_pattern=f"{stem}{{suffix}}.{ending}", max_shard_size="40KB"
    )
    save: Callable[..., None] = safetensors.torch.save_file if ending == "safetensors" else torch.save
    for file, keys in cuts.filename_to_tensors.items():
        save({key: tensors[key].contiguous() for key in keys}, folder / file)
    said = {"metadata": cuts.metadata, "weight_map": cuts.tensor_to_filename}
    (folder / index).write_text(json.dumps(said))
    return sorted(folder / file for file in cuts.filename_to_tensors)


@pytest.fixture
def tensors(tiny_vit: VisionTransformer) -> dict[str, Tensor]:
    return to_dialect(tiny_vit.state_dict(), DIALECTS["hf_vit"])


@pytest.fixture
def folder(tmp_path: Path, tiny_vit: VisionTransformer) -> Path:
    return write_tiny(tmp_path / "folder", tiny_vit, weights=False)


def same(loaded: Any, model: VisionTransformer) -> bool:
    ours = model.state_dict()
    return all(torch.equal(value, ours[name]) for name, value in loaded.model.state_dict().items())


def failure(*args: Any) -> CheckpointError:
    with pytest.raises(CheckpointError) as caught:
        vit_core.load(*args)
    return caught.value


@BOTH
@pytest.mark.parametrize("prefix", ["", "module.", "model."])
def test_parts_are_one_model(
    index: str, prefix: str, folder: Path, tensors: dict[str, Tensor], tiny_vit: VisionTransformer
) -> None:
    parts = cut(folder, {prefix + key: value for key, value in tensors.items()}, index)
    assert len(parts) > 3
    loaded = vit_core.load(folder)
    assert same(loaded, tiny_vit)
    assert vit_core.checkpoints.peek(folder, "it").config == loaded.spec.config
    assert n_bytes(folder / index) == sum(part.stat().st_size for part in parts)


@BOTH
def test_a_part_that_is_missing_twice_there_or_elsewhere_is_refused(
    index: str, folder: Path, tensors: dict[str, Tensor]
) -> None:
    parts = cut(folder, tensors, index)
    whole = parts[1].read_bytes()
    parts[1].unlink()
    assert failure(folder).code == "not_found" and parts[1].name in str(failure(folder))
    shutil.copy(parts[0], parts[1])
    assert failure(folder).code == "unexpected_tensor"
    parts[1].write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    assert failure(folder).code == "lfs_pointer"
    parts[1].write_bytes(whole)
    vit_core.load(folder)
    said = json.loads((folder / index).read_text())
    for elsewhere in (f"../{parts[0].name}", str(parts[0]), "config.json"):
        key = next(iter(said["weight_map"]))
        (folder / index).write_text(json.dumps({"weight_map": {**said["weight_map"], key: elsewhere}}))
        assert failure(folder).code == "unreadable" and "of this folder" in str(failure(folder))


def test_code_in_a_part_is_not_run(folder: Path, tensors: dict[str, Tensor], tmp_path: Path) -> None:
    marker = tmp_path / "marker"

    class Evil:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.mkdir, (str(marker),)

    parts = cut(folder, tensors, PICKLED_INDEX)
    torch.save({**torch.load(parts[-1], weights_only=True), "x": Evil()}, parts[-1])
    assert failure(folder).code == "unsafe_pickle" and parts[-1].name in str(failure(folder))
    assert not marker.exists()
    torch.load(parts[-1], weights_only=False)  # the trap was live
    assert marker.exists()


# ---- on the hub


class FakeHub:
    """Stands for the hub and fills its cache as huggingface_hub does: blobs, and links to them from a snapshot."""

    def __init__(self, folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.cache = folder, cache / f"models--{REPO.replace('/', '--')}"
        self.asked: list[str] = []
        monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(cache))
        monkeypatch.setattr(hub, "HfApi", lambda: self)
        monkeypatch.setattr(hub, "hf_hub_download", self.download)

    def model_info(self, repo: str, timeout: float) -> Any:
        assert repo == REPO and timeout < 60
        return type("Info", (), {"siblings": [type("File", (), {"rfilename": f.name}) for f in self.folder.iterdir()]})

    def download(self, repo: str, name: str, tqdm_class: type[tqdm]) -> str:
        self.asked.append(name)
        snapshot, blob = self.cache / "snapshots" / ("c" * 40) / name, self.cache / "blobs" / name
        for place in (snapshot, blob, self.cache / "refs" / "main"):
            place.parent.mkdir(parents=True, exist_ok=True)
        (self.cache / "refs" / "main").write_text("c" * 40)
        shutil.copy(self.folder / name, blob)
        size = blob.stat().st_size
        with tqdm_class(total=size, initial=0, unit="B", desc=name, name="x") as bar:
            bar.update(size - 7)
            bar.update(7)
        snapshot.unlink(missing_ok=True)
        snapshot.symlink_to(blob)
        return str(snapshot)


@BOTH
def test_a_repository_in_parts_is_fetched_whole_and_then_needs_no_network(
    index: str,
    folder: Path,
    tensors: dict[str, Tensor],
    tiny_vit: VisionTransformer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parts = cut(folder, tensors, index)
    (folder / "flax_model.msgpack").write_bytes(b"not for us")
    fake = FakeHub(folder, tmp_path / "cache", monkeypatch)
    seen: list[tuple[int, int]] = []
    loaded = vit_core.load(REPO, progress=lambda done, whole: seen.append((done, whole)))
    assert same(loaded, tiny_vit)
    described = ["config.json", "preprocessor_config.json", index]
    assert fake.asked == [*described, *(part.name for part in parts)]
    # Told as of one file: never less than before, up to what the index says.
    total = json.loads((folder / index).read_text())["metadata"]["total_size"]
    done = [n for n, _ in seen]
    assert done == sorted(done) and done[0] > 0 and seen[-1] == (total, total) and {n for _, n in seen} == {total}

    fake.asked.clear()
    monkeypatch.setattr(fake, "model_info", lambda *_args, **_more: pytest.fail("the hub was asked"))
    assert same(vit_core.load(REPO), tiny_vit) and fake.asked == []


def test_a_download_that_lacks_a_part_is_gone_on_with(
    folder: Path,
    tensors: dict[str, Tensor],
    tiny_vit: VisionTransformer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parts = cut(folder, tensors, INDEX)
    fake = FakeHub(folder, tmp_path / "cache", monkeypatch)
    vit_core.load(REPO)
    (fake.cache / "snapshots" / ("c" * 40) / parts[2].name).unlink()
    assert hub.cached(REPO) is None
    assert same(vit_core.load(REPO), tiny_vit) and hub.cached(REPO) is not None
    (fake.cache / "snapshots" / ("c" * 40) / INDEX).unlink()
    assert hub.cached(REPO) is None


def test_an_index_that_names_a_file_elsewhere_fetches_nothing(
    folder: Path, tensors: dict[str, Tensor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut(folder, tensors, INDEX)
    (folder / INDEX).write_text(json.dumps({"weight_map": {"a": "../../evil.safetensors"}}))
    fake = FakeHub(folder, tmp_path / "cache", monkeypatch)
    assert failure(REPO).code == "unreadable"
    assert fake.asked == ["config.json", "preprocessor_config.json", INDEX]
