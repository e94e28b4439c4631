"""Every setting that the files of a checkpoint may hold: followed here, harmless, refused by name, or told.

The keys are those of transformers' own classes (tests/core/test_checkpoints_settings.py: one that a new version adds is
in no table and ends a test) and those that older versions wrote.
"""

from __future__ import annotations

from vit_core.checkpoints.unfollowed import Table

# ---- generation_config.json

GENERATION = Table(
    followed=frozenset({
        "max_length", "max_new_tokens", "min_length", "min_new_tokens", "num_beams", "length_penalty", "early_stopping",
        "bad_words_ids", "renormalize_logits", "forced_bos_token_id", "forced_eos_token_id", "no_repeat_ngram_size",
        "encoder_no_repeat_ngram_size", "repetition_penalty", "encoder_repetition_penalty", "suppress_tokens",
        "begin_suppress_tokens", "exponential_decay_length_penalty", "eos_token_id", "decoder_start_token_id",
    }),
    # The memory of a pass, what is given back of it, how another model may help it along, drawing by lot, which only
    # do_sample turns on, and repairs of numbers that no finite weights give.
    harmless=frozenset({
        "_from_model_config", "transformers_version", "use_cache", "cache_implementation", "cache_config",
        "max_cache_len", "low_memory", "num_return_sequences", "output_attentions", "output_hidden_states",
        "output_scores", "output_logits", "return_dict_in_generate", "use_mtp", "is_assistant", "num_assistant_tokens",
        "num_assistant_tokens_schedule", "assistant_confidence_threshold", "prompt_lookup_num_tokens",
        "max_matching_ngram_size", "assistant_early_exit", "assistant_lookbehind", "target_lookbehind",
        "assistant_ensemble_weight", "speculation_type", "compile_config", "disable_compile",
        "continuous_batching_config", "prefill_chunk_size", "temperature", "top_k", "top_p", "min_p", "top_h",
        "typical_p", "epsilon_cutoff", "eta_cutoff", "bos_token_id", "pad_token_id", "remove_invalid_values",
    }),
    refused=frozenset({
        "stop_strings", "sequence_bias", "num_beam_groups", "diversity_penalty", "constraints", "force_words_ids",
        "penalty_alpha", "guidance_scale", "watermarking_config", "dola_layers", "token_healing",
    }),
    told=frozenset({"do_sample", "max_time"}),
)  # fmt: skip
