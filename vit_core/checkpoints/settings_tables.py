"""Every setting that the files of a checkpoint may hold: followed here, harmless, refused by name, or reported.

The keys are those of transformers' own classes (tests/core/test_checkpoints_settings.py: a setting that a new version
adds is in no table and fails a test) and those that older versions wrote.
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
    # Caches, what is returned, assisted decoding, sampling (which only do_sample turns on), and repairs of NaN, which
    # finite weights do not give.
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
    reported=frozenset({"do_sample", "max_time"}),
)  # fmt: skip

# ---- config.json of transformers

# Settings of every configuration of transformers: its origin, how a pass is run and what is returned, training, and the
# stored number format (which has a note of its own: loading.py).
_OF_ALL = GENERATION.keys | {
    "model_type", "architectures", "transformers_version", "_name_or_path", "name_or_path", "auto_map", "_commit_hash",
    "dtype", "torch_dtype", "use_bfloat16", "torchscript", "return_dict", "output_hidden_states", "output_attentions",
    "attn_implementation", "_attn_implementation", "_attn_implementation_internal", "_attn_implementation_autoset",
    "experts_implementation", "chunk_size_feed_forward", "gradient_checkpointing", "is_encoder_decoder", "label2id",
    "tf_legacy_loss", "finetuning_task", "tokenizer_class", "sep_token_id", "_num_labels", "initializer_range",
    "tie_encoder_decoder", "is_decoder", "add_cross_attention", "cross_attention_hidden_size",
}  # fmt: skip
# Quantised weights, or fewer than the shape says.
_REFUSED = frozenset({"quantization_config", "pruned_heads"})

# ViT, DeiT, DINOv2, MAE and MSN.
IMAGE_CONFIG = Table(
    followed=frozenset({
        "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "mlp_ratio", "hidden_act",
        "layer_norm_eps", "image_size", "patch_size", "num_channels", "qkv_bias", "num_register_tokens",
        "use_swiglu_ffn", "id2label", "num_labels", "problem_type",
    }),
    # Dropout and initialisation, masked-image training, ViTModel's pooler (which no class score depends on), and what a
    # backbone returns.
    harmless=_OF_ALL | {
        "hidden_dropout_prob", "attention_probs_dropout_prob", "drop_path_rate", "layerscale_value", "use_mask_token",
        "encoder_stride", "mask_ratio", "norm_pix_loss", "decoder_hidden_size", "decoder_intermediate_size",
        "decoder_num_attention_heads", "decoder_num_hidden_layers", "pooler_act", "pooler_output_size",
        "out_features", "out_indices", "_out_features", "_out_indices", "stage_names", "apply_layernorm",
        "reshape_hidden_states", "tie_word_embeddings",
    },
    refused=_REFUSED,
)  # fmt: skip

MARIAN_CONFIG = Table(
    followed=frozenset({
        "d_model", "encoder_layers", "encoder_attention_heads", "encoder_ffn_dim", "decoder_layers",
        "decoder_attention_heads", "decoder_ffn_dim", "vocab_size", "decoder_vocab_size", "activation_function",
        "share_encoder_decoder_embeddings", "scale_embedding", "max_position_embeddings", "pad_token_id",
        "eos_token_id", "decoder_start_token_id", "dropout", "normalize_before", "normalize_embedding",
        "add_final_layer_norm", "static_position_embeddings", "tie_word_embeddings", "decoder_causal",
        # Aliases of encoder_layers, encoder_attention_heads and d_model: a contradiction is reported.
        "num_hidden_layers", "num_attention_heads", "hidden_size",
    }),
    # Dropout and initialisation, a class head, and where older code put the positions in its table.
    harmless=(_OF_ALL | {
        "attention_dropout", "activation_dropout", "encoder_layerdrop", "decoder_layerdrop", "init_std",
        "classif_dropout", "classifier_dropout", "extra_pos_embeddings", "id2label", "num_labels", "problem_type",
    }) - {"is_decoder", "eos_token_id", "decoder_start_token_id", "pad_token_id"},
    refused=_REFUSED,
    # A decoder alone, without a source sentence.
    reported=frozenset({"is_decoder"}),
)  # fmt: skip
# Aliases in Marian's config.json, and what they stand for (transformers' attribute_map).
MARIAN_ALIASES = {
    "num_hidden_layers": "encoder_layers", "num_attention_heads": "encoder_attention_heads", "hidden_size": "d_model"
}  # fmt: skip

# ---- config.json of timm

TIMM_CONFIG = Table(
    followed=frozenset({
        "architecture", "num_classes", "global_pool", "model_args", "pretrained_cfg", "label_names", "model_type",
        "architectures", "problem_type",
    }),
    # The width of the head, which the shape gives; and the other settings of transformers' wrapper.
    harmless=(_OF_ALL | {"num_features", "head_hidden_size", "label_descriptions", "do_pooling", "id2label"})
    - {"model_type", "architectures"},
    refused=_REFUSED,
)  # fmt: skip
TIMM_PRETRAINED = Table(
    followed=frozenset({
        "crop_mode", "crop_pct", "interpolation", "mean", "std", "input_size", "num_classes", "label_names",
    }),
    # Where the weights come from and how they may be used, sizes for other tests, and names of layers.
    harmless=frozenset({
        "label_descriptions", "tag", "architecture", "url", "file", "state_dict", "hf_hub_id", "hf_hub_filename",
        "source", "custom_load", "first_conv", "classifier", "fixed_input_size", "min_input_size", "max_input_size",
        "pool_size", "test_pool_size", "test_input_size", "test_crop_pct", "license", "description", "origin_url",
        "paper_ids", "paper_name", "notes", "dataset",
    }),
    # The first row that was taken from a larger head.
    reported=frozenset({"label_offset"}),
)  # fmt: skip

# ---- preprocessor_config.json

PROCESSOR = Table(
    followed=frozenset({
        "size", "do_resize", "resample", "do_center_crop", "crop_size", "do_rescale", "rescale_factor", "do_normalize",
        "image_mean", "image_std", "image_processor_type", "feature_extractor_type", "default_to_square",
    }),
    # Colours are always made RGB; labels are those of segmentation.
    harmless=frozenset({
        "processor_class", "auto_map", "do_convert_rgb", "return_tensors", "data_format", "input_data_format",
        "device", "disable_grouping", "_valid_processor_keys", "image_seq_length", "do_reduce_labels",
    }),
    # crop_pct is followed if the named class reads it; rescale_offset is refused by name.
    reported=frozenset({"do_pad", "pad_size", "crop_pct"}),
)  # fmt: skip

# ---- tokenizer_config.json, with special_tokens_map.json

TOKENIZER = Table(
    followed=frozenset({
        "source_lang", "target_lang", "separate_vocabs", "eos_token", "unk_token", "pad_token", "added_tokens_decoder",
        "additional_special_tokens", "extra_special_tokens", "clean_up_tokenization_spaces", "tokenizer_class",
    }),
    # Lengths for truncation, batching, chat templates, origins of files, and tokens that Marian never writes.
    harmless=frozenset({
        "model_max_length", "max_len", "padding_side", "truncation_side", "model_input_names", "chat_template",
        "response_template", "response_schema", "chat_control_tokens", "processor_class", "auto_map", "name_or_path",
        "special_tokens_map_file", "tokenizer_file", "vocab_file", "target_vocab_file", "source_spm", "target_spm",
        "vocab", "use_fast", "verbose", "backend", "files_loaded", "is_local", "local_files_only", "init_inputs",
        "added_tokens_encoder", "model_specific_special_tokens", "bos_token", "cls_token", "sep_token", "mask_token",
        "add_bos_token", "add_eos_token",
    }),
    # Sampled segmentation, or another one than the SentencePiece file says.
    refused=frozenset({"sp_model_kwargs"}),
    reported=frozenset({"split_special_tokens", "do_lower_case"}),
)  # fmt: skip
