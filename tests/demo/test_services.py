"""The page's access to models, photos and traces: what is refused, what is shared, what is computed again."""

from __future__ import annotations

import ast
import os
import string
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from torch.testing import assert_close

import vit_core
from demo.compute import processors
from demo.compute.bounds import USUAL, MemoryLimits
from demo.compute.progress import Progress
from demo.errors import VisitorError
from demo.page.texts import LANGUAGES, sentence, texts
from demo.photo.facts import photo_facts
from demo.photo.photo_store import PHOTO_SECONDS
from demo.photo.picture_file import Photo, decode
from demo.photo.query import DEFAULT_MODEL, FIRST, PhotoQuery
from demo.photo.service import MAX_TOKENS
from demo.services import Services
from tests.support.pictures import as_file, picture
from vit_core import checkpoints
from vit_core.checkpoints import ERRORS, NOTES, CheckpointError
from vit_core.reasons import REASONS, Reason, reason_of

TINY_SIZES = [24, 32, 48, 56]  # 3, 4 (its own), 6 and 7 patches a side


def problem(call: Callable[[], Any]) -> VisitorError:
    """The error a visitor gets, with a sentence in every language that names everything it should."""
    with pytest.raises(VisitorError) as caught:
        call()
    for language in LANGUAGES:
        told = sentence(language, caught.value)
        assert "{" not in told
        assert told != sentence(language, VisitorError("other"))
    return caught.value


