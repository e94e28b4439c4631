"""Errors of checkpoints that cannot be used, and notes on checkpoints that loaded: codes with English sentences.

The page translates by code and fills in the same params.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

ERRORS = {
    "unknown_name": "{name!r} is no known checkpoint, no file or folder here, and no hub id of the form "
    "owner/repository. Known checkpoints: {known}.",
    "not_found": "{name} has no {what}.",
    "needs_like": "{name} is a bare file of tensors, which does not say how many heads the model has. "
    "Name a checkpoint of the same shape with like=..., one of: {known}.",
    "like_needs_file": "like=... describes a bare file of tensors; {name} describes itself.",
    "unsupported_architecture": "{name} is a {architecture} model with {what}, which the models here lack. "
    "Load a plain one of the families ViT, DeiT, DINO, DINOv2, MAE and MSN, or a Marian translator.",
    "reads_text": "{name} is a {architecture} model, which reads text and neither looks at pictures nor translates. "
    "Load a Vision Transformer or a Marian translator.",
    "writes_text": "{name} is a {architecture} model, a decoder alone that goes on with a text. "
    "Load a Vision Transformer or a Marian translator.",
    "hears": "{name} is a {architecture} model, which listens to sound. "
    "Load a Vision Transformer or a Marian translator.",
    "finds_places": "{name} is a {architecture} model, which finds things or their outlines in a picture. "
    "Load a model that names a whole picture: its backbone alone, if that is a ViT or DINOv2.",
    "other_translator": "{name} is a {architecture} model, which writes one text for another but is none of Marian's. "
    "Load an opus-mt model (Helsinki-NLP) of the same languages.",
    "paints_pictures": "{name} is a pipeline of several models that paints pictures ({file}). "
    "Load a Vision Transformer, which looks at them.",
    "unsupported_preprocess": "{name} asks for {what}, which is not supported here.",
    "unsupported_setting": "{name} says {setting}, which changes its results and cannot be followed here.",
    "unknown_dialect": "The tensor names of {name} belong to none of the families known here ({known}), "
    "for example {tensor}.",
    "missing_tensor": "{name} lacks {count} tensor(s) that a model of this shape needs, for example {tensor}.",
    "unexpected_tensor": "{name} holds {count} tensor(s) that have no place in a model of this shape, "
    "for example {tensor}.",
    "wrong_shape": "{tensor} in {name} has the shape {found}; a model of this shape needs {expected}.",
    "wrong_dtype": "{tensor} in {name} holds {found} numbers; only floating-point weights can be loaded.",
    "not_finite": "{tensor} in {name} holds values that are not numbers (NaN) or are infinite, "
    "so every result would be wrong. Take an earlier checkpoint of the run, or fetch the file again.",
    "not_tied": "{tensor} in {name} should be a copy of {other}, with which the model shares it, but differs.",
    "wrong_positions": "{tensor} in {name} does not hold the sines and cosines that this model computes, "
    "so it was trained with other positions.",
    "vocabulary_mismatch": "The vocabulary {file} of {name} has {found} tokens; its weights are for {expected}.",
    "vocabulary_gap": "The vocabulary {file} of {name} gives no token the number {id}; every number below {expected} "
    "needs exactly one.",
    "vocabulary_special": "{name} says that {token} is token {said}, but its vocabulary {file} has it as {found}.",
    "vocabulary_foreign": "The vocabulary {file} of {name} knows only {known} % of the pieces that {spm} cuts text "
    "into: they do not belong together.",
    "wrong_sha256": "{name} is not the file it should be: its SHA-256 begins with {found}, expected {expected}. "
    "It is damaged or was replaced; fetch it again.",
    "unsafe_pickle": "{name} holds more than tensors, and reading it could run code that came with the file. "
    "It was not read. Save it as .safetensors, or as a plain state dict.",
    "lfs_pointer": "{name} is a Git LFS pointer: a line of text that git keeps in the place of the weights. "
    "Run `git lfs pull` in its folder.",
    "torchscript": "{name} is a TorchScript archive: a program together with its weights, which is not opened here. "
    "Save the state dict of its model as .safetensors.",
    "numpy_archive": "{name} is an archive of NumPy arrays (.npz), and not one of Google's Vision Transformers. "
    "Convert it with timm or transformers and save it as .safetensors.",
    "other_framework": "{name} has weights for {framework} only ({file}). "
    "Convert them to PyTorch and save them as model.safetensors.",
    "adapter": "{name} is a LoRA or PEFT adapter: what a fine-tuning changed, without the model it changed ({base}). "
    "Merge the two (merge_and_unload) and save the result.",
    "trainer_parent": "{name} is the folder of a training run and no checkpoint itself. "
    "Load one of those that lie in it: {folders}.",
    "data_set": "{name} is a data set ({file}) and no checkpoint.",
    "tokenizer_only": "{name} has the files of a tokenizer ({file}) and no model. "
    "Put the model's config.json and weights beside them.",
    "no_checkpoint": "{name} holds nothing that is known here as a checkpoint: {files}. "
    "One has a config.json and model.safetensors or pytorch_model.bin.",
    "vocabulary_added": "{name} adds {count} token(s), for example {token}, to its vocabulary, "
    "which is not read here. Take the checkpoint from before they were added.",
    "unreadable": "{name} cannot be read as a {kind} file: {reason}.",
    "download_failed": "{name} could not be downloaded: {reason}",
    "no_network": "{name} is not on this computer and the server it comes from cannot be reached. "
    "Connect to the network, or load a file or folder.",
}

NOTES = {
    "default_preprocess": "The checkpoint does not say how pictures are to be prepared: "
    "it is done as {family} models usually want it.",
    "no_class_head": "This checkpoint has no class head: it describes pictures but names no class.",
    "registers": "This model has {n} registers: learned tokens beside CLS that stand for no part of the picture.",
    "registers_placed": "Its registers have positions, too: they are a part of the registers here, "
    "also where positions are switched off.",
    "distilled": "This model has a distillation token beside CLS: it learned from another model's answers.",
    "layer_scale": "This model scales what each layer adds to the tokens by learned factors (LayerScale).",
    "gated": "The MLP of this model has a gate: each of its hidden numbers is a product of two, one of them bent "
    "(SwiGLU where that is by SiLU).",
    "each_class": "This model says of each class by itself whether it is there (sigmoid): "
    "its probabilities are no shares of one whole.",
    "numbers": "This model answers with numbers ({n}), as a regression does, and names no class.",
    "fixed_positions": "The positions of this model were not learned: they are sines and cosines of row and column.",
    "decoder_left_out": "The decoder of its training, which paints hidden patches, is left out: "
    "only the encoder is read.",
    "mean_read": "The last norm of this file stands behind a mean (fc_norm): "
    "the mean of the patches is taken for what its head reads, and not CLS.",
    "gate_seen": "The MLP of this file has a gate, and nothing says how it is bent: "
    "by SiLU (SwiGLU), as in DINOv2's giant and in the pathology models built like it.",
    "labels_assumed": "The class names are ImageNet-1k's, assumed because there are 1000 classes.",
    "beside": "The file holds the network in several states: {read} is the one that is read, and not {others}.",
    "unfollowed": "The checkpoint also says {settings}, which is not followed here: "
    "its results may differ from those of its authors.",
    "adapter_beside": "An adapter ({file}) lies beside the weights of this checkpoint: "
    "its changes of them are not followed here.",
    "rounded": "The numbers of this file are stored as {stored} and computed with as float32: "
    "a pass in {stored}, as its library may run it, differs by rounding.",
    "positions_computed": "The file keeps its positions rounded to {positions}, not quite as they are rounded here: "
    "scores may differ in the fourth digit from those with the stored ones.",
    "searched": "Its authors let it write with a beam of width {num_beams} and a length penalty of "
    "{length_penalty}: here that is chosen with each sentence.",
    "no_labels": "This checkpoint brings no class names: classes are shown by number.",
    "device_absent": "There is no {device} device on this computer, or torch cannot use it: passes run on the CPU.",
    "device_full": "This model does not fit into the memory of the {device} device: its passes run on the CPU.",
}


class CheckpointError(ValueError):
    """A checkpoint that cannot be used, with a sentence that tells a person what to do.

    Attributes:
        code: the stable key of the sentence in `ERRORS`.
        params: the facts that the sentence names.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(ERRORS[code].format(**params))
        self.code = code
        self.params = params


@dataclass(frozen=True)
class Note:
    """Something a user should know about a checkpoint that loaded.

    Attributes:
        code: the stable key of the sentence in `NOTES`.
        params: the facts that the sentence names.
    """

    code: str
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        return NOTES[self.code].format(**self.params)
