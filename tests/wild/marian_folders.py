"""Translators as opus-mt publishes them and as others save them again, read by transformers from the same files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import torch
import transformers
from torch import Tensor

from tests.support import marian
from tests.wild.forms import Case, Form
from tests.wild.weights import drawn
from vit_core.checkpoints import LoadedTranslator
from vit_core.masks import padding
from vit_core.tap import RecordTap

BASE = {"d_model": 512, "encoder_attention_heads": 8, "decoder_attention_heads": 8, "encoder_ffn_dim": 2048,
        "decoder_ffn_dim": 2048, "encoder_layers": 2, "decoder_layers": 2, "max_position_embeddings": 512}  # fmt: skip
BIG = {**BASE, "d_model": 1024, "encoder_attention_heads": 16, "decoder_attention_heads": 16, "encoder_ffn_dim": 4096,
       "decoder_ffn_dim": 4096, "max_position_embeddings": 1024, "activation_function": "relu"}  # fmt: skip
# Of opus-mt-de-en; of opus-mt-tc-big-en-ko, whose table is as large as its languages' together.
BASE_VOCABULARY, BIG_VOCABULARY = 58_101, 32_001
TEXTS = ("Der Hund schläft unter dem Tisch.", "Wo ist der Bahnhof?", "Ja.")


def written(
    folder: Path, *, shape: dict[str, Any], vocabulary: int, kept: str, separate: bool = False, half: bool = False
) -> Case:
    """A folder of a translator.

    Args:
        kept: "bin", every tensor as often as a model names it, as in 2020; "safetensors"; or either in "... parts".
    """
    folder.mkdir()
    pieces = len(marian.write_text_files(folder, separate=separate))
    few = 2000 if separate else vocabulary  # two tables, which a test writes, are small
    extra = [f"▁x{i}" for i in range(0 if separate else few - pieces)]
    source = len(marian.write_text_files(folder, separate=separate, extra=extra))
    changes = dict(shape)
    if separate:
        target = len(json.loads((folder / "target_vocab.json").read_text(encoding="utf-8")))
        changes |= {"decoder_vocab_size": target, "share_encoder_decoder_embeddings": False}
    module = marian.tiny_marian(source, **changes)
    chance = torch.Generator().manual_seed(3)
    for name, x in module.named_parameters():
        if "embed_positions" not in name:
            x.data.copy_(drawn(name, x.shape, chance))
    module = module.half() if half else module
    form, _, parts = kept.partition(" ")
    if form == "safetensors":
        module.save_pretrained(folder, max_shard_size="40MB" if parts else "4GB")
    else:
        module.config.save_pretrained(folder)
        _save_pickled(folder, module.state_dict(), parts=bool(parts))
    return Case(folder, compare=partial(compared, folder))


def _save_pickled(folder: Path, state: dict[str, Tensor], *, parts: bool) -> None:
    if not parts:
        torch.save(state, folder / "pytorch_model.bin")
        return
    names = list(state)
    halves = [names[: len(names) // 2], names[len(names) // 2 :]]
    files = [f"pytorch_model-0000{i}-of-00002.bin" for i in (1, 2)]
    for file, part in zip(files, halves, strict=True):
        torch.save({name: state[name].clone() for name in part}, folder / file)
    index = {name: file for file, part in zip(files, halves, strict=True) for name in part}
    said = {"metadata": {}, "weight_map": index}
    (folder / "pytorch_model.bin.index.json").write_text(json.dumps(said), encoding="utf-8")


def compared(folder: Path, loaded: LoadedTranslator) -> Iterator[tuple[str, Tensor, Tensor]]:
    """Numbers of pieces, scores and the patterns of all three attentions: ours and transformers'."""
    tokenizer = transformers.MarianTokenizer.from_pretrained(folder)
    rows = [loaded.tokenizer.encode(text) for text in TEXTS]
    for text, ours in zip(TEXTS, rows, strict=True):
        yield "ids", torch.tensor(ours).float(), torch.tensor(tokenizer(text).input_ids).float()
    module = transformers.MarianMTModel.from_pretrained(folder, dtype=torch.float32).eval()
    lengths = torch.tensor([len(row) for row in rows])
    source = torch.nn.utils.rnn.pad_sequence(
        [torch.tensor(row) for row in rows], batch_first=True, padding_value=module.config.pad_token_id
    )
    start = module.config.decoder_start_token_id
    target = torch.tensor([[start, *loaded.tokenizer.encode_target("The dog sleeps.")]] * len(TEXTS))
    expected = marian.watched(module, marian.Batch(source, target, lengths), torch.float32)
    record = RecordTap(lambda name: name in expected)
    with torch.no_grad():
        loaded.model(
            source,
            target,
            source_mask=padding(lengths, source.shape[1]),
            mask=loaded.model.target_mask(target.shape[1]),
            tap=record,
        )
    for name, theirs in expected.items():
        kind = "patterns" if name.endswith("pattern") else "scores" if name == "logits" else "stream"
        yield f"{kind}, {name}", record.tensors[name], theirs


def forms() -> Iterator[Form]:
    """The forms in which translators are published."""
    two = (2, 6)

    def form(name: str, where: str, **said: Any) -> Form:
        given = {"shape": BASE, "vocabulary": BASE_VOCABULARY, **said}
        return Form(name, where, partial(written, **given), layers=two)

    yield form("Helsinki-NLP/opus-mt-de-en, pytorch_model.bin", "hub, since 2020", kept="bin")
    yield form("Helsinki-NLP/opus-mt-de-en, saved again", "transformers' save_pretrained", kept="safetensors")
    yield form("opus-mt-de-en in parts", "save_pretrained(max_shard_size)", kept="safetensors parts")
    yield form("opus-mt-de-en in parts of .bin", "save_pretrained before 4.35", kept="bin parts")
    yield form("Helsinki-NLP/opus-mt-tc-big-en-ko, float16", "hub, since 2022", kept="bin", half=True,
               shape=BIG, vocabulary=BIG_VOCABULARY)  # fmt: skip
    yield form("a translator with two vocabularies", "transformers' convert_marian_to_pytorch.py",
               kept="safetensors", separate=True)  # fmt: skip
    yield form("two vocabularies, pytorch_model.bin", "transformers' convert_marian_to_pytorch.py", kept="bin",
               separate=True)  # fmt: skip
