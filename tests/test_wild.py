"""A handful of the forms of python -m tests.wild, slips that it must catch, its table, and the examples beside that."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.wild.catalogue import FORMS
from tests.wild.forms import ALLOWED, Case, judged
from tests.wild.table import BEGIN, DOCUMENT, END, verdicts, with_table
from vit_core.checkpoints import image_processors, loading, state_dicts

pytestmark = pytest.mark.parity

BY_NAME = {form.name: form for form in FORMS}
TINY, BARE, MEAN = "WinKawaks/vit-tiny-patch16-224", "file: deit_tiny_patch16_224-….pth", "file: model beside model_ema"
ADAPTER = "no model: a LoRA adapter"
# One of each kind, small ones: transformers, timm, a bare file, arrays, another family, what is no model.
QUICK = [
    TINY, "timm/test_vit.r160_in1k", BARE, "big_vision: a checkpoint without CLS (pool_type=gap)",
    "openai/clip-vit-base-patch32, its vision tower", ADAPTER, "no model: a clone without git lfs",
    "file: main_dino.py's checkpoint.pth", "two vocabularies, pytorch_model.bin",
]  # fmt: skip


@pytest.mark.parametrize("name", QUICK)
def test_a_form_becomes_what_it_must(name: str, tmp_path: Path) -> None:
    row = judged(BY_NAME[name], tmp_path / "checkpoint")
    assert row.verdict == ("refused" if BY_NAME[name].refused else "same"), row.said
    assert row.difference is None or row.difference <= ALLOWED


# ---- slips


def queries_for_keys(patch: pytest.MonkeyPatch) -> None:
    """Queries and keys of one layer change places."""
    right = loading.from_dialect

    def slip(*args: Any, **kwargs: Any) -> Any:
        state, report = right(*args, **kwargs)
        q, k = "blocks.5.attn.q.weight", "blocks.5.attn.k.weight"
        return {**state, q: state[k], k: state[q]}, report

    patch.setattr(loading, "from_dialect", slip)


def other_corners(patch: pytest.MonkeyPatch) -> None:
    """Positions are resized as torchvision does it."""
    right = loading.describe

    def slip(*args: Any, **kwargs: Any) -> Any:
        said = right(*args, **kwargs)
        return replace(said, config=replace(said.config, position_resample="bicubic_corners"))

    patch.setattr(loading, "describe", slip)


def other_filter(patch: pytest.MonkeyPatch) -> None:
    """Pictures are resized by another filter than the file says."""
    patch.setitem(image_processors.PIL_FILTERS, 2, "bicubic")


def last_step(patch: pytest.MonkeyPatch) -> None:
    """Of a file with the mean of the weights, the weights of the last step are read, as they were."""
    patch.setattr(state_dicts, "WRAPPERS", ("model", "state_dict"))


SLIPS: list[tuple[Callable[[pytest.MonkeyPatch], None], str, str]] = [
    (queries_for_keys, TINY, "layer 6"),
    (other_corners, TINY, "144x208"),
    (other_filter, TINY, "pixels"),
    (last_step, MEAN, "logits"),
]


@pytest.mark.parametrize(("slip", "name", "where"), SLIPS)
def test_a_slip_is_caught(slip: Any, name: str, where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slip(monkeypatch)
    row = judged(BY_NAME[name], tmp_path / "checkpoint")
    assert row.verdict == "FAULT" and row.said.startswith("SILENTLY WRONG") and where in row.said, row


def test_words_that_do_not_name_it_are_a_fault(tmp_path: Path) -> None:
    row = judged(replace(BY_NAME[ADAPTER], refused=("a word that is not said",)), tmp_path / "one")
    assert row.verdict == "FAULT" and "refused: " in row.said
    row = judged(replace(BY_NAME[TINY], refused=("anything",)), tmp_path / "two")
    assert (row.verdict, row.said) == ("FAULT", "it loads, and should be refused")
    row = judged(replace(BY_NAME[TINY], told=("mean_read",)), tmp_path / "three")
    assert (row.verdict, row.said) == ("FAULT", "does not tell mean_read")


# ---- the document


def test_the_table_has_every_form_and_its_verdict() -> None:
    """Written by the command; whoever adds a form or renames one runs it again."""
    assert len(FORMS) >= 120 and len(BY_NAME) == len(FORMS)
    found = verdicts(DOCUMENT.read_text(encoding="utf-8"))
    assert found == {form.name: "refused" if form.refused else "same" for form in FORMS}


def test_a_table_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    row = judged(BY_NAME[ADAPTER], tmp_path / "checkpoint")
    document = f"# A\n\n{BEGIN}\nold\n{END}\nB\n"
    once = with_table(document, [row])
    assert verdicts(once) == {ADAPTER: "refused"}
    assert with_table(once, [row]) == once
    assert once.startswith("# A\n") and once.endswith("B\n") and "old" not in once


def test_the_examples_do_what_they_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def there(name: str, place: str) -> None:
        case: Case = BY_NAME[name].write(tmp_path / "written")
        shutil.move(case.path, tmp_path / place)
        shutil.rmtree(tmp_path / "written", ignore_errors=True)

    there(TINY, "my-vit")
    there(BARE, "deit_tiny_patch16_224-a1311bcf.pth")
    shutil.copy(DOCUMENT.parents[1] / "assets" / "images" / "cc0_cat_tabby.jpg", tmp_path / "cat.jpg")
    monkeypatch.chdir(tmp_path)
    folder, file = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    made: dict[str, Any] = {}
    exec(folder, made)
    assert made["pattern"].shape == (3, 197, 197) and made["notes"] == ["no_labels"]
    exec(file, made)
    assert made["model"].spec.config.n_heads == 3 and made["shape"] == made["model"].spec.config
    assert made["same"].preprocess != made["model"].preprocess
