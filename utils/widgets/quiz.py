"""Check your understanding: questions with one right choice, with several, to put in order, or to answer in words.

A question is data, `Quiz` marks answers to it and is tested without a browser, `view` is a thin widget over it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from string import ascii_lowercase
from typing import Any

import ipywidgets

from ..show.card import Card, Folded, marked_up
from .frame import button, frame, reply, submit, text


@dataclass(frozen=True)
class Choice:
    """Something to choose. `why` says why it is right or wrong, and is shown to whoever chose it."""

    text: str
    why: str
    right: bool = False


@dataclass(frozen=True)
class OneOf:
    """A question with exactly one right choice."""

    text: str
    choices: tuple[Choice, ...]
    hint: str = ""


@dataclass(frozen=True)
class AllOf(OneOf):
    """A question with several right choices: all of them are wanted, and no other."""


@dataclass(frozen=True)
class InOrder:
    """Things to put in order. `choices` stand in the right one; the `why` of each says what must come before it."""

    text: str
    choices: tuple[Choice, ...]
    hint: str = ""


@dataclass(frozen=True)
class Open:
    """A question to answer in words. The learner compares with a model answer and counts the points made."""

    text: str
    model_answer: str
    points: tuple[str, ...]
    hint: str = ""


Question = OneOf | AllOf | InOrder | Open


@dataclass
class Quiz:
    """One question of one learner. In a notebook it shows itself as a widget; `answer(…)` is its plain twin.

    `facts` is what is known so far: the kept `answer`, its `outcome` ("right", "wrong", "answered"), and the `points`
    of a self-rating. `keep` is called with each change.
    """

    number: int
    question: Question
    facts: dict[str, Any] = field(default_factory=dict)
    keep: Callable[..., None] = lambda **facts: None

    def __post_init__(self):
        # A record may be of another edition of the question, or damaged: what does not fit is as if it were not there.
        fits = {"answer": self._is_answer, "points": self._is_rating}
        self.facts = {name: fact for name, fact in self.facts.items() if fits.get(name, lambda _: True)(fact)}

    def _is_answer(self, kept: object) -> bool:
        if isinstance(self.question, Open):
            return isinstance(kept, str)
        known = ascii_lowercase[: len(self.question.choices)]
        if not isinstance(kept, list) or not kept or not all(letter in [*known] for letter in kept):
            return False
        return not isinstance(self.question, InOrder) or sorted(kept) == [*known]

    def _is_rating(self, kept: object) -> bool:
        return isinstance(self.question, Open) and kept in range(len(self.question.points) + 1)

    @property
    def choices(self) -> list[Choice]:
        """The choices in the order in which they are shown: shuffled, and always in the same way."""
        shown = list(self.question.choices)
        random.Random(self.question.text).shuffle(shown)
        if isinstance(self.question, InOrder) and shown == list(self.question.choices):
            shown.reverse()
        return shown

    def answer(self, *given: str) -> Card:
        """Answer with letters ("b"; "a", "c"; all letters in order) or, where words are asked for, with a text."""
        if isinstance(self.question, Open):
            return self._answer_in_words(" ".join(map(str, given)))
        known = ascii_lowercase[: len(self.choices)]
        letters = [str(letter).strip().lower() for letter in given]
        if len(letters) == 1 and len(letters[0]) > 1 and set(letters[0]) <= set(known):
            letters = list(letters[0])  # "bde" for "b", "d", "e"
        if not letters:
            return Card("not attempted", f"Choose from {', '.join(known)}.")
        if unknown := [letter for letter in letters if letter not in known or len(letter) != 1]:
            return Card("note", f'There is no choice "{unknown[0]}": the choices are {", ".join(known)}.')
        chosen = [self.choices[known.index(letter)] for letter in letters]
        card = _marked(self.question, chosen)
        if card.kind != "note" and self.facts.get("outcome") != "right":  # once right, it stays so
            self._change(answer=letters, outcome=card.kind)
        return card

    def hint(self) -> Card:
        """The hint of this question."""
        self._change(hint=True)
        return Card("note", f"Hint: {self.question.hint}" if self.question.hint else "This question has no hint.")

    def rate(self, points: int) -> Card:
        """How many of the points of the model answer your own answer makes."""
        if not isinstance(self.question, Open):
            return Card("note", "This question is marked for you; only an answer in words is rated by yourself.")
        most = len(self.question.points)
        if not isinstance(points, int) or not 0 <= points <= most:
            return Card("note", f"Rate with a whole number from 0 to {most}.")
        self._change(points=points)
        return Card("note", f"{points} of {most} points, kept.")

    def model_answer(self) -> Folded:
        """The model answer, folded, and its points. Raises ValueError for a question that has none."""
        if not isinstance(self.question, Open):
            raise ValueError("This question is marked for you: answer it with letters.")
        points = "\n".join(f"• {point}" for point in self.question.points)
        return Folded("Our answer", f"{self.question.model_answer}\n\nPoints that an answer should make:\n{points}")

    def __repr__(self) -> str:
        lines = [f"Question {self.number}. {self.question.text}"]
        if isinstance(self.question, Open):
            lines.append(f'Answer with lesson.quiz({self.number}).answer("your text").')
        else:
            lines += [f"  {letter}) {choice.text}" for letter, choice in zip(ascii_lowercase, self.choices)]
            example = {AllOf: '"a", "c"', InOrder: '"b", "a", …'}.get(type(self.question), '"a"')
            lines.append(f"Answer with lesson.quiz({self.number}).answer({example}).")
        return "\n".join(lines)

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(view(self))

    def _answer_in_words(self, words: str) -> Card:
        if not words.strip():
            return Card("not attempted", "Write a sentence or two first: the comparison is worth more that way.")
        self._change(answer=words, outcome="answered")
        asked = f"lesson.quiz({self.number})"
        return Card(
            "note",
            f"Kept. Now compare it with ours, and count how many of its points yours makes: `{asked}.model_answer()`, "
            f"then `{asked}.rate({len(self.question.points)})` if yours makes all of them.",
        )

    def _change(self, **facts: Any) -> None:
        self.facts |= facts
        self.keep(**facts)


def _marked(question: Question, chosen: list[Choice]) -> Card:
    if isinstance(question, AllOf):
        wrong = [choice for choice in chosen if not choice.right]
        missing = sum(choice.right for choice in question.choices) - sum(choice.right for choice in set(chosen))
        if wrong:
            return Card("wrong", "\n".join(f"“{choice.text}”: {choice.why}" for choice in wrong))
        if missing:
            return Card(
                "wrong", f"What you chose is right, and {missing} more {'is' if missing == 1 else 'are'} right."
            )
        return Card("right", "\n".join(f"“{choice.text}”: {choice.why}" for choice in question.choices if choice.right))
    if isinstance(question, InOrder):
        if sorted(map(id, chosen)) != sorted(map(id, question.choices)):
            return Card("note", f"Put all {len(question.choices)} in order, each once.")
        for at, (here, wanted) in enumerate(zip(chosen, question.choices)):
            if here is not wanted:
                return Card("wrong", f"“{here.text}” cannot stand at place {at + 1}. {here.why}")
        return Card("right", question.choices[-1].why)
    if len(chosen) > 1:
        return Card("note", "One choice, please.")
    return Card("right" if chosen[0].right else "wrong", chosen[0].why)


# ------------------------------------------------------------------------------------------------ the widget


def view(quiz: Quiz) -> ipywidgets.Widget:
    """The question with its choices, a button that checks the answer, and one for the hint."""
    make = {OneOf: _radio_buttons, AllOf: _checkboxes, InOrder: _order, Open: _text_box}[type(quiz.question)]
    inputs, given = make(quiz)
    answer = reply()
    model = reply()
    points = ipywidgets.VBox()

    def check() -> None:
        card = quiz.answer(*given())
        answer.value = card.html()
        show_model()

    def show_model() -> None:
        if isinstance(quiz.question, Open) and quiz.facts.get("answer"):
            model.value = quiz.model_answer()._repr_html_()
            if not points.children:
                points.children = [_self_rating(quiz)]

    def hint() -> None:
        answer.value = quiz.hint().html()

    word = "Keep my answer" if isinstance(quiz.question, Open) else "Check my answer"
    valued = [each for each in (inputs, *getattr(inputs, "children", ())) if each.has_trait("value")]
    buttons = [submit(word, check, valued)]
    if quiz.question.hint:
        buttons.append(button("Hint", hint))
    if quiz.facts.get("outcome") in ("right", "wrong") and "answer" in quiz.facts:
        answer.value = quiz.answer(*quiz.facts["answer"]).html()
    show_model()
    question = text(f"<b>Question {quiz.number}.</b> {marked_up(quiz.question.text)}")
    return frame(quiz.question.text, [question, inputs, ipywidgets.HBox(buttons), answer, model, points])


def _radio_buttons(quiz: Quiz):
    letters = ascii_lowercase[: len(quiz.choices)]
    kept = quiz.facts.get("answer") or [None]
    options = [(choice.text, letter) for letter, choice in zip(letters, quiz.choices)]
    radio = ipywidgets.RadioButtons(options=options, value=kept[0], layout=ipywidgets.Layout(width="100%"))
    return radio, lambda: [radio.value] if radio.value else []


def _checkboxes(quiz: Quiz):
    kept = quiz.facts.get("answer") or []
    boxes = {
        letter: ipywidgets.Checkbox(value=letter in kept, description=choice.text, indent=False)
        for letter, choice in zip(ascii_lowercase, quiz.choices)
    }
    return ipywidgets.VBox(list(boxes.values())), lambda: [letter for letter, box in boxes.items() if box.value]


def _order(quiz: Quiz):
    """A line for each place, with buttons that move what stands there up or down; the lines themselves stay."""
    order = list(quiz.facts.get("answer") or ascii_lowercase[: len(quiz.choices)])
    texts = dict(zip(ascii_lowercase, (choice.text for choice in quiz.choices)))
    places = [text() for _ in order]

    def show() -> None:
        for number, (place, letter) in enumerate(zip(places, order), 1):
            place.value = f"{number}. {marked_up(texts[letter])}"

    def swap(at: int, to: int) -> None:
        order[at], order[to] = order[to], order[at]
        show()

    def line(at: int) -> ipywidgets.Widget:
        up = button("Up", lambda: swap(at, at - 1))
        down = button("Down", lambda: swap(at, at + 1))
        up.disabled, down.disabled = at == 0, at == len(order) - 1
        places[at].layout.flex = "1"
        return ipywidgets.HBox([up, down, places[at]], layout=ipywidgets.Layout(align_items="center"))

    show()
    return ipywidgets.VBox([line(at) for at in range(len(order))]), lambda: order


def _text_box(quiz: Quiz):
    box = ipywidgets.Textarea(
        value=quiz.facts.get("answer", ""),
        placeholder="Your answer, in a sentence or two",
        layout=ipywidgets.Layout(width="100%", height="6em"),
    )
    return box, lambda: [box.value]


def _self_rating(quiz: Quiz) -> ipywidgets.Widget:
    most = len(quiz.question.points)
    rating = ipywidgets.ToggleButtons(
        options=list(range(most + 1)),
        value=quiz.facts.get("points"),
        style={"button_width": "3em"},
    )
    said = reply()

    def rate(change: dict) -> None:
        said.value = quiz.rate(change["new"]).html()

    rating.observe(rate, "value")
    return ipywidgets.VBox([text(f"How many of the {most} points does your answer make?"), rating, said])
