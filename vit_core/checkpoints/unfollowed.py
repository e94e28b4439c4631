"""Settings in a checkpoint's files that may change its results and that nothing here follows: told, never dropped."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from vit_core.checkpoints.errors import Note

# What a setting is where it changes nothing, if that is not None, false, 0 or nothing at all (transformers' defaults).
NEUTRAL = {"repetition_penalty": 1.0, "encoder_repetition_penalty": 1.0, "num_beam_groups": 1, "guidance_scale": 1.0}
# What of transformers' generation settings changes a translation and is not followed.
GENERATION = (
    *("max_new_tokens", "min_length", "min_new_tokens", "max_time", "stop_strings", "early_stopping", "do_sample"),
    *("repetition_penalty", "encoder_repetition_penalty", "no_repeat_ngram_size", "encoder_no_repeat_ngram_size"),
    *("suppress_tokens", "begin_suppress_tokens", "forced_bos_token_id", "exponential_decay_length_penalty"),
    *("sequence_bias", "num_beam_groups", "diversity_penalty", "constraints", "force_words_ids", "penalty_alpha"),
    *("guidance_scale", "watermarking_config", "dola_layers", "token_healing", "remove_invalid_values"),
)
# What a generation_config.json may say besides, without any change of what is written: the memory of a pass, what is
# given back of it, how another model may help it along, and drawing by lot, which only do_sample turns on.
WITHOUT_EFFECT = frozenset({
    "_from_model_config", "transformers_version", "use_cache", "cache_implementation", "cache_config",
    "max_cache_len", "low_memory", "num_return_sequences", "output_attentions", "output_hidden_states",
    "output_scores", "output_logits", "return_dict_in_generate", "use_mtp", "is_assistant", "num_assistant_tokens",
    "num_assistant_tokens_schedule", "assistant_confidence_threshold", "prompt_lookup_num_tokens",
    "max_matching_ngram_size", "assistant_early_exit", "assistant_lookbehind", "target_lookbehind",
    "assistant_ensemble_weight", "speculation_type", "compile_config", "disable_compile",
    "continuous_batching_config", "prefill_chunk_size", "temperature", "top_k", "top_p", "min_p", "top_h",
    "typical_p", "epsilon_cutoff", "eta_cutoff", "bos_token_id"
})  # fmt: skip
SHOWN, MOST = 60, 6


def notes_on(said: Mapping[str, Any], *, known: Collection[str]) -> tuple[Note, ...]:
    """A note that names every setting which is neither known nor without effect.

    Args:
        said: what a file of settings says.
        known: settings that are followed, or that change nothing.
    """
    left = [f"{key} = {value}"[:SHOWN] for key, value in said.items() if key not in known and not _neutral(key, value)]
    shown = [*left[:MOST], "…"] if len(left) > MOST else left
    return (Note("unfollowed", {"settings": ", ".join(shown)}),) if left else ()


def _neutral(key: str, value: Any) -> bool:
    if key.endswith("_token_id"):  # 0 is a token
        return value is None
    return not value or (key in NEUTRAL and value == NEUTRAL[key])
