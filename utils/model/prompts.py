"""The form in which a model reads a task and writes an answer, as token ids: its chat template where it has one.

Otherwise it reads the instruction and a newline, after the token that opens every text where its tokenizer sets one,
as Gemma's does. An answer ends with the token that ends a turn, or else a text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

CHAT, PLAIN = "the model's chat template", "the instruction and a new line"
MARK = "\u00a7\u00a7"  # stands for a text whose surroundings are looked for


def prompts(tokenizer: PreTrainedTokenizerBase, instructions: list[str]) -> list[list[int]]:
    """What the model reads before its answer, a list of token ids for each instruction."""
    if tokenizer.chat_template:
        texts, opening = [_chat(tokenizer, [_turn("user", text)], asking=True) for text in instructions], []
    else:
        texts, opening = [text + "\n" for text in instructions], _opening(tokenizer)
    return [opening + ids for ids in _ids(tokenizer, texts)]


def answers(tokenizer: PreTrainedTokenizerBase, outputs: list[str]) -> list[list[int]]:
    """What the model is to write, a list of token ids for each output, end token included."""
    return [ids + [end(tokenizer)] for ids in _ids(tokenizer, list(outputs))]


def end(tokenizer: PreTrainedTokenizerBase) -> int | None:
    """The token an answer ends with: what ends a turn in the chat template, or else a text; None where neither is set."""
    if tokenizer.chat_template:
        turns = [_turn("user", "?"), _turn("assistant", MARK)]
        after = _chat(tokenizer, turns, asking=False).rpartition(MARK)[2]
        special = {*tokenizer.all_special_ids, *tokenizer.get_added_vocab().values()}
        for token in _ids(tokenizer, [after])[0]:
            if token in special:
                return token
    return tokenizer.eos_token_id


def in_words(tokenizer: PreTrainedTokenizerBase) -> str:
    """The form, in a few words."""
    return CHAT if tokenizer.chat_template else PLAIN


def _opening(tokenizer) -> list[int]:
    """The token that opens every text, where the tokenizer sets one by itself."""
    first = tokenizer(MARK)["input_ids"][:1]
    return first if first == [tokenizer.bos_token_id] else []


def _ids(tokenizer, texts: list[str]) -> list[list[int]]:
    return tokenizer(texts, add_special_tokens=False)["input_ids"]


def _turn(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


def _chat(tokenizer, turns: list[dict[str, str]], asking: bool) -> str:
    from jinja2 import TemplateError

    try:
        # Qwen's template has a part for thinking aloud, which these answers do without.
        return tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=asking, enable_thinking=False)
    except TemplateError as error:
        raise ValueError(
            f"The chat template of {tokenizer.name_or_path} does not take these turns: {error}."
        ) from error
