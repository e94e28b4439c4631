"""Our tokenizer gives the ids and the text that transformers' MarianTokenizer gives, whatever the text contains."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from transformers import MarianTokenizer as Reference

from tests.support import marian
from vit_core.checkpoints.labels import ASSETS
from vit_core.checkpoints.marian_tokenizer import read_tokenizer, tokenizer_words
from vit_core.text import SPACED, MarianTokenizer

pytestmark = [pytest.mark.parity, pytest.mark.filterwarnings("ignore:Recommended. pip install sacremoses")]

BUNDLED = ASSETS / "checkpoints" / "marian-s-de-en"
ODD = (
    "", " ", "   ", "\n", "\t\t", ".", "?!", "…", "—", "-", "Ja", "ß", "Ä", "ä", "İstanbul",
    "  vorn und hinten  ", "zwei  Leerzeichen", "Zeile\neins\r\nzwei", "Tab\tdazwischen", "geschützt\u00a0fest",
    "„Anführung“ – Gedankenstrich … »Guillemets« ‚einfach‘ “anders” 'gerade' \"gerade\"", "5,50 € · 3 × 4 = 12 ½ ¾ ²",
    "😀", "Ich 😀 dich 👨‍👩‍👧‍👦 sehr 🇩🇪", "👍🏽👍", "안녕하세요", "나는 Hund 좋아", "日本語とドイツ語", "Привет, мир",
    "مرحبا Welt עולם",
    "\u202eumgekehrt\u202c", "Z\u0308ahlen A\u030a", "null\x00 glocke\x07 escape\x1b",
    "breite\u200blos \ufeff \u00ad weich",
    "<b>fett</b> &amp; <script>alert(1)</script>", "${name} {0} %s `x` \\n", "</s>", "<unk>", "<pad>", "<s>", "<S>",
    "a</s>b", "a </s> b", " </s> ", "Was <pad> ist <unk>das?", "</s></s>", "<pad>hallo", "hallo<pad>", "< /s>", "</s",
    ">>fra<<", ">>fra<< Guten Tag", ">>deu<<Guten Tag", "Guten >>fra<< Tag", ">>", ">>x", "<<", ">>a<<b<<c", ">> <<",
    ">>zei\nle<< x", "</s>>>fra<< Tag", "▁", "▁Hund", "Hund▁Katze ▁ x", "ＡＢＣ１２３", "．．．ﬁ", "ﷺ", "ǅ",
    "Donaudampfschifffahrtsgesellschaftskapitän", "x" * 300, "ha" * 200, "1234567890" * 5, "https://example.org/?a=b&c=d#e",
    "max.mustermann@example.com", "CamelCase snake_case kebab-case", "GROSSBUCHSTABEN UND kleine", "\U0010ffff \ue000",
)  # fmt: skip
WORDS = """
Hund Katze schläft nicht unter dem großen Tisch heute Morgen Straße Übung Äpfel öffnen Bücher Tom Maria Berlin 3,14 2024
Uhr , . ! ? : ; ( ) - „ “ 😀 강아지 <i> </s> & é ñ ł 你好 \u200b
"""
BITS = WORDS.split()


def sentences() -> list[str]:
    """More than 300 texts: the odd ones by hand, and others drawn from words and oddities."""
    draw = random.Random(0)
    drawn = [" ".join(draw.choices(BITS, k=draw.randint(1, 14))) for _ in range(150)]
    glued = ["".join(draw.choices(BITS, k=draw.randint(2, 6))) for _ in range(100)]
    return [*marian.GERMAN, *ODD, *drawn, *glued]


def folder_of(kind: str, tmp_path: Path) -> Path:
    if kind == "shipped":
        return BUNDLED
    extra = (">>fra<<", ">>deu<<") if kind == "languages" else ()
    marian.write_text_files(tmp_path, separate=kind == "two vocabularies", extra=extra)
    if kind == "tidy":
        file = tmp_path / "tokenizer_config.json"
        file.write_text(json.dumps({**json.loads(file.read_text()), "clean_up_tokenization_spaces": True}))
    return tmp_path


def ours(folder: Path) -> MarianTokenizer:
    return read_tokenizer(folder, tokenizer_words(folder, "here"), "here")


@pytest.mark.parametrize("kind", ["shipped", "two SentencePiece models", "two vocabularies", "languages", "tidy"])
def test_ids_pieces_and_text_are_those_of_transformers(kind: str, tmp_path: Path) -> None:
    folder = folder_of(kind, tmp_path)
    tokenizer, reference = ours(folder), Reference.from_pretrained(folder)
    # Moses' rules for punctuation are a method of their own, which encoding does not call.
    reference.punc_normalizer = lambda text: pytest.fail(f"{text} was normalised")
    texts = sentences()
    assert len(set(texts)) >= 300
    for text in texts:
        ids = reference(text).input_ids
        assert tokenizer.encode(text) == ids, text
        target = reference(text_target=text).input_ids
        assert tokenizer.encode_target(text) == target, text
        assert tokenizer.decode(target) == reference.decode(target, skip_special_tokens=True), text
        assert [tokenizer.token(i) for i in target] == reference.convert_ids_to_tokens(target), text
    seen = {i for text in texts for i in tokenizer.encode(text)}
    assert {tokenizer.end, tokenizer.pad, tokenizer.source_ids["<unk>"]} < seen
    if extra := {">>fra<<", ">>deu<<"} & set(tokenizer.source_ids):
        assert {tokenizer.source_ids[code] for code in extra} < seen


def test_a_tidy_text_is_tidied_as_transformers_does_it(tmp_path: Path) -> None:
    tokenizer = ours(folder_of("tidy", tmp_path))
    reference = Reference.from_pretrained(tmp_path)
    text = "It is n't , he 's , we 've , they 're , I 'm , the ' it ' of : this . Or not ? Yes ! "
    tidied = text
    for spaced in SPACED:
        tidied = tidied.replace(spaced, spaced.strip())
    assert tidied == reference.clean_up_tokenization(text) != text
    ids = tokenizer.encode_target("The dog . Is ? it .")
    assert tokenizer.decode(ids) == reference.decode(ids, skip_special_tokens=True) == "The dog. Is? it."


def test_the_check_sees_a_slip(tmp_path: Path) -> None:
    """Pieces numbered by SentencePiece, a forgotten end, ignored special tokens: each differs on these texts."""
    tokenizer, reference = ours(folder_of("two SentencePiece models", tmp_path)), Reference.from_pretrained(tmp_path)
    by_spm = [tokenizer._source_spm.encode(text) for text in sentences()]
    expected = [reference(text).input_ids for text in sentences()]
    assert sum(a == b[:-1] for a, b in zip(by_spm, expected, strict=True)) < 10
    without = [reference(text, split_special_tokens=True).input_ids for text in sentences()]
    assert without != expected
    as_target = [reference(text_target=text).input_ids for text in sentences()]
    assert as_target != expected
