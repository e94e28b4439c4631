"""The facts of a translation that every screen has before it fetches any bytes: tokens, shapes, names."""

from __future__ import annotations

from typing import Any

from demo.views.published_quality import figures
from vit_core import LoadedTranslator, Translation


def describe(translation: Translation, model: LoadedTranslator, text: str) -> dict[str, Any]:
    """The facts of a translation that the page needs to lay out its figures.

    Args:
        text: what was translated.
    """
    config = model.model.config
    unknown = [i for i, token in enumerate(translation.source_ids) if token == config.unknown]
    pieces = model.tokenizer.pieces(text)
    return {
        "source": list(translation.source_tokens),
        "source_ids": list(translation.source_ids),
        # The decoder's input: the start token, then all target tokens but the last.
        "start": model.tokenizer.token(config.start),
        "start_id": config.start,
        "target": list(translation.tokens),
        "target_ids": list(translation.ids),
        "written": translation.text,
        "unknown": unknown,
        # The typed text of unknown tokens, by place; invisible text keeps the token's name.
        "surfaces": {str(i): pieces[i] for i in unknown if pieces[i].isprintable()},
        "reads": model.spec.source,
        "layers": {"encoder": config.encoder.n_layers, "decoder": config.decoder.n_layers},
        "heads": {"encoder": config.encoder.n_heads, "decoder": config.decoder.n_heads},
        "d_model": config.d_model,
        "d_mlp": {"encoder": config.encoder.d_mlp, "decoder": config.decoder.d_mlp},
        "vocabulary": config.target_vocab,
        "norm": config.norm,
        "act": config.act,
        "scaled": config.scale_embedding,
        "sinusoids": config.sinusoids,
        "causal": config.causal,
        "positions": config.max_positions,
        "score": translation.score,
        "stopped_by": translation.stopped_by,
        "seconds": translation.trace.seconds,
        "figures": figures(model.spec),
        # Shown wherever the translation is shown.
        "notes": [note.code for note in model.remarks] + ([] if config.causal else ["without_mask"]),
        "noted": {key: value for note in model.remarks for key, value in note.params.items()},
    }
