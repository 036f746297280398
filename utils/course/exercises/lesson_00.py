"""What lesson 00, Start here, asks of the learner."""

from __future__ import annotations

from ...widgets.predict import Prediction
from ...widgets.quiz import Choice, OneOf
from . import Mistake, exercise

RIGHT = {"instruction": "Translate to French: Good evening.", "output": "Bonsoir."}


@exercise(
    1,
    "Write a training row",
    minutes=2,
    difficulty="easy",
    hints=(
        "A row is a dictionary with two keys, as in the example above the exercise.",
        "Both texts are sentences: a capital letter at the beginning, a full stop at the end.",
        "“Good evening” is one word in French, made of “bon” and “soir”.",
    ),
    mistakes=(
        Mistake("Bonsoir.", "dictionary"),
        Mistake((RIGHT,), "comma"),
        Mistake({"question": "Good evening.", "answer": "Bonsoir."}, "`instruction`"),
        Mistake(RIGHT | {"language": "French"}, "exactly"),
        Mistake(RIGHT | {"instruction": "Translate to French: Good morning."}, "Good evening"),
        Mistake(RIGHT | {"instruction": "Translate to French: Good evening"}, "full stop"),
        Mistake(RIGHT | {"instruction": "translate good evening"}, "Translate to French:"),
        Mistake(RIGHT | {"output": "bonsoir"}, "capital"),
        Mistake(RIGHT | {"output": "Bonsoir"}, "full stop"),
        Mistake(RIGHT | {"output": "Bonjour."}, "daytime"),
        Mistake(RIGHT | {"output": "Bonne soirée."}, "leave"),
        Mistake(RIGHT | {"output": "Good evening."}, "English"),
    ),
    well_done="A clear instruction and a correct, complete answer. Fifty rows like this one will carry us far.",
)
def training_row(row):
    """A dictionary with a clear instruction and a correct, well-formed answer."""
    if isinstance(row, tuple):
        return "Python reads a comma after the closing curly bracket as a list of rows. Take the comma out."
    if not isinstance(row, dict):
        return 'A row is a dictionary: `{"instruction": …, "output": …}`. Look at the curly brackets in the example.'
    if missing := [key for key in ("instruction", "output") if key not in row]:
        return f"The key `{missing[0]}` is missing. A row has exactly the two keys `instruction` and `output`."
    if len(row) > 2:
        return "A row has exactly the two keys `instruction` and `output`. Take the others out."
    instruction, output = str(row["instruction"]).strip(), str(row["output"]).strip()
    if not instruction.startswith("Translate to French:"):
        return "The instruction should read like the one in the example: `Translate to French: ` and the sentence."
    if "good evening" not in instruction.lower():
        return "The form is right, but the sentence to translate is “Good evening.”"
    if instruction[-1] not in ".!":
        return (
            "The instruction lacks its full stop. The example has one, and rows of a set should agree with each other."
        )
    if output.lower().rstrip(".") == "good evening":
        return "The output is still English. A row like this would teach the model to repeat what it was asked."
    if output.lower().rstrip(".!") == "bonjour":
        return "“Bonjour” is said in the daytime; a model learns exactly what you write. What is said in the evening?"
    if output.lower().rstrip(".!") in ("bonne soirée", "bonne soiree"):
        return "“Bonne soirée” is said when you leave. What is said when you meet somebody in the evening?"
    if output.lower().rstrip(".!") != "bonsoir":
        return f"“{output}” is not what we expected. One word is enough: `hint()` brings you closer to it."
    if not output[0].isupper():
        return "The word is right, but a sentence begins with a capital letter. The model would learn to leave it out."
    if output[-1] not in ".!":
        return "The word is right, but the full stop is missing. The model would learn to leave it out."
    return None


PREDICTIONS = {
    each.name: each
    for each in (
        Prediction(
            "no fine-tuning",
            "Of 100 sentences, how many will the model translate exactly right before any fine-tuning?",
        ),
    )
}

QUESTIONS = {
    1: OneOf(
        "The model has read thousands of French and English phrases. Why does it score what it scores above?",
        (
            Choice("It knows no French.", "It does: it has read the phrases in both languages, side by side."),
            Choice(
                "It knows the phrases, but nobody has shown it what an instruction asks for.",
                "Knowing something and doing it when asked are two things. Fine-tuning teaches the second.",
                right=True,
            ),
            Choice(
                "It is too small to translate.",
                "In lesson 01 the same small model translates nearly everything, after fine-tuning on fifty rows.",
            ),
            Choice(
                "The test is too hard: nobody scores much there.",
                "The test sentences are made of words and patterns that it has read. Wait for lesson 01.",
            ),
        ),
        hint="What has it never met: the French words, or an instruction?",
    ),
}
