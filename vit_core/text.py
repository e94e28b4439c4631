"""Convert text to tokens and back as Marian models do: SentencePiece cuts the text, vocab.json numbers the pieces.

Kudo and Richardson, "SentencePiece" (arXiv 1808.06226). Checked against transformers' MarianTokenizer by tests/parity.
Punctuation is not normalised beyond what the SentencePiece model itself does: MarianTokenizer offers Moses' rules as a
method of its own (`normalize`, with sacremoses installed), but does not apply it when it encodes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import sentencepiece

from vit_core.arguments import described, require_several
from vit_core.picklable import Picklable
from vit_core.reasons import Reason

SPACE = "▁"
# The replacements of transformers' `clean_up_tokenization`, in that order.
SPACED = (" .", " ?", " !", " ,", " ' ", " n't", " 'm", " 's", " 've", " 're")
# The token in front of a source text that names the target language of a multilingual model: ">>fra<< Guten Tag".
LANGUAGE_CODE = re.compile(r">>.*?<<", re.DOTALL)


class SpecialTokens(NamedTuple):
    """The pieces of the special tokens; where a text contains one of them, it is read as that token."""

    end: str = "</s>"
    unknown: str = "<unk>"
    pad: str = "<pad>"


DEFAULT_SPECIAL = SpecialTokens()


class MarianTokenizer(Picklable):
    """The two SentencePiece models of a translator, and the vocabulary that gives their pieces the ids of the weights.

    Attributes:
        special: the pieces of the special tokens.
        source_ids, target_ids: id by piece; the same table for models that share one.
    """

    def __init__(
        self,
        source_spm: str | Path,
        target_spm: str | Path,
        vocab: Mapping[str, int],
        target_vocab: Mapping[str, int] | None = None,
        *,
        special: SpecialTokens = DEFAULT_SPECIAL,
        tidy: bool = False,
    ) -> None:
        """
        Args:
            source_spm, target_spm: files of the SentencePiece models.
            vocab: id by piece.
            target_vocab: the target's, where it has a table of its own.
            tidy: a text is written without the spaces before signs and short forms (transformers'
                clean_up_tokenization_spaces).

        Raises:
            ValueError: a special token is in no vocabulary, or two pieces have one id.
            OSError: a file is not there or is no SentencePiece model.
        """
        self.special = special
        self._tidy = tidy
        self.source_ids = MappingProxyType(dict(vocab))
        self.target_ids = self.source_ids if target_vocab is None else MappingProxyType(dict(target_vocab))
        for ids in (self.source_ids, self.target_ids):
            lost = [token for token in special if token not in ids]
            if lost:
                raise ValueError(Reason("lacks_tokens", tokens=", ".join(lost)))
        self._source_pieces = _by_id(self.source_ids)
        self._target_pieces = _by_id(self.target_ids)
        self._source_spm = _read(source_spm)
        self._target_spm = _read(target_spm)
        self._split = re.compile("(" + "|".join(map(re.escape, special)) + ")")

    @property
    def source_vocab(self) -> int:
        """Number of tokens of the source vocabulary."""
        return len(self.source_ids)

    @property
    def target_vocab(self) -> int:
        """Number of tokens of the target vocabulary."""
        return len(self.target_ids)

    @property
    def end(self) -> int:
        """Id of the token that ends a sentence."""
        return self.target_ids[self.special.end]

    @property
    def unknown(self) -> int:
        """Id of the token that stands for whatever the vocabulary lacks."""
        return self.target_ids[self.special.unknown]

    @property
    def pad(self) -> int:
        """Id of the token that fills up the shorter sentences of a batch."""
        return self.target_ids[self.special.pad]

    def encode(self, text: str) -> list[int]:
        """The ids of a source text, the end token behind them; never truncated.

        Raises:
            TypeError: it is given anything else, a list of texts for one.
        """
        return self._ids(text, self._source_spm, self.source_ids)

    def encode_target(self, text: str) -> list[int]:
        """The ids of a text of the target language, the end token behind them.

        Raises:
            TypeError: it is given anything else, a list of texts for one.
        """
        return self._ids(text, self._target_spm, self.target_ids)

    def decode(self, ids: Iterable[int]) -> str:
        """The text of target ids; special tokens are left out.

        Raises:
            TypeError: it is given anything else, a text for one.
            IndexError: no token has one of the ids.
        """
        pieces = [self.token(i) for i in require_several("decode", "ids", ids, "ids of tokens")]
        text: str = self._target_spm.decode_pieces([piece for piece in pieces if piece not in self.special])
        text = text.replace(SPACE, " ").strip()
        for spaced in SPACED if self._tidy else ():
            text = text.replace(spaced, spaced.strip())
        return text

    def token(self, id: int, *, source: bool = False) -> str:
        """The piece behind an id, a leading "▁" where a word begins.

        Raises:
            IndexError: no token has this id.
        """
        pieces = self._source_pieces if source else self._target_pieces
        if id not in pieces:
            raise IndexError(f"{id} is no token of {len(pieces)}")
        return pieces[id]

    def coverage(self, *, source: bool) -> float:
        """Share of a SentencePiece model's pieces that are in its vocabulary, 0..1."""
        spm, ids = (self._source_spm, self.source_ids) if source else (self._target_spm, self.target_ids)
        return sum(spm.id_to_piece(i) in ids for i in range(len(spm))) / len(spm)

    def pieces(self, text: str) -> list[str]:
        """The pieces into which `encode` cuts a source text, and the end token; pieces that the vocabulary lacks are as
        written.
        """
        return [*self._cut(text, self._source_spm), self.special.end]

    def _ids(self, text: str, spm: sentencepiece.SentencePieceProcessor, ids: Mapping[str, int]) -> list[int]:
        if not isinstance(text, str):
            raise TypeError(f"encode takes one text (str), not {described(text)}")
        unknown = ids[self.special.unknown]
        return [ids.get(piece, unknown) for piece in self._cut(text, spm)] + [ids[self.special.end]]

    def _cut(self, text: str, spm: sentencepiece.SentencePieceProcessor) -> list[str]:
        pieces: list[str] = []
        # A lone surrogate, which a browser can send, becomes U+FFFD, the replacement character.
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        for part in self._split.split(text):
            if part in self.special:
                pieces.append(part)
            elif part:
                code = LANGUAGE_CODE.match(part)
                rest = part[code.end() :] if code else part
                pieces += [code.group()] if code else []
                pieces += spm.encode(rest, out_type=str)
        return pieces


def _by_id(ids: Mapping[str, int]) -> Mapping[int, str]:
    pieces = {i: piece for piece, i in ids.items()}
    if len(pieces) < len(ids):
        raise ValueError(Reason("same_id"))
    return MappingProxyType(pieces)


def _read(path: str | Path) -> sentencepiece.SentencePieceProcessor:
    try:
        return sentencepiece.SentencePieceProcessor(model_file=str(path))
    except RuntimeError as error:  # whatever is wrong with the file
        raise OSError(Reason("no_spm", file=Path(path).name)) from error
