"""A registered checkpoint that is one file on a server: fetched whole, checked, or told in a sentence why not."""

from __future__ import annotations

import hashlib
import io
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import torch
from huggingface_hub import HfApi

import vit_core
from vit_core.checkpoints import CheckpointError, CheckpointSpec, available, hub, loading, registry
from vit_core.checkpoints.convert import expected_shapes, to_dialect
from vit_core.checkpoints.dialects import DIALECTS
from vit_core.config import ViTConfig

TINY = ViTConfig(image_size=32, patch_size=8, d_model=48, n_layers=2, n_heads=3, d_mlp=96, n_classes=7)
NAME = "vit_b_16"


def weight_file() -> bytes:
    generator = torch.Generator().manual_seed(0)
    state = {name: torch.randn(shape, generator=generator) for name, shape in expected_shapes(TINY).items()}
    file = io.BytesIO()
    torch.save(to_dialect(state, DIALECTS["torchvision"]), file)
    return file.getvalue()


@dataclass
class Server:
    """What a local server sends, and what it was asked for."""

    body: bytes
    status: int = 200
    length: int | None = None  # said in the header instead of the true one
    asked: list[str] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def server() -> Iterator[Server]:
    files = Server(weight_file())

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            files.asked.append(self.path)
            self.send_response(files.status)
            self.send_header("Content-Length", str(files.length or len(files.body)))
            self.end_headers()
            self.wfile.write(files.body)

        def do_HEAD(self) -> None:
            self.send_response(files.status)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True).start()
        files.url = f"http://127.0.0.1:{http.server_address[1]}/models/tiny.pth"
        yield files
        http.shutdown()


