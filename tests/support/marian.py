"""Tiny Marian models of transformers, written to disk as opus-mt folders are, and the numbers they compute.

All dimensions differ (48 numbers per token; encoder 2 layers, 3 heads, 96 hidden units; decoder 3 layers, 4 heads, 80;
7 source and 5 target tokens), so that no transpose can hide.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import sentencepiece
import torch
import transformers
from torch import Tensor, nn

from tests.support.perturb import perturb
from vit_core.interventions import Edits
from vit_core.masks import padding
from vit_core.seq2seq import EncoderDecoder
from vit_core.tap import EditTap, RecordTap

GERMAN = (
    "Der Hund schläft unter dem Tisch.", "Die Katze sieht den Vogel auf dem Dach.", "Wir trinken heute keinen Kaffee.",
    "Wo ist der Bahnhof?", "Das Wetter war gestern schöner als heute.", "Ich habe mein Buch im Zug vergessen.",
)  # fmt: skip
ENGLISH = (
    "The dog sleeps under the table.", "The cat sees the bird on the roof.", "We drink no coffee today.",
    "Where is the railway station?", "The weather was nicer yesterday than today.", "I forgot my book on the train.",
)  # fmt: skip
LENGTHS = (7, 4, 2)
TARGET_LENGTH = 5


# ---- text


@cache
def sentencepiece_model(sentences: tuple[str, ...], pieces: int) -> bytes:
    """A tiny SentencePiece model as the file holds it."""
    written: list[bytes] = []

    class File:
        def write(self, data: bytes) -> None:
            written.append(data)

    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(sentences * 20), model_writer=File(), vocab_size=pieces, hard_vocab_limit=False,
        num_threads=1, minloglevel=2,
    )  # fmt: skip
    return b"".join(written)


def pieces_of(model: bytes) -> list[str]:
    spm = sentencepiece.SentencePieceProcessor(model_proto=model)
    # <s> is never written; of the model's own <unk> and </s>, opus-mt's vocabularies have theirs in front.
    return [piece for piece in map(spm.id_to_piece, range(len(spm))) if piece not in ("<unk>", "<s>", "</s>")]


def numbered(*models: bytes, extra: Sequence[str] = ()) -> dict[str, int]:
    """A vocabulary as opus-mt numbers one: end first, then unknown, the pieces in an order of their own, padding."""
    pieces = sorted({piece for model in models for piece in pieces_of(model)}) + list(extra)
    return {piece: i for i, piece in enumerate(("</s>", "<unk>", *pieces, "<pad>"))}


def write_text_files(folder: Path, *, separate: bool = False, extra: Sequence[str] = ()) -> dict[str, int]:
    """source.spm, target.spm and the vocabulary (or two); returns the source's."""
    source, target = sentencepiece_model(GERMAN, 70), sentencepiece_model(ENGLISH, 60)
    (folder / "source.spm").write_bytes(source)
    (folder / "target.spm").write_bytes(target)
    vocab = numbered(source, extra=extra) if separate else numbered(source, target, extra=extra)
    (folder / "vocab.json").write_text(json.dumps(vocab), encoding="utf-8")
    if separate:
        # Both tables pad and end with the same ids, as one config.json has one id for each.
        theirs = numbered(target)
        missing = len(vocab) - len(theirs)
        theirs = {piece: i for piece, i in theirs.items() if piece != "<pad>"}
        theirs |= {f"<extra{i}>": len(theirs) + i for i in range(missing)}
        theirs["<pad>"] = vocab["<pad>"]
        theirs["<last>"] = len(theirs)
        (folder / "target_vocab.json").write_text(json.dumps(theirs), encoding="utf-8")
    said = {"source_lang": "de", "target_lang": "en", "separate_vocabs": separate}
    (folder / "tokenizer_config.json").write_text(json.dumps(said), encoding="utf-8")
    return vocab


# ---- models


