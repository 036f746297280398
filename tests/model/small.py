"""A model of the architecture of SmolLM2, with random weights and of next to no size."""

from transformers import LlamaConfig, LlamaForCausalLM

SETTINGS = dict(
    hidden_size=48,
    intermediate_size=96,
    num_hidden_layers=2,
    num_attention_heads=3,
    num_key_value_heads=1,
    vocab_size=2048,
    max_position_embeddings=512,
)


def llama(**settings) -> LlamaForCausalLM:
    """One with other settings where they are given."""
    return LlamaForCausalLM(LlamaConfig(**SETTINGS | settings))
