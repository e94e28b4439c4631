"""Text to ids and back: the vocabulary numbers the pieces, special tokens leave no trace, nothing is cut off."""

from __future__ import annotations

from pathlib import Path

import pytest

import vit_core
from tests.support import marian
from vit_core import LoadedTranslator
from vit_core.text import MarianTokenizer, SpecialTokens


@pytest.fixture(scope="module")
def shipped() -> MarianTokenizer:
    loaded = vit_core.load("marian-s-de-en")
    assert isinstance(loaded, LoadedTranslator)
    return loaded.tokenizer


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    for name, sentences, size in (("source", marian.GERMAN, 70), ("target", marian.ENGLISH, 60)):
        (tmp_path / f"{name}.spm").write_bytes(marian.sentencepiece_model(sentences, size))
    return tmp_path / "source.spm", tmp_path / "target.spm"


def test_a_sentence_goes_there_and_back(shipped: MarianTokenizer) -> None:
    for text in ("Der Hund schläft unter dem Tisch.", "Wo ist der Bahnhof?", "Ja."):
        ids = shipped.encode(text)
        assert ids[-1] == shipped.end and shipped.end not in ids[:-1]
        assert shipped.unknown not in ids
        assert shipped.decode(ids) == text
        assert "".join(shipped.token(i) for i in ids) == "▁" + text.replace(" ", "▁") + "</s>"


def test_ids_are_those_of_the_vocabulary_and_not_of_sentencepiece(files: tuple[Path, Path]) -> None:
    vocab = marian.numbered(*(file.read_bytes() for file in files))
    turned = {piece: len(vocab) - 1 - i for piece, i in vocab.items()}
    one, other = MarianTokenizer(*files, vocab), MarianTokenizer(*files, turned)
    for text in marian.GERMAN:
        assert other.encode(text) == [len(vocab) - 1 - i for i in one.encode(text)]
        assert other.decode(other.encode(text)) == one.decode(one.encode(text)) == text


def test_each_side_has_its_own_pieces(files: tuple[Path, Path]) -> None:
    source, target = (marian.numbered(file.read_bytes()) for file in files)
    tokenizer = MarianTokenizer(*files, source, target)
    assert (tokenizer.source_vocab, tokenizer.target_vocab) == (len(source), len(target))
    assert len(source) != len(target)
    ids = tokenizer.encode("Der Hund")
    assert "".join(tokenizer.token(i, source=True) for i in ids) == "▁Der▁Hund</s>"
    assert tokenizer.decode(tokenizer.encode_target("The dog sleeps.")) == "The dog sleeps."
    assert tokenizer.encode_target("The dog") != tokenizer.encode("The dog")


def test_what_the_vocabulary_lacks_is_unknown(shipped: MarianTokenizer) -> None:
    ids = shipped.encode("Hund 강아지")
    assert ids.count(shipped.unknown) == 1
    assert shipped.decode(ids) == "Hund"
    pieces = shipped.pieces("Hund 강아지")
    assert len(pieces) == len(ids) and "강아지" in pieces and pieces[-1] == "</s>"


def test_half_a_surrogate_pair_is_an_unknown_character(shipped: MarianTokenizer) -> None:
    assert shipped.encode("Hund \ud83d.") == shipped.encode("Hund \ufffd.")
    assert shipped.encode("\ud83d\ude00") == shipped.encode("😀")


def test_special_tokens_leave_no_trace(shipped: MarianTokenizer) -> None:
    ids = shipped.encode_target("A dog.")
    assert shipped.decode([shipped.pad, *ids, shipped.unknown, shipped.end, shipped.pad]) == "A dog."
    assert shipped.decode([]) == shipped.decode([shipped.end]) == ""
    assert shipped.encode("") == shipped.encode("  \n") == [shipped.end]


def test_a_long_text_is_never_cut(shipped: MarianTokenizer) -> None:
    ids = shipped.encode("Der Hund schläft. " * 400)
    assert len(ids) == 400 * (len(shipped.encode("Der Hund schläft.")) - 1) + 1


def test_an_id_that_is_none_is_refused(shipped: MarianTokenizer) -> None:
    for wrong in (-1, 8000):
        with pytest.raises(IndexError, match="no token of 8000"):
            shipped.token(wrong)


def test_a_vocabulary_that_cannot_be_one_is_refused(files: tuple[Path, Path]) -> None:
    vocab = marian.numbered(*(file.read_bytes() for file in files))
    with pytest.raises(ValueError, match="lacks <pad>"):
        MarianTokenizer(*files, {piece: i for piece, i in vocab.items() if piece != "<pad>"})
    with pytest.raises(ValueError, match="same id"):
        MarianTokenizer(*files, {**vocab, "twice": 3})
    with pytest.raises(ValueError, match="lacks <unk>"):
        MarianTokenizer(*files, vocab, {"</s>": 0, "<pad>": 1})
    with pytest.raises(OSError, match=r"vocab\.spm is no SentencePiece model"):
        MarianTokenizer(files[0].with_name("vocab.spm"), files[1], vocab)


def test_special_tokens_may_be_spelled_otherwise(files: tuple[Path, Path]) -> None:
    vocab = marian.numbered(*(file.read_bytes() for file in files))
    spelled = {"</s>": "[end]", "<unk>": "[?]", "<pad>": "[ ]"}
    tokenizer = MarianTokenizer(
        *files,
        {spelled.get(piece, piece): i for piece, i in vocab.items()},
        special=SpecialTokens("[end]", "[?]", "[ ]"),
    )
    assert tokenizer.encode("Der Hund") == MarianTokenizer(*files, vocab).encode("Der Hund")
    assert (tokenizer.token(tokenizer.end), tokenizer.token(tokenizer.pad)) == ("[end]", "[ ]")


def test_coverage_is_the_share_of_pieces_that_have_a_number(files: tuple[Path, Path]) -> None:
    vocab = marian.numbered(*(file.read_bytes() for file in files))
    whole = MarianTokenizer(*files, vocab)
    pieces = len(whole._source_spm)
    assert whole.coverage(source=True) == (pieces - 1) / pieces  # <s>, which is never written
    half = {piece: i for piece, i in vocab.items() if i % 2 or piece.startswith("<")}
    assert 0.3 < MarianTokenizer(*files, {**half, "</s>": 0}).coverage(source=True) < 0.7
