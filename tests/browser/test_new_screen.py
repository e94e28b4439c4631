"""Adding a screen and its view, done literally: one row in demo/page/screens.py and files of their own, in a copy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.server import app_process

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import { booted } from '../core/boot.js';
import { h } from '../core/dom.js';
import { bindText } from '../core/text.js';
import { fetchView } from '../core/wire.js';

export async function mount(root) {
  await booted;
  root.append(bindText(h('p.proof'), 'proof.words'));
  for (const threshold of [1, 2]) {
    const { facts } = await fetchView('sentence/view/proof', { threshold });
    root.append(h('output', {}, String(facts.above)));
  }
}
"""
VIEW = """
from demo.sentence.query import TranslationQuery
from demo.sentence.registry import sentence_view
from demo.sentence.service import SentenceService
from demo.views.payload import encode

@sentence_view("proof")
def proof(sentences: SentenceService, ask: TranslationQuery, *, threshold: int) -> bytes:
    return encode({}, {"above": 10 * threshold})
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory):
    """A copy of the program with one screen more, served by a process of its own."""
    copy = tmp_path_factory.mktemp("program")
    for name in ("demo", "assets"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("checkpoints", "__pycache__"))
    shutil.copytree(ROOT / "vit_core", copy / "vit_core", ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "assets" / "checkpoints").symlink_to(ROOT / "assets" / "checkpoints")
    shutil.copyfile(ROOT / "app.py", copy / "app.py")

    table = copy / "demo" / "page" / "screens.py"
    row = '    Screen("models"),\n'
    assert row in table.read_text(encoding="utf-8")
    table.write_text(table.read_text(encoding="utf-8").replace(row, row + '    Screen("proof"),\n'), encoding="utf-8")
    (copy / "assets" / "js" / "screens" / "proof.js").write_text(SCRIPT, encoding="utf-8")
    (copy / "assets" / "css" / "proof.css").write_text("#screen-proof { .proof { padding: 7px; } }", encoding="utf-8")
    (copy / "demo" / "sentence" / "endpoints" / "proof.py").write_text(VIEW, encoding="utf-8")
    for language, words in {"en": "One row.", "ko": "한 줄."}.items():
        text = f"## proof.title\nProof\n\n## proof.words\n{words}\n"
        (copy / "demo" / "text" / language / "proof.md").write_text(text, encoding="utf-8")

    with app_process(copy, copy / "app.log") as url:
        yield url


def test_a_new_screen_is_painted_and_found_on_the_rail(browser, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}?screen=proof&lang=ko")
    expect(page.locator("#screen-proof .proof")).to_have_text("한 줄.")
    expect(page.locator("#screen-proof .proof")).to_have_css("padding-left", "7px")
    expect(page.locator(".station[aria-current]")).to_have_text("Proof")
    expect(page.locator("#screen-proof output")).to_have_text(["10", "20"])
    expect(page.locator("#screen-attention")).to_be_hidden()
    page.click(".station[data-to=attention]")
    expect(page.locator("#screen-proof")).to_be_hidden()
    page.close()