@pytest.fixture
def touched(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every path that is opened, listed or looked up."""
    paths: list[str] = []
    listening = True

    # Python 3.10's pathlib keeps functions of os and io that no patch reaches: Python itself tells what they open.
    def hook(event: str, args: tuple[Any, ...]) -> None:
        if listening and event in ("open", "os.listdir", "os.scandir"):
            paths.append(str(args[0]))

    def recording(call: Any) -> Any:
        def record(path: Any, *args: Any, **kwargs: Any) -> Any:
            paths.append(str(path))
            return call(path, *args, **kwargs)

        return record

    for name in ("stat", "lstat"):
        monkeypatch.setattr(os, name, recording(getattr(os, name)))
    sys.addaudithook(hook)
    yield paths
    listening = False


@pytest.fixture
def forwards(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry per forward pass that really ran: its picture size."""
    ran: list[int] = []
    trace_image = vit_core.trace_image

    def counted(*args: Any, **kwargs: Any) -> Any:
        ran.append(kwargs["size"])
        return trace_image(*args, **kwargs)

    monkeypatch.setattr(vit_core, "trace_image", counted)
    return ran


# ---- models: only by an offered name


@pytest.mark.parametrize(
    "typed",
    [
        "/etc/passwd",
        "../x",
        "{real}",
        "{real}/",
        "./tiny",
        "tiny/../tiny",
        "assets/checkpoints/vit-s14-everyday",
        "owner/repository",
        "http://example.com/model",
        "",
        "~",
        "tiny\0",
        "x" * 500,
    ],
)
def test_a_path_typed_as_a_model_is_refused_and_never_looked_at(
    typed: str, services: Services, models_dir: Path, touched: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = typed.format(real=models_dir / "tiny")
    monkeypatch.setattr(vit_core, "load", lambda *args, **kwargs: pytest.fail("something was loaded"))
    error = problem(lambda: services.photos.model(typed))
    assert error.code == "model_unknown"
    assert error.params["name"] == typed[:80]
    assert not [path for path in touched if typed and typed in path]
    for ask in (
        lambda: services.photos.trace(PhotoQuery(FIRST.photo, typed, 32)),
        lambda: services.photos.complete(PhotoQuery("", typed, 0)),
    ):
        assert problem(ask).code == "model_unknown"
    assert not [path for path in touched if typed and typed in path]


def test_the_record_of_touched_paths_works(services: Services, touched: list[str]) -> None:
    """Negative control of the test above: a good name does reach the loader and the disk."""
    services.photos.model("tiny")
    assert [path for path in touched if "tiny" in path]


def test_a_folder_of_the_operator_is_offered_loaded_and_traced(
    services: Services, models_dir: Path, tiny_vit: Any
) -> None:
    assert {"tiny", "headless"} < set(services.photos.models.names())
    assert {"name": "tiny", "here": True} in services.photos.models.cards()
    photo_query = PhotoQuery(services.photos.add_photo(as_file(picture(1))), "tiny", 32)
    trace = services.photos.trace(photo_query)
    alone = vit_core.trace_image(vit_core.load(models_dir / "tiny"), picture(1))
    assert_close(trace.logits, alone.logits, atol=1e-5, rtol=0)
    assert services.photos.model("tiny").nbytes == sum(p.nbytes for p in tiny_vit.parameters())
    assert "tiny" not in Services().photos.models.names()


def test_a_folder_written_by_transformers_is_loaded(tmp_path: Path) -> None:
    from transformers import ViTConfig, ViTForImageClassification, ViTImageProcessor

    sizes = {"image_size": 32, "patch_size": 8, "hidden_size": 48, "num_hidden_layers": 2, "num_attention_heads": 3}
    theirs = ViTForImageClassification(ViTConfig(**sizes, intermediate_size=96, num_labels=7)).eval()
    theirs.save_pretrained(tmp_path / "theirs")
    ViTImageProcessor(size={"height": 32, "width": 32}).save_pretrained(tmp_path / "theirs")
    services = Services(models_dir=tmp_path)
    trace = services.photos.trace(PhotoQuery(FIRST.photo, "theirs", 32))
    with torch.no_grad():
        assert_close(trace.logits, theirs(trace.pixels[None]).logits[0], atol=1e-5, rtol=0)


def test_a_folder_cannot_take_the_name_of_a_registered_model(tmp_path: Path, write_folder: Callable[..., Path]) -> None:
    write_folder(tmp_path / DEFAULT_MODEL)
    services = Services(models_dir=tmp_path)
    assert services.photos.models.names().count(DEFAULT_MODEL) == 1
    assert services.photos.model(DEFAULT_MODEL).model.config.d_model == 384
    assert services.photos.model(f"./{DEFAULT_MODEL}").model.config.d_model == 48


def test_only_folders_that_describe_a_checkpoint_are_offered(tmp_path: Path, write_folder: Callable[..., Path]) -> None:
    write_folder(tmp_path / "good")
    (tmp_path / "notes").mkdir()
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "nowhere").symlink_to(tmp_path / "not there")
    offered = set(Services(models_dir=tmp_path).photos.models.offered()) - set(Services().photos.models.offered())
    assert offered == {"good"}
    with pytest.raises(NotADirectoryError, match="--models-dir"):
        Services(models_dir=tmp_path / "not there")


# ---- sizes


def test_the_sizes_on_offer_are_whole_patches_and_not_too_many(services: Services, bundled: Services) -> None:
    assert services.photos.sizes(services.photos.model("tiny")) == TINY_SIZES
    model = bundled.photos.model(DEFAULT_MODEL)
    sizes = bundled.photos.sizes(model)
    assert sizes == [42, 98, 112, 168, 224, 336]
    assert all((size // 14) ** 2 + 1 <= MAX_TOKENS and size % 14 == 0 for size in sizes)
    assert services.photos.complete(PhotoQuery("", "tiny", 0)) == PhotoQuery("", "tiny", 32)
    assert services.photos.complete(PhotoQuery("", "tiny", 56)) == PhotoQuery("", "tiny", 56)


@pytest.mark.parametrize("size", [0, -32, 1, 8, 33, 40, 64, 10**6])
def test_a_size_that_is_not_offered_is_refused(services: Services, forwards: list[int], size: int) -> None:
    error = problem(lambda: services.photos.trace(PhotoQuery(FIRST.photo, "tiny", size)))
    assert (error.code, error.params) == ("size_unknown", {"size": size, "sizes": ", ".join(map(str, TINY_SIZES))})
    assert not forwards


@pytest.mark.parametrize("size", TINY_SIZES)
def test_every_size_on_offer_can_be_computed(services: Services, size: int) -> None:
    trace = services.photos.trace(PhotoQuery(FIRST.photo, "tiny", size))
    assert trace.geometry.grid == (size // 8, size // 8)


def test_a_picture_size_that_is_no_multiple_of_the_patch_is_rounded_down(
    tmp_path: Path, write_folder: Callable[..., Path]
) -> None:
    folder = write_folder(tmp_path / "odd")
    file = folder / "preprocessor_config.json"
    file.write_text(file.read_text().replace('"height": 32, "width": 32', '"height": 30, "width": 30'))
    services = Services(models_dir=tmp_path)
    photo_query = services.photos.complete(PhotoQuery(FIRST.photo, "odd", 0))
    assert photo_query.size == 24
    assert services.photos.trace(photo_query).geometry.grid == (3, 3)
    assert photo_facts(services.photos, photo_query)["native"] == 24
    assert all(
        services.photos.trace(PhotoQuery(photo_query.photo, "odd", size))
        for size in services.photos.sizes(services.photos.model("odd"))
    )


# ---- photos and traces: shared, evicted, computed again


def test_a_photo_that_left_or_never_was_is_asked_for_again(models_dir: Path) -> None:
    services = Services(models_dir=models_dir, limits=MemoryLimits(photos=20_000))
    first = services.photos.add_photo(as_file(picture(1)))
    assert services.photos.photo(first).image.size == (60, 47)
    for seed in range(2, 6):  # 8,460 bytes each
        services.photos.add_photo(as_file(picture(seed)))
    for token in (first, "", "guess", "example:", "example:../../etc/passwd", "example:gallery.tsv"):
        assert problem(lambda token=token: services.photos.photo(token)).code == "photo_gone"
    assert problem(lambda: services.photos.trace(PhotoQuery(first, "tiny", 32))).code == "photo_gone"


def test_a_photos_token_follows_from_its_bytes_alone(services: Services, models_dir: Path) -> None:
    mine, theirs = as_file(picture(1)), as_file(picture(2))
    token = services.photos.add_photo(mine)
    assert len(token) >= 22 and services.photos.add_photo(theirs) != token
    # Another server, or this one after a restart, gives the same: an address that names it holds again.
    assert Services(models_dir=models_dir).photos.add_photo(mine) == token


def test_a_photo_that_a_class_sends_is_decoded_once(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[int] = []

    def slowly(data: bytes) -> Photo:
        decoded.append(len(data))
        time.sleep(0.05)  # so that all are there before the first is done
        return decode(data)

    monkeypatch.setattr("demo.photo.photo_store.decode", slowly)
    with ThreadPoolExecutor(30) as pool:
        tokens = set(pool.map(services.photos.add_photo, [as_file(picture(7))] * 30))
    assert (len(tokens), len(decoded)) == (1, 1)


def test_a_photo_that_nobody_looks_at_for_a_day_is_gone(models_dir: Path) -> None:
    now = 0.0
    services = Services(models_dir=models_dir, now=lambda: now)
    token = services.photos.add_photo(as_file(picture(1)))
    now = PHOTO_SECONDS - 1
    services.photos.photo(token)  # which keeps it for another day
    now += PHOTO_SECONDS - 1
    services.photos.photo(token)
    now += PHOTO_SECONDS + 1
    assert problem(lambda: services.photos.photo(token)).code == "photo_gone"
    services.photos.add_photo(as_file(picture(1)))  # sent again, it is there for another day
    now += PHOTO_SECONDS - 1
    services.photos.photo(token)


def test_the_same_pixels_share_one_trace(services: Services, forwards: list[int]) -> None:
    one, two = services.photos.add_photo(as_file(picture(1))), services.photos.add_photo(as_file(picture(1), "BMP"))
    assert one != two  # other bytes
    assert services.photos.trace(PhotoQuery(one, "tiny", 32)) is services.photos.trace(PhotoQuery(two, "tiny", 32))
    assert forwards == [32]
    services.photos.trace(PhotoQuery(two, "tiny", 24))
    services.photos.trace(PhotoQuery(one, "headless", 32))
    services.photos.trace(PhotoQuery(services.photos.add_photo(as_file(picture(2))), "tiny", 32))
    assert forwards == [32, 24, 32, 32]


def test_the_same_bytes_in_another_shape_are_another_picture(services: Services, forwards: list[int]) -> None:
    wide = picture(1, (64, 32))
    for image in (wide, Image.frombytes("RGB", (32, 64), wide.tobytes())):
        services.photos.trace(PhotoQuery(services.photos.add_photo(as_file(image)), "tiny", 32))
    assert len(forwards) == 2


def test_an_evicted_trace_is_computed_again_and_equal(models_dir: Path, forwards: list[int]) -> None:
    services = Services(models_dir=models_dir, limits=MemoryLimits(traces=1))
    photo_query = PhotoQuery(services.photos.add_photo(as_file(picture(1))), "tiny", 32)
    other = PhotoQuery(services.photos.add_photo(as_file(picture(2))), "tiny", 32)
    first = services.photos.trace(photo_query)
    assert services.photos.trace(photo_query) is first
    services.photos.trace(other)
    again = services.photos.trace(photo_query)
    assert again is not first
    assert len(forwards) == 3
    assert set(again.tensors) == set(first.tensors)
    for name, tensor in first.tensors.items():
        assert_close(again[name], tensor, atol=0, rtol=0)


def test_a_trace_counts_all_the_memory_it_holds(services: Services) -> None:
    trace = services.photos.trace(PhotoQuery(FIRST.photo, "tiny", 32))
    storages = [tensor.untyped_storage() for tensor in (*trace.tensors.values(), trace.pixels)]
    assert sum({storage.data_ptr(): storage.nbytes() for storage in storages}.values()) <= trace.nbytes


@pytest.mark.parametrize("number", [0, 1, 2])
def test_threads_and_photos_do_not_mix(models_dir: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    monkeypatch.setattr(processors, "reserved", lambda: number)
    pictures = [picture(seed) for seed in range(8)]
    model = vit_core.load(models_dir / "tiny")
    alone = [vit_core.trace_image(model, image, size=size) for image in pictures for size in TINY_SIZES]
    services = Services(
        models_dir=models_dir, limits=MemoryLimits(traces=300_000)
    )  # a few traces: eviction happens all the time
    photo_queries = [
        PhotoQuery(services.photos.add_photo(as_file(image)), "tiny", size) for image in pictures for size in TINY_SIZES
    ]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(services.photos.trace, photo_queries * 2))
    assert services.photos._traces.nbytes <= 300_000
    for expected, trace in zip(alone * 2, together, strict=True):
        assert_close(trace.logits, expected.logits, atol=1e-5, rtol=0)
        assert_close(trace.pattern(1), expected.pattern(1), atol=1e-5, rtol=0)


@pytest.mark.parametrize("number", [0, 1, 2, 3])
def test_where_others_wait_as_many_forward_passes_run_as_processors_are_reserved(
    models_dir: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr(processors, "reserved", lambda: number)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 4)  # what a pass takes where none are reserved
    services = Services(models_dir=models_dir)
    running, most = [0], [0]
    trace_image = vit_core.trace_image

    def watched(*args: Any, **kwargs: Any) -> Any:
        running[0] += 1
        most[0] = max(most[0], running[0])
        time.sleep(0.01)
        try:
            return trace_image(*args, **kwargs)
        finally:
            running[0] -= 1

    monkeypatch.setattr(vit_core, "trace_image", watched)
    photo_queries = [PhotoQuery(services.photos.add_photo(as_file(picture(seed))), "tiny", 32) for seed in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(services.photos.trace, photo_queries))
    assert most == [number or 1]


def test_a_forward_pass_that_fails_does_not_stop_the_next(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    photo_query = PhotoQuery(FIRST.photo, "tiny", 32)
    with monkeypatch.context() as patch:
        patch.setattr(vit_core, "trace_image", lambda *args, **kwargs: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            services.photos.trace(photo_query)
    assert services.photos.trace(photo_query).logits is not None


def test_what_the_model_sees_is_in_the_photo(services: Services) -> None:
    photo_query = PhotoQuery(services.photos.add_photo(as_file(picture(1))), "tiny", 32)
    side = 47 * 32 / 36
    assert services.photos.seen(photo_query) == pytest.approx(
        ((60 - side) / 2, (47 - side) / 2, (60 + side) / 2, (47 + side) / 2)
    )


# ---- progress


def test_the_stages_of_a_request_are_reported(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    told = []
    report = Progress.report

    def recorded(self: Progress, *what: Any) -> None:
        told.append(what)
        report(self, *what)

    monkeypatch.setattr(Progress, "report", recorded)
    services.photos.trace(PhotoQuery(FIRST.photo, "tiny", 32), request="7")
    assert told == [("7", "load"), ("7", "queue"), ("7", "layers", 1, 2), ("7", "layers", 2, 2)]
    assert services.progress.of("7") == {"stage": "layers", "done": 2, "total": 2}
    assert services.progress.of("8") == {}
    for stage in ("load", "queue", "layers", "download"):
        assert all(f"strip.stage_{stage}" in texts(language) for language in LANGUAGES)


def test_a_download_is_reported_in_bytes(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    load = vit_core.load
    seen = []

    def slow(name: Any, *, progress: Any, **options: Any) -> Any:
        progress(30, 100)
        seen.append(services.progress.of("d"))
        return load(name)

    monkeypatch.setattr(vit_core, "load", slow)
    services.photos.model("tiny", request="d")
    assert seen == [{"stage": "download", "done": 30, "total": 100}]


def test_who_waits_is_told_so(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    inside, go_on = threading.Event(), threading.Event()
    trace_image = vit_core.trace_image

    def held(*args: Any, **kwargs: Any) -> Any:
        inside.set()
        assert go_on.wait(20)
        return trace_image(*args, **kwargs)

    monkeypatch.setattr(vit_core, "trace_image", held)
    photo_queries = [PhotoQuery(services.photos.add_photo(as_file(picture(seed))), "tiny", 32) for seed in (1, 2)]
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(services.photos.trace, photo_queries[0], request="first")
        assert inside.wait(20)
        second = pool.submit(services.photos.trace, photo_queries[1], request="second")
        deadline = time.monotonic() + 20
        while services.progress.of("second") != {"stage": "queue", "done": 0, "total": 0}:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        go_on.set()
        assert first.result(20) is not second.result(20)


def test_progress_remembers_the_latest_requests_only() -> None:
    progress = Progress(capacity=3)
    for number in "abcd":
        progress.report(number, "load")
    progress.report("b", "layers", 1, 2)
    progress.report("e", "load")
    progress.report("", "load")
    assert [number for number in ("a", "b", "c", "d", "e", "") if progress.of(number)] == ["b", "d", "e"]


# ---- what loading may complain about


def facts(template: str) -> dict[str, object]:
    """A value for everything a sentence of the loader names."""
    names = {name for _, name, _, _ in string.Formatter().parse(template) if name}
    special = {"count": 3, "found": [1, 2], "folder": Path("/secret/folder")}
    return {name: special.get(name, f"the {name}") for name in names}


@pytest.mark.parametrize("code", list(ERRORS))
def test_every_complaint_of_the_loader_is_a_sentence_in_every_language(
    code: str, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = facts(ERRORS[code])
    with monkeypatch.context() as patch:

        def complain(*args: Any, **kwargs: Any) -> None:
            raise CheckpointError(code, **{**given, "name": "/secret/folder/tiny"})

        patch.setattr(vit_core, "load", complain)
        error = problem(lambda: services.photos.model("tiny"))
        assert error.code == f"checkpoint_{code}"
        assert all(isinstance(value, str | int | float) for value in error.params.values())
        for language in LANGUAGES:
            told = sentence(language, error)
            assert "tiny" in told and "/secret" not in told
            named = set(given) - {"name", "known", "folder"}
            assert all(str(given[name]) in told for name in named), told
        assert "/secret" not in str(error.params)
    assert services.photos.model("tiny").name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_note_on_a_checkpoint_has_a_sentence(language: str) -> None:
    """It waits for nothing to be filled in that the note does not bring."""
    for code, template in NOTES.items():
        wants, brings = (
            {field for _, field, _, _ in string.Formatter().parse(text) if field}
            for text in (texts(language)[f"note.{code}"], template)
        )
        assert wants <= brings, code


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_of_the_loader_is_said_in_every_language(language: str) -> None:
    """A sentence that is filled with a phrase is filled with one of its own language."""
    assert {f"reason.{code}" for code in REASONS} == {key for key in texts(language) if key.startswith("reason.")}
    for code, template in REASONS.items():
        given = facts(template)
        error = VisitorError("checkpoint_unreadable", name="tiny", kind="JSON", reason=Reason(code, **given))
        told = sentence(language, error)
        assert all(str(value) in told for value in given.values()) and "{" not in told, code
        assert language == "en" or " " not in template or str(error.params["reason"]) not in told, code


def test_what_the_loader_fills_a_sentence_with_is_a_name_or_a_reason() -> None:
    """Words of ours within a fact would stand in English in every language's sentence."""
    formats, seen = {"JSON", "NumPy", "PyTorch", "SentencePiece", "safetensors"}, 0
    for path in sorted(Path(checkpoints.__file__).parent.glob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") in ("CheckpointError", "Note"):
                for fact in (fact.value for fact in call.keywords if fact.arg in ("what", "reason", "kind")):
                    seen += 1
                    is_text = isinstance(fact, ast.JoinedStr | ast.Constant)
                    assert not is_text or getattr(fact, "value", "") in formats, f"{path.name}, line {call.lineno}"
    assert seen > 40


def test_a_folder_that_may_not_be_read_is_a_sentence_too(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:

        def refuse(*args: Any, **kwargs: Any) -> None:
            raise PermissionError(13, "Permission denied", "/secret/folder/config.json")

        patch.setattr(vit_core, "load", refuse)
        error = problem(lambda: services.photos.model("tiny"))
    assert error.code == "checkpoint_unreadable"
    assert error.params["reason"] == "PermissionError(13, 'Permission denied')"
    assert services.photos.model("tiny")


def test_only_the_first_line_of_a_reason_is_told_and_no_path(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    for reason, told in [
        (OSError(28, "No space left on device", "/secret/cache"), "No space left on device"),
        (TimeoutError("timed out\nat line 7 of something"), "timed out"),
    ]:

        def complain(*args: Any, reason: Any = reason, **kwargs: Any) -> None:
            raise CheckpointError("download_failed", name="tiny", reason=reason_of(reason))

        monkeypatch.setattr(vit_core, "load", complain)
        assert problem(lambda: services.photos.model("tiny")).params["reason"] == told


def test_a_loader_that_breaks_leaves_the_services_usable(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    everybody = threading.Barrier(3, timeout=20)

    def ask(_: int) -> str:
        everybody.wait()
        return str(problem(lambda: services.photos.model("tiny")).params["reason"])

    def broken(*args: Any, **kwargs: Any) -> None:
        time.sleep(0.05)
        raise RuntimeError("a fault of ours")

    with monkeypatch.context() as patch:
        patch.setattr(vit_core, "load", broken)
        with ThreadPoolExecutor(3) as pool:
            assert list(pool.map(ask, range(3))) == ["RuntimeError('a fault of ours')"] * 3
    assert services.photos.trace(PhotoQuery(FIRST.photo, "tiny", 32)).logits is not None


def test_a_model_is_loaded_once_however_many_ask(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    load, loads = vit_core.load, []

    def counted(*args: Any, **kwargs: Any) -> Any:
        loads.append(args)
        time.sleep(0.05)
        return load(*args, **kwargs)

    monkeypatch.setattr(vit_core, "load", counted)
    with ThreadPoolExecutor(6) as pool:
        models = list(pool.map(services.photos.model, ["tiny"] * 6))
    assert len(loads) == 1
    assert all(model is models[0] for model in models)


# ---- budgets


def test_the_budgets_hold_what_they_should(bundled: Services) -> None:
    """The default model, a screenful of photos and the traces of a class at work stay in memory."""
    model = bundled.photos.model(DEFAULT_MODEL)
    largest = PhotoQuery(FIRST.photo, DEFAULT_MODEL, bundled.photos.sizes(model)[-1])
    tokens = (largest.size // 14) ** 2 + 1
    at_native = bundled.photos.trace(FIRST).nbytes
    assert 30 * at_native <= USUAL.traces
    assert 10 * at_native * tokens / 257 <= USUAL.traces
    assert USUAL.image_models >= 1_250_000_000  # ViT-L/16 in float32
    assert USUAL.photos >= 20 * 4 * 1024 * 1024 * 3
    # The gallery stays, whatever visitors upload: its photos have a store of their own.
    for item in bundled.photos.gallery:
        bundled.photos.photo(f"example:{item.file}")
    assert bundled.photos.store.examples.nbytes <= USUAL.examples
    assert len(bundled.photos.store.examples) == len(bundled.photos.gallery)