@pytest.fixture
def spec(server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CheckpointSpec:
    """The registered name, with a tiny file on the local server behind it."""
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    digest = hashlib.sha256(server.body).hexdigest()[:8]
    tiny = replace(registry.REGISTRY[NAME], config=TINY, labels="", source_url=server.url, sha256=digest)
    monkeypatch.setattr(loading, "REGISTRY", {NAME: tiny})
    return tiny


def kept(spec: CheckpointSpec) -> list[str]:
    assert spec.local_file is not None
    return [path.name for path in spec.local_file.parent.glob("*")]


def failure() -> CheckpointError:
    with pytest.raises(CheckpointError) as caught:
        vit_core.load(NAME)
    assert NAME in str(caught.value)
    return caught.value


def test_it_is_downloaded_once_with_progress(
    server: Server, spec: CheckpointSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "CHUNK", 10_000)
    seen: list[tuple[int, int]] = []
    assert spec.where == "download"
    loaded = vit_core.load(NAME, progress=lambda done, total: seen.append((done, total)))
    assert loaded.spec.config == TINY
    size = len(server.body)
    assert [done for done, _ in seen] == [*range(10_000, size, 10_000), size]
    assert {total for _, total in seen} == {size}
    assert (spec.where, kept(spec)) == ("local", ["tiny.pth"])
    vit_core.load(NAME)
    assert server.asked == ["/models/tiny.pth"]


def test_another_file_than_the_published_one_is_not_kept(server: Server, spec: CheckpointSpec) -> None:
    server.body = server.body[::-1]
    error = failure()
    assert error.code == "wrong_sha256"
    assert str(spec.sha256) in str(error)
    assert (spec.where, kept(spec)) == ("download", [])


def test_a_download_that_breaks_off_is_not_kept(server: Server, spec: CheckpointSpec) -> None:
    server.length = len(server.body) + 1000
    error = failure()
    assert error.code == "download_failed"
    assert kept(spec) == []


def test_a_server_that_says_no_is_quoted(server: Server, spec: CheckpointSpec) -> None:
    server.status = 404
    error = failure()
    assert error.code == "download_failed"
    assert "404" in str(error)
    assert kept(spec) == []


def test_without_a_network_there_is_a_sentence(spec: CheckpointSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    for nowhere in ("http://127.0.0.1:9/tiny.pth", "http://no-such-host.invalid/tiny.pth"):
        monkeypatch.setattr(loading, "REGISTRY", {NAME: replace(spec, source_url=nowhere)})
        assert failure().code == "no_network"
        assert kept(spec) == []


class GivenUpError(Exception):
    """What the page raises to stop a download."""


def test_a_download_that_is_given_up_leaves_nothing_and_can_be_begun_again(
    server: Server, spec: CheckpointSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "CHUNK", 10_000)

    def give_up(done: int, total: int) -> None:
        assert kept(spec) and not any(name.endswith(".pth") for name in kept(spec)), (
            "not at its place before it is whole"
        )
        if done >= 30_000:
            raise GivenUpError

    with pytest.raises(GivenUpError):
        vit_core.load(NAME, progress=give_up)
    assert (spec.where, kept(spec)) == ("download", [])
    assert vit_core.load(NAME).spec.config == TINY
    assert len(server.asked) == 2


@pytest.fixture
def hub_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[dict[str, bytes]]:
    """A hub of one repository, owner/tiny, on this computer; its files by name. The cache is the test's own."""
    files = {"config.json": b'{"model_type": "vit"}', "model.safetensors": bytes(range(256)) * 400}

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.send(body=False)

        def do_GET(self) -> None:
            self.send(body=True)

        def send(self, *, body: bool) -> None:
            listing = {"id": "owner/tiny", "sha": "0" * 40, "siblings": [{"rfilename": name} for name in files]}
            is_listing = self.path.startswith("/api/models/")
            content = json.dumps(listing).encode() if is_listing else files.get(self.path.rsplit("/", 1)[-1], b"")
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
            self.send_header("X-Repo-Commit", "0" * 40)
            self.end_headers()
            if body:
                self.wfile.write(content)

        def log_message(self, *_args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True).start()
        endpoint = f"http://127.0.0.1:{http.server_address[1]}"
        template = hub.constants.HUGGINGFACE_CO_URL_TEMPLATE.replace(hub.constants.ENDPOINT, endpoint)
        monkeypatch.setattr(hub.constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr(hub.constants, "ENDPOINT", endpoint)
        monkeypatch.setattr(hub.constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
        monkeypatch.setattr(hub.constants, "DOWNLOAD_CHUNK_SIZE", 10_000)
        monkeypatch.setattr(hub, "HfApi", lambda: HfApi(endpoint=hub.hub_address()))
        yield files
        http.shutdown()


def test_a_hub_download_that_is_given_up_leaves_no_part_of_a_file_and_can_be_begun_again(
    hub_server: dict[str, bytes], tmp_path: Path
) -> None:
    size = len(hub_server["model.safetensors"])

    def give_up(done: int, total: int) -> None:
        assert total == size
        if done >= 30_000:
            raise GivenUpError

    with pytest.raises(GivenUpError):
        hub.fetch("owner/tiny", progress=give_up)
    assert hub.cached("owner/tiny") is None
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.stat().st_size > 1000]
    seen: list[int] = []
    folder = hub.fetch("owner/tiny", progress=lambda done, total: seen.append(done))
    assert (folder / "model.safetensors").read_bytes() == hub_server["model.safetensors"]
    assert hub.cached("owner/tiny") == folder and seen[-1] == size and len(seen) > 5


def test_a_server_answers_or_does_not(server: Server) -> None:
    assert hub.reachable(server.url)
    server.status = 404
    assert hub.reachable(server.url), "a server that says no is there"
    assert not hub.reachable("http://127.0.0.1:9/")
    assert not hub.reachable("http://no-such-host.invalid/")
    assert not hub.reachable("no address at all")


def test_every_file_on_a_server_can_be_checked_and_is_fetched_safely() -> None:
    files = [spec for spec in available() if spec.local_file is not None]
    assert [spec.name for spec in files] == ["vit_b_16", "vit_b_32", "vit_l_16", "vit_l_32"]
    for spec in files:
        assert spec.source_url.startswith("https://download.pytorch.org/")
        assert spec.sha256 and spec.sha256 in spec.source_url
        assert spec.where in ("local", "download")
