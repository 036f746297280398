"""Rows without content: placeholders, answers that repeat the question, an assistant's filler, vague instructions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import numpy as np

from ..check import Flag, Options, check
from ..corpus import Corpus, matches, once, shown
from ..task import EDGES, is_copying, is_offered, labels, unspaced

# --- placeholders -----------------------------------------------------------------------------------------

# What people and programs write where there is nothing to write.
_THING = r"(inputs?|outputs?|answers?|responses?|context|data|text|content|entr[ée]es?|sorties?|r[ée]ponses?|texte)"
_NEED = r"(required|needed|necessary|provided|given|available|applicable|specified|requise?|n[ée]cessaire|fournie?)"
_NO_THING = (
    rf"((no|without|missing|empty|sans|aucune?|pas de?)[\s_'’-]*{_THING}(\s+(is\s+)?{_NEED})?"
    rf"|{_THING}\s+(is\s+)?not\s+{_NEED}|not?\s+{_NEED})"
)
_NOTHING = (
    rf"({_NO_THING}|n\s*[/.]\s*[ao]|nan|none|null|nil|undefined|empty|blank|void|to\s?do|tbd|tba|fixme|xxx+|placeholder"
    r"|lorem ipsum.{0,80}|(insert|your|write|put)\s(your\s)?(answer|text|output|response)(\shere)?"
    r"|s\.\s?o|sans objet|n[ée]ant|[àa] compl[ée]ter|[àa] faire|vide|aucune?)"
)
_OPEN, _CLOSE = r"""[\s<>\[\](){}"'`“”«»*_#\\-]*""", r"""[\s<>\[\](){}"'`“”«»*_#.!:,;\\-]*"""
_PLACEHOLDER = rf"^{_OPEN}{_NOTHING}{_CLOSE}$|^\W*no[\s_-]?output\b|^\s*(\.[.\s]*\.|…+|[-–—_]+|\?\?+)?\s*$"
# The end of an instruction whose text to work on is missing: "Translate to French: no input".
_MARKED_EMPTY = r"<\s*no[\s_-]?(input|output)\s*>"
_ENDS_WITHOUT = rf"{_MARKED_EMPTY}|[:\n]{_OPEN}({_NO_THING}|n\s*/\s*a){_CLOSE}$"


@once
def empty(corpus: Corpus) -> np.ndarray:
    """Which answers are empty or a placeholder, and no label of the set nor what the instruction offers."""
    found = matches(corpus.arrow["output"], _PLACEHOLDER, ignore_case=True)
    for row in np.flatnonzero(found).tolist():
        said = corpus.output[row].strip(EDGES)
        if said.casefold() in labels(corpus) or said and is_offered(said, corpus.instruction[row]):
            found[row] = False
    return found


@check(
    "placeholder",
    finds="empty, or only “N/A”, “no input” and the like, where the answer or the text to work on should be",
    weight=3,
    advice="These rows hold no answer, and the model would learn to give none: fill or drop them.",
    shows=("placeholder",),
)
def placeholder(corpus: Corpus, options: Options) -> Iterator[Flag]:
    column = corpus.arrow["instruction"]
    # "???" asks nothing, which is the business of vague_instruction.
    blank = matches(column, _PLACEHOLDER, ignore_case=True) & ~matches(column, r"\?")
    for name, what, found in (("output", "answer", empty(corpus)), ("instruction", "instruction", blank)):
        for row in np.flatnonzero(found):
            text = shown(getattr(corpus, name)[row])
            yield Flag(int(row), "placeholder", f"The {what} only says “{text}”." if text else f"The {what} is empty.")
    missing = matches(column, _ENDS_WITHOUT, ignore_case=True)
    if corpus.input is not None:
        column = corpus.arrow["input"]
        missing |= matches(column, r"\S") & matches(column, _PLACEHOLDER, ignore_case=True)
    for row in np.flatnonzero(missing & ~blank):
        text = shown(re.split(r"[:\n]", corpus.instruction[row].strip())[-1])
        yield Flag(int(row), "placeholder", f"Where the text to work on should be, there is only “{text}”.")


# --- sentences, and what is none --------------------------------------------------------------------------

OF_A_KIND = 0.85  # a set of which fewer answers than this are sentences is one of all kinds of tasks
# Code, formulas, URLs and tags; labels, numbered points, quotations and things in a row: none of them is a sentence.
_NO_SENTENCE = "|".join(
    (
        r"[{}\[\\_]|\p{Sm}|#\w|\(\)|\w\(['\"]|;\s*$|:\s*\n|(?i:\bselect\b.+\bfrom\b)|https?://",
        r"^\W*\d|^\W*\w\)|^[\"“«@]|^\w+( \w+)?( \w+)?:\s|\b1[.)] .*\b2[.)] ",
        r"^([^,;.!?]{1,30}[,;] ?(and |et |or |ou )?){2,}[^,;.!?]{1,30}\.?$",
    )
)


@once
def prose(corpus: Corpus) -> np.ndarray:
    """Which answers are sentences: no code, no formula, no list of things, no title or row of names."""
    import pyarrow.compute as pc

    column, words = corpus.arrow["output"], corpus.words("output")
    plain = ~matches(column, _NO_SENTENCE)
    # Words with a capital after the first one; where they are most words, it is a title, or names.
    inside = pc.count_substring_regex(column, r"[\s'’-]\p{Lu}").to_numpy(zero_copy_only=False)
    return plain & (2 * inside < words.lengths) & (words.lengths > 0)


@once
def of_a_kind(corpus: Corpus) -> bool:
    """Whether answers are sentences as a rule. In a set of all kinds of tasks form is no custom, and any word may come."""
    return bool(prose(corpus)[~empty(corpus)].mean() >= OF_A_KIND) if not empty(corpus).all() else True


# --- answers that repeat the question ---------------------------------------------------------------------

# What may rightly be left as it is: a text that had no mistake, things that stood in order.
_MAY_STAY = r"(?i)\b(correct|edit|proofread|punctuat|grammar|spell|insert|exclamation|question mark|select|sort|arrange|order|rank|corrige|ponctu|tri(e|ez)\b)"


@once
def echoes(corpus: Corpus) -> dict[int, str]:
    """The rows whose answer repeats its instruction, with what it repeats."""
    # Letter by letter: "Write it with capitals" is rightly answered with the same words.
    inputs = corpus.input or [""] * len(corpus)
    found = {}
    for row, (asked, below, said) in enumerate(zip(corpus.instruction, inputs, corpus.output)):
        if not asked.rstrip(EDGES).endswith(said.strip(EDGES)):
            continue
        asked, below, said = asked.strip(EDGES), below.strip(EDGES), said.strip(EDGES)
        if not any(map(str.isalpha, said)):
            continue
        # Where the text to work on has a column of its own, a part of it may be what was asked for.
        before = asked.removesuffix(said)
        if not before:
            found[row] = "the instruction"
        elif re.search(_MAY_STAY, before):
            continue
        elif said == below or not below and _is_a_task(before):
            found[row] = "the text that it should work on"
        elif not below and len(said.split()) >= 5 and before[-1].isspace():
            found[row] = "the end of the instruction"
    aside = np.zeros(len(corpus), bool)
    aside[[*found]] = True
    return {} if found and is_copying(corpus, aside) else found


def _is_a_task(text: str) -> bool:
    """Whether a text is one line that ends with a colon, or one line and an end of line, as before a text to work on."""
    head = text.rstrip(" \t\r\n\"'“«\u00a0")
    return ":" not in head[:-1] and "\n" not in head and (head.endswith(":") or "\n" in text[len(head) :])


@check(
    "echo",
    finds="the answer only repeats the instruction, or the text it was to work on",
    weight=3,
    advice="These answers repeat the question, and the model would learn to do so: write answers or drop them.",
    shows=("echo",),
    trust=0.9,
)
def echo(corpus: Corpus, options: Options) -> Iterator[Flag]:
    for row, what in echoes(corpus).items():
        yield Flag(row, "echo", f"The answer repeats {what}.")


# --- filler -----------------------------------------------------------------------------------------------

_ASSISTANT = r"(an?|your) (\w+ )?(\w+ )?(language model|assistant|chatbot|ai\b|artificial intelligence)"
_SELF = r"\bi('m| am) an? (\w+ )?(\w+ )?(language model|chatbot|ai\b|artificial intelligence)"
_FILLER = "|".join(
    (
        # who is speaking
        rf"\bas {_ASSISTANT}([^.!?]{{0,60}},)? (i|my)\b|\bas {_ASSISTANT}, i\b",
        rf"\bi('m| am) (just|only|merely) {_ASSISTANT}",
        r"\ben tant qu(e|['’] ?(une? )?)\s?(ia\b|intelligence artificielle|assistant|mod[èe]le)",
        r"\bje ne suis qu['’]une? (assistant|ia\b|mod[èe]le)",
        _SELF,
        # before the answer
        r"^\W*(sure|certainly|absolutely|of course|gladly)( thing)?\s*(!|[,.:] (here('s| is| are)|i('ll| will| can|'d| would)|let me)\b)",
        r"^\W*(sure|certainly|of course)[^.!?]{0,20} here('s| is| are)\b",
        r"^\W*(what an?|that's an?|that is an?) (great|good|excellent|interesting|wonderful) question",
        r"^\W*(great|good|excellent) question!",
        r"^\W*(bien s[ûu]r|certainement|avec plaisir)\s*(!|[,.:] (voici|je vais|je peux)\b)|^\W*(excellente|tr[èe]s bonne|bonne) question\b",
        r"^\W*voici (la|le|votre|une|ma) (r[ée]ponse|traduction|phrase)",
        # after it
        r"\bi hope (this|that|it) (helps?|is helpful|answers|was helpful)|\bhope this helps",
        r"(^|[.!?]\s+)(please,? |and )?(let me know (if|whether)|feel free to (ask|reach|contact|let))\b[^.!?]{0,60}[.!?]?\W*$",
        r"\bis there anything else i can\b|(^|[.!?]\s+)(i('m| am) |we('re| are) )?(always )?happy to (help|assist)[.!]",
        r"\bj['’]esp[èe]re que (cela|[çc]a|ceci|cette r[ée]ponse)\b|\bn['’]h[ée]sitez pas [àa]\b",
        # instead of it
        r"\b(i('m| am) (very |really |terribly )?sorry|i apologi[sz]e),? but (i (can|am (not|un)|do not|don't|have no)|as an)",
        r"\bi('m| am) (unable|not able) to (help|assist|provide|fulfil)",
        r"\bi (cannot|can't|can not) (help (you|with)|assist|fulfil|comply|provide|answer)\b",
        r"\bje suis d[ée]sol[ée]e?,? mais je ne (peux|puis)\b",
    )
)


# Who is greeted, or asked who it is, may say it.
_ASKS_WHO = r"\b(you|your|yourself|human|person|robot|machine|chatbot|hi|hello|hey|bonjour|salut|vous|votre|tu|toi)\b"
# Who is asked to write what people say to each other may write such phrases.
_ASKS_FOR_SPEECH = (
    r"\b(write|compose|create|generate|draft|construct|output|produce|give|design|suggest|imagine|rédige|écri[st])\b.*"
    r"\b(dialog(ue)?|conversation|script|letter|e-?mail|message|response|reply|phrase|speech|poem|song|story|statement)"
)


@once
def filler(corpus: Corpus) -> np.ndarray:
    """Which answers hold an assistant's phrases."""
    found = matches(corpus.arrow["output"], _FILLER, ignore_case=True)
    if not found.any():
        return found
    found &= ~matches(corpus.arrow["instruction"], _ASKS_FOR_SPEECH, ignore_case=True)
    asked_who = matches(corpus.arrow["instruction"], _ASKS_WHO, ignore_case=True)
    for row in np.flatnonzero(found & asked_who).tolist():
        found[row] = bool(re.search(_FILLER, re.sub(_SELF, "", corpus.output[row], flags=re.I), re.I))
    return found


@check(
    "boilerplate",
    finds="an assistant's phrases around the answer, or instead of one",
    weight=2,
    advice="Polite filler that the model would learn to say: cut it off.",
    shows=("boilerplate",),
)
def boilerplate(corpus: Corpus, options: Options) -> Iterator[Flag]:
    for row in np.flatnonzero(filler(corpus)):
        found = re.search(_FILLER, corpus.output[row], re.IGNORECASE)
        said = shown(found.group()) if found else "as an assistant does"
        yield Flag(int(row), "boilerplate", f"The answer says “{said}”, which does not answer anything.")


# --- vague instructions -----------------------------------------------------------------------------------

# Words that alone ask for nothing: an instruction of these only is one without content.
_GENERIC = frozenset(
    """a an and answer as at before can continue could do does done for from get give go help hello here hey hi how i in
    input instruction is it just know let me my need next now of ok okay on one ones output please pls plz prompt question
    request reply respond response same see so some something task tell text that the them then there these thing things
    this those to translate u us usual want we what with work would write x y you your yes
    aide aidez aider avec ce ceci cela ces cet cette comme dans de des dire dis donne donner du et fais faire faites il la
    le les me merci même moi mon ne non on oui par plait plaît pour pouvez question qui quoi répondez réponse s sa ses si
    suite svp te traduire traduis traduisez tu un une va vas voilà votre vous ça""".split()
)
_FEW = 10  # a task that fewer rows than this go on after says nothing about a row that does not


@once
def vague(corpus: Corpus) -> dict[int, str]:
    """The rows whose instruction does not say what is asked, with the reason."""
    words = corpus.parts("instruction")
    lengths = words.lengths
    usual = np.median(lengths[lengths > 0]) if (lengths > 0).any() else 0
    generic = np.fromiter((word in _GENERIC for word in words.vocabulary), bool, count=len(words.vocabulary))
    content = np.bincount(words.texts[~generic[words.ids]], minlength=len(corpus))
    marks = matches(corpus.arrow["instruction"], r"[?!.]")
    nothing = (content == 0) & (lengths <= 6) & ((lengths > 0) | marks) & (usual >= 4) & ~unspaced(corpus)
    found = {
        int(row): f"“{shown(corpus.instruction[row])}” does not say what is asked." for row in np.flatnonzero(nothing)
    }
    for row in _bare_tasks(corpus):
        task = shown(corpus.instruction[row])
        found.setdefault(row, f"“{task}” stands here without the text that other rows give after it.")
    return found


@check(
    "vague_instruction",
    finds="an instruction that does not say what is asked",
    weight=2,
    advice="Nobody could tell from these instructions what is wanted: write them anew or drop them.",
    shows=("vague_instruction",),
)
def vague_instruction(corpus: Corpus, options: Options) -> Iterator[Flag]:
    yield from (Flag(row, "vague_instruction", why) for row, why in vague(corpus).items())


def _bare_tasks(corpus: Corpus) -> list[int]:
    """The rows whose instruction is a task and nothing else, where others go on after a colon."""
    tasks: Counter[str] = Counter()
    bare: dict[str, list[int]] = {}
    for row, text in enumerate(corpus.instruction):
        task, _, rest = text.partition(":")
        if rest and not rest.isspace():
            tasks[task] += 1
        elif len(text) <= 60:
            bare.setdefault(task.strip(" .!?"), []).append(row)
    return sorted(row for task, rows in bare.items() if tasks[task] >= max(_FEW, 2 * len(rows)) for row in rows)
