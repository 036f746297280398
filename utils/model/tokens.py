"""What a model makes of each row before any training: its tokens, with its own template, against its context."""

from __future__ import annotations

import math
import os
from functools import wraps
from typing import TYPE_CHECKING, Any

from ..data import files
from ..data.audit import Report, Tokens
from ..data.audit import audit as audit_rows

if TYPE_CHECKING:
    from ..data.files import Rows


def tokens(rows: Rows, model: str) -> Tokens:
    """The lengths of each row's prompt and answer in tokens of `model`: a known name, a hub id or a folder.

    Only the tokenizer and the configuration are loaded. Raises ValueError and OSError as `fine_tune` does.
    """
    import numpy as np

    from . import prompts
    from .loading import CONTEXT

    tokenizer, config = _loaded(model)
    asked, said = prompts.prompts(tokenizer, rows.instruction), prompts.answers(tokenizer, rows.output)
    limits = [getattr(config.get_text_config(), name, None) for name in CONTEXT]
    return Tokens(
        model=os.path.basename(os.path.normpath(model)),
        prompt=np.fromiter(map(len, asked), np.int64, count=len(rows)),
        answer=np.fromiter(map(len, said), np.int64, count=len(rows)),
        context=next((limit for limit in limits if isinstance(limit, int) and limit > 0), math.inf),
        ends=prompts.end(tokenizer) is not None,
        form=prompts.in_words(tokenizer),
    )


@wraps(audit_rows)
def audit(rows: Any, *, model: str | None = None, **options: Any) -> Report:
    if model is None:
        return audit_rows(rows, **options)
    read = files.read(rows, options.get("columns"), options.get("answers", "last"))
    return audit_rows(read, tokens=tokens(read, model), **options)


def _loaded(name: str):
    """The tokenizer, as training has it, and the configuration of a model."""
    from transformers import AutoConfig, AutoTokenizer

    from .loading import source_of
    from .profiles import profile
    from .quiet import quiet

    found = profile(name)
    source = source_of(found)
    pinned = {"revision": None if source != found.source else found.revision, "trust_remote_code": False}
    try:
        with quiet():
            config = AutoConfig.from_pretrained(source, **pinned)
            tokenizer = AutoTokenizer.from_pretrained(source, **pinned)
    except Exception as error:  # of many kinds, depending on the library that reads them
        raise OSError(
            f'The tokenizer of "{name}" could not be loaded from {source}: look at the folder, or at the connection to '
            "the model hub."
        ) from error
    if not found.chat:
        tokenizer.chat_template = None
    return tokenizer, config
