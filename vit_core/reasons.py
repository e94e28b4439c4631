"""Reasons why a file cannot be used: a code with facts and an English phrase, which a page translates by the code."""

from __future__ import annotations

import errno
import json
from collections.abc import Iterable

# By code, the phrase that an error's sentence is filled with.
REASONS = {
    # Parts of an architecture that the models here lack.
    "rotary": "positions that turn its queries and keys (rotary)",
    "rotary_gated": "positions that turn its queries and keys (rotary), and a gated MLP",
    "attention_pooling": "attention pooling in front of its head, or no CLS token",
    "early_norm": "a norm before its first layer",
    "inner_norms": "norms within its attention and its MLP",
    "score_positions": "positions that are added to its scores",
    "gated_without_cls": "a gated MLP and no CLS token",
    "without_cls": "no CLS token",
    "convolutions_first": "convolutions before its attention",
    "convolutions_alone": "convolutions in place of attention",
    "convolutions": "convolutions before its attention, or in place of it",
    "windows": "attention within windows",
    "own_structure": "a structure of its own",
    "not_square": "{height}x{width} pixels",
    "activation": "the activation {act}",
    "channels": "{count} colour channels",
    "unknown_head": "a head of a kind that is not known here (problem_type = {said})",
    "one_score": "a head of one score, of which nothing says what it is (problem_type)",
    "pooling": "{kind} pooling",
    "own_arguments": "its own {names}",
    "mean_beside_distillation": "average pooling beside a distillation token",
    "learned_positions": "learned positions",
    "embedding_norm": "a normalisation of its embeddings",
    "second_norm": "a second normalisation after its last block",
    "own_logits": "logits from a table of their own",
    # Ways of preparing a picture.
    "crop_mode": "the crop mode {mode}",
    "pixel_offset": "pixels with an offset (rescale_offset)",
    "unscaled": "pixels that are not scaled to 0..1",
    "unresized": "pictures that are not resized",
    "no_shortest_edge": "a size that is no shortest edge, of which its image processor makes nothing",
    # What is not there.
    "one_of": "{names} (any one of them)",
    "config_and_one_of": "config.json beside {names} (any one of them)",
    "public_repository": "public repository on the hub",
    "vocabulary_named": "vocabulary {vocabulary}",
    "unnamed": "unnamed",
    # Kinds of files that have no name of their own.
    "kind_config": "config",
    "kind_vocabulary": "vocabulary",
    "kind_checkpoint": "checkpoint",
    # What is wrong with a file.
    "words": "{words}",
    "denied": "Permission denied",
    "absent": "it is not there",
    "a_folder": "it is a folder",
    "cut_off": "it is not as long as it says",
    "empty": "it is empty",
    "begins_otherwise": "it does not begin like one",
    "no_object": "it is not an object",
    "no_json": "it is no JSON from line {line}, column {column} on",
    "no_utf8": "it is no UTF-8",
    "path_no_utf8": "the path to it is no UTF-8",
    "nested": "it is nested without end",
    "no_number": "{text} is {number}: no number of JSON (NaN and infinity are none)",
    "no_file": "it is no ordinary file",
    "long_description": "it has {megabytes} MB, more than any description of a model",
    "missing": "{key} is missing",
    "no_weight_map": "it has no weight_map",
    "part_elsewhere": "{file} is no {ending} file of this folder",
    "no_tensors": "it is not a table of named tensors",
    "pickled": "objects are pickled",
    "id_no_number": "an id is no number",
    "lacks_tokens": "the vocabulary lacks {tokens}",
    "same_id": "two pieces of the vocabulary have the same id",
    "no_spm": "{file} is no SentencePiece model",
    "broke_off": "it broke off after {done} of {whole} bytes",
    # What a model or a treatment of pictures cannot be.
    "none_of": "{field} {found!r} is none of {choices}",
    "not_whole": "{field} takes a whole number, not {found!r}",
    "not_size": "{field} takes a number from 0, not {found!r}",
    "too_small": "{field} must be at least {least}, not {found}",
    "too_large": "{field} must be at most {most}, not {found}",
    "not_positive": "{field} must be above 0, not {found}",
    "negative_counts": "n_classes and n_registers cannot be negative",
    "uneven_heads": "d_model {d_model} cannot be shared out over {heads} heads",
    "uneven_patches": "image_size {image_size} is not a multiple of patch_size {patch_size}",
    "distilled_alone": "distilled_head needs a distillation token and classes",
    "distilled_mean": "distilled_head reads a token, and none is normalised where the mean is",
    "empty_part": "{stack} has an empty part",
    "odd_width": "d_model {d_model} is odd: sine and cosine come in pairs",
    "one_table": "one table cannot hold {source} source and {target} target tokens",
    "no_token": "{field} {found} is no token of {count}",
    "flat_channel": "a standard deviation of pixels has to be above 0",
    "small_resize": "a {crop}-pixel square cannot be cropped from {resize} pixels",
    "early_stopping": "early_stopping is true, false or 'never', not {found!r}",
}


class Reason(str):
    """An English phrase that knows its code and what it names, so that a page can say it in another language.

    Attributes:
        code: its key in `REASONS`.
        params: the facts in it.
    """

    __slots__ = ("code", "params")
    code: str
    params: dict[str, object]

    def __new__(cls, code: str, **params: object) -> Reason:
        reason = super().__new__(cls, REASONS[code].format(**params))
        reason.code, reason.params = code, params
        return reason

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, object]]:
        return (self.code,), self.params


def none_of(field: str, found: object, choices: Iterable[str]) -> Reason:
    """The reason for a field that is none of the values it can have."""
    return Reason("none_of", field=field, found=found, choices=", ".join(choices))


def reason_of(error: Exception) -> Reason:
    """Why something failed: our own reason, one for Python's usual errors, or the first line of a library's message,
    without paths of this machine.
    """
    own = next((said for said in error.args if isinstance(said, Reason)), None)
    if own is not None:
        return own
    if isinstance(error, KeyError) and error.args:
        return Reason("missing", key=error.args[0])
    if isinstance(error, json.JSONDecodeError):
        return Reason("no_json", line=error.lineno, column=error.colno)
    if isinstance(error, UnicodeDecodeError):
        return Reason("no_utf8")
    if isinstance(error, OSError) and error.errno in (errno.EACCES, errno.EPERM):
        return Reason("denied")
    if isinstance(error, FileNotFoundError):
        return Reason("absent")
    if isinstance(error, IsADirectoryError):
        return Reason("a_folder")
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return Reason("words", words=said.splitlines()[0] if said else type(error).__name__)