def tiny_marian(vocab: int, **changes: Any) -> transformers.MarianMTModel:
    """Every parameter perturbed, the bias of the logits too; the positions stay the sines and cosines they are."""
    config = transformers.MarianConfig(
        **{
            "vocab_size": vocab, "decoder_vocab_size": vocab, "d_model": 48, "max_position_embeddings": 40,
            "encoder_layers": 2, "encoder_attention_heads": 3, "encoder_ffn_dim": 96,
            "decoder_layers": 3, "decoder_attention_heads": 4, "decoder_ffn_dim": 80,
            "activation_function": "swish", "scale_embedding": True, "dropout": 0.1,
            "eos_token_id": 0, "pad_token_id": vocab - 1, "decoder_start_token_id": vocab - 1,
            "forced_eos_token_id": 0, **changes,
        }
    )  # fmt: skip
    module = perturb(transformers.MarianMTModel(config))
    module.final_logits_bias.copy_(torch.randn(module.final_logits_bias.shape))
    for stack in (module.model.encoder, module.model.decoder):
        stack.embed_positions.weight.copy_(stack.embed_positions.create_weight())
    return module


def write_folder(folder: Path, *, separate: bool = False, **changes: Any) -> transformers.MarianMTModel:
    """A folder as transformers saves it, and the model in it."""
    folder.mkdir(parents=True, exist_ok=True)
    size = len(write_text_files(folder, separate=separate))
    if separate:
        target = len(json.loads((folder / "target_vocab.json").read_text(encoding="utf-8")))
        changes |= {"decoder_vocab_size": target, "share_encoder_decoder_embeddings": False}
    module = tiny_marian(size, **changes)
    module.save_pretrained(folder)
    return module


# ---- what is compared


@dataclass(frozen=True)
class Batch:
    """Sentences of different lengths, padded: [B, S] and [B, T] of ids, [B] lengths of the source."""

    source: Tensor
    target: Tensor
    lengths: Tensor


def batch_for(config: Any) -> Batch:
    generator = torch.Generator().manual_seed(2)
    lengths = torch.tensor(LENGTHS)
    source = torch.randint(2, config.pad_token_id, (len(LENGTHS), max(LENGTHS)), generator=generator)
    source[torch.arange(max(LENGTHS)) >= lengths[:, None]] = config.pad_token_id
    target = torch.randint(2, config.pad_token_id, (len(LENGTHS), TARGET_LENGTH), generator=generator)
    target[:, 0] = config.decoder_start_token_id
    return Batch(source, target, lengths)


def watched(module: nn.Module, batch: Batch, dtype: torch.dtype) -> dict[str, Tensor]:
    """transformers' numbers under our trace names: every block's output, every head's pattern, the scores."""
    module = deepcopy(module).to(dtype)
    given = {
        "input_ids": batch.source,
        "decoder_input_ids": batch.target,
        "attention_mask": (torch.arange(batch.source.shape[1]) < batch.lengths[:, None]).long(),
        "output_hidden_states": True,
        "use_cache": False,
    }
    # Eager attention may round its softmax to float32; sdpa keeps float64 and cannot show patterns.
    module.set_attn_implementation("sdpa")
    result = module(**given)
    module.set_attn_implementation("eager")
    patterns = module(**given, output_attentions=True)
    return {
        "logits": result.logits,
        **{f"encoder.blocks.{i}.resid_post": x for i, x in enumerate(result.encoder_hidden_states[1:])},
        **{f"decoder.blocks.{i}.resid_post": x for i, x in enumerate(result.decoder_hidden_states[1:])},
        **{f"encoder.blocks.{i}.attn.pattern": x for i, x in enumerate(patterns.encoder_attentions)},
        **{f"decoder.blocks.{i}.attn.pattern": x for i, x in enumerate(patterns.decoder_attentions)},
        **{f"decoder.blocks.{i}.cross.pattern": x for i, x in enumerate(patterns.cross_attentions)},
    }


def divergence(
    expected: dict[str, Tensor], model: EncoderDecoder, batch: Batch, edits: Edits | None = None
) -> dict[str, float]:
    """Largest difference of each quantity, in the order in which our model computes them.

    Blocks' outputs and scores have no scale of their own: their difference is a share of their largest value.
    """
    record = RecordTap(lambda name: name in expected, then=EditTap(edits or {}))
    source_mask = padding(batch.lengths, batch.source.shape[1])
    mask = model.target_mask(batch.target.shape[1])
    with torch.no_grad():
        model(batch.source, batch.target, source_mask=source_mask, mask=mask, tap=record)
    assert record.tensors.keys() == expected.keys()
    found = {}
    for name, ours in record.tensors.items():
        assert ours.shape == expected[name].shape, name
        unit = 1.0 if name.endswith("pattern") else max(1.0, expected[name].abs().max().item())
        found[name] = (ours - expected[name]).abs().max().item() / unit
    return found
