"""A support desk in miniature: what an invented product's help desk answered in 2018 and in 2024.

The product is "Nimbus", a cloud app for notes and invoices. There are 64 topics. For each one the wording
of the answer is the same in both years and only the fact inside it may differ: 13 facts stayed as they
were, 51 changed. Nothing else tells the years apart. There are no years in the answers, no era has its own
style, and every fact of one era ("Settings", "10 MB", "by chat") is the fact of some topic in the other era
too. So a model fine-tuned on a mixture of eras cannot tell from a question which era is meant, and what it
then answers is an effect of the mixture and nothing else. The module writes question-answer rows for
fine-tuning, and pages of the product's manual (both editions) for pretraining a very small model.

Not covered: conversations of several turns, questions without an answer, typos, other languages, and any
real product. It is a laboratory animal, not a benchmark.
"""

import random
from typing import NamedTuple

ERAS = (2018, 2024)
SPLITS = ("train", "test")


class Topic(NamedTuple):
    """One thing customers ask about, with the fact as it stood in 2018 (`old`) and in 2024 (`new`).

    `kind` is "task" (then `ask` is a verb phrase: "reset my password") or "fact" (then `ask` is a noun
    phrase: "the largest file I can upload"). `answer` is one sentence with `{value}` where the fact goes.
    """

    name: str
    kind: str
    ask: str
    answer: str
    old: str
    new: str

    @property
    def changed(self):
        return self.old != self.new


# The places in the app. Each is about as often the old value of a topic as the new one, so that a place
# alone never gives the era away.
_SET, _HOME, _TEAM = "Settings", "the Home page", "the Team page"
_PROF, _BILL, _INV = "the Profile menu", "the Billing page", "the Invoices page"
_FILE, _TOOLS = "the File menu", "the Tools menu"

# ask, answer, 2018, 2024
_TASKS = (
    # account
    ("reset my password", "Open {value} and choose Reset password.", _SET, _PROF),
    ("change my email address", "Go to {value} and click Change email address.", _PROF, _SET),
    ("add a profile picture", "Open {value} and click the empty picture.", _SET, _PROF),
    ("turn on dark mode", "Open {value} and switch on Dark mode.", _TOOLS, _SET),
    ("change the language", "Open {value} and pick a language from the list.", _HOME, _SET),
    ("turn on two-step login", "Open {value} and switch on Two-step login.", _PROF, _PROF),
    ("unlock my account", "Contact us {value} and have your user name ready.", "by chat", "by phone"),
    ("close my account", "Contact us {value} and ask us to close your account.", "by phone", "by email"),
    # plan and payment
    ("cancel my subscription", "Go to {value} and click Cancel subscription.", _SET, _BILL),
    ("update my credit card", "Open {value} and click Replace card.", _PROF, _BILL),
    ("download a receipt", "Open {value}, find the payment and click Download receipt.", _BILL, _SET),
    ("upgrade my plan", "Go to {value} and click Upgrade next to your plan.", _BILL, _HOME),
    ("ask for a refund", "Contact us {value} and give us the receipt number.", "by email", "by chat"),
    # team
    ("invite a colleague", "Go to {value} and enter your colleague's email address.", _TEAM, _HOME),
    ("remove a team member", "Open {value} and click the cross next to the name.", _TEAM, _TEAM),
    ("make someone an administrator", "Open {value} and choose Administrator next to the name.", _SET, _TEAM),
    # notes
    ("share a note", "Open the note and choose Share in {value}.", _FILE, _TOOLS),
    ("print a note", "Open the note and choose Print in {value}.", _FILE, _FILE),
    ("export my notes", "Open {value} and choose Export all notes.", _FILE, _TOOLS),
    ("import notes from another app", "Open {value}, choose Import and select the file.", _TOOLS, _FILE),
    ("restore a deleted note", "Open {value}, click Trash and choose Restore.", _HOME, _FILE),
    ("search my notes", "Type a word into the search box on {value}.", _HOME, _HOME),
    ("work offline", "Switch on Offline mode in {value} before you leave.", _SET, _SET),
    # invoices
    ("create an invoice", "Go to {value} and click New invoice.", _HOME, _INV),
    ("send an invoice", "Open the invoice and click the {value} Send button.", "blue", "green"),
    ("mark an invoice as paid", "Open the invoice and click the {value} check mark.", "green", "blue"),
    ("add my logo to an invoice", "Go to {value} and click Upload logo.", _INV, _SET),
    ("add tax to an invoice", "Open the invoice and choose Add tax in {value}.", _TOOLS, _TOOLS),
    ("delete an invoice", "Go to {value}, select the invoice and click Delete.", _BILL, _INV),
    ("send a payment reminder", "Go to {value} and click the bell next to the invoice.", _INV, _BILL),
    ("add a new client", "Go to {value} and click New client.", _INV, _HOME),
    # help
    ("report a bug", "Contact us {value} and describe what went wrong.", "by chat", "by chat"),
)

_FACTS = (
    # sizes
    ("the largest file I can upload", "You can upload files of up to {value}.", "10 MB", "100 MB"),
    ("the size limit for pictures", "A picture can be up to {value} in size.", "25 MB", "10 MB"),
    ("the size limit for email attachments", "Attachments to an email can be up to {value}.", "50 MB", "25 MB"),
    ("the storage limit on the Free plan", "The Free plan comes with {value} of storage.", "100 MB", "50 MB"),
    ("the size limit for a logo", "The logo on your invoices can be up to {value}.", "10 MB", "10 MB"),
    # periods
    ("the length of the free trial", "The free trial ends {value} after you sign up.", "two weeks", "30 days"),
    ("the time limit for a refund", "You can ask for a refund within {value} of paying.", "30 days", "two weeks"),
    ("the time limit for restoring a note", "You can restore a deleted note for {value}.", "one week", "60 days"),
    ("the notice period for paid plans", "Please tell us {value} before you leave a paid plan.", "60 days", "one week"),
    ("the lifetime of a shared link", "A shared link works for {value} and then stops.", "two weeks", "one week"),
    ("the payment term on my invoices", "Clients have {value} to pay an invoice.", "30 days", "30 days"),
    ("the waiting time for an email reply", "We usually answer an email within {value}.", "one day", "four hours"),
    (
        "the waiting time for a bank transfer",
        "A bank transfer usually takes {value} to reach us.",
        "two days",
        "one day",
    ),
    ("the waiting time for a refund", "A refund usually reaches your bank within {value}.", "four hours", "two days"),
    # numbers
    ("the user limit on the Team plan", "The Team plan covers up to {value} users.", "five", "ten"),
    ("the number of devices I can connect", "You can connect {value} devices to one account.", "three", "five"),
    ("the monthly invoice limit on the Free plan", "The Free plan allows {value} invoices per month.", "ten", "three"),
    ("the number of languages in the app", "The app is available in {value} languages.", "ten", "twenty"),
    ("the number of invoice templates", "You can choose from {value} invoice templates.", "twenty", "ten"),
    ("the limit on wrong passwords", "We lock an account after {value} wrong passwords.", "five", "five"),
    ("the minimum length of my password", "A password must have at least {value} characters.", "ten", "ten"),
    # prices and plans
    ("the price of the Plus plan", "The Plus plan costs {value} per month.", "5 dollars", "8 dollars"),
    ("the price of the Team plan", "The Team plan costs {value} per month for each user.", "8 dollars", "12 dollars"),
    ("the price of extra storage", "Extra storage costs {value} per month.", "12 dollars", "5 dollars"),
    (
        "the cheapest plan with phone support",
        "You can get phone support with {value} or higher.",
        "the Plus plan",
        "the Team plan",
    ),
    (
        "the cheapest plan with offline mode",
        "You can get offline mode with {value} or higher.",
        "the Team plan",
        "the Plus plan",
    ),
    # formats and colors
    ("the file format of an invoice", "Nimbus sends an invoice as a {value} file.", "Word", "PDF"),
    ("the file format of an exported note", "Nimbus exports a note as a {value} file.", "PDF", "Word"),
    ("the color of a shared note", "A shared note is {value} in the list.", "orange", "red"),
    ("the color of an unpaid invoice", "An unpaid invoice is {value} in the list.", "red", "orange"),
    # hours and days
    ("the opening time of the phone line", "The phone line opens at {value} on working days.", "8 am", "8 am"),
    ("the day of the weekly backup", "We make a full backup every {value} night.", "Sunday", "Sunday"),
)


def _name(ask):
    """The short name of a topic: its `ask` without the small words, joined by hyphens."""
    small = {"a", "an", "the", "my", "of", "for", "i", "can"}
    return "-".join(word for word in ask.lower().split() if word not in small)


TOPICS = tuple(Topic(_name(row[0]), kind, *row) for kind, rows in (("task", _TASKS), ("fact", _FACTS)) for row in rows)

# The last three of each kind are the test split. No template is part of another one, so a test question
# never hides inside a train question.
_TEMPLATES = {
    "task": (
        "How do I {ask}?",
        "How can I {ask}?",
        "Please tell me how to {ask}.",
        "Can you explain how to {ask}?",
        "What do I need to do to {ask}?",
        "What are the steps to {ask}?",
        "I would like to {ask}. What should I do?",
        "I want to {ask}. Can you help?",
        "I need to {ask}, but I do not know how.",
        "What is the right way to {ask}?",
        "I am trying to {ask}. Where do I start?",
        "I cannot figure out how to {ask}.",
    ),
    "fact": (
        "What is {ask}?",
        "Please tell me {ask}.",
        "Can you tell me {ask}?",
        "I need to know {ask}.",
        "I would like to know {ask}.",
        "Do you know what {ask} is?",
        "Please let me know what {ask} is.",
        "I am not sure what {ask} is. Can you help?",
        "I have been asked about {ask}. What is it?",
        "May I ask what {ask} is?",
        "My boss wants to know {ask}.",
        "Quick question: what is {ask}?",
    ),
}
_N_TEST = 3

_OPENERS = (
    "",
    "Hello, ",
    "Hi, ",
    "Hi there, ",
    "Hello everyone, ",
    "Good morning, ",
    "Good afternoon, ",
    "Good evening, ",
    "Dear support team, ",
)
_CLOSERS = (
    "",
    " Thank you.",
    " Thanks.",
    " Thanks in advance.",
    " I am new to Nimbus.",
    " I use the mobile app.",
    " I use Nimbus in my browser.",
    " It is not urgent.",
)


def _check(what, value, allowed):
    if value not in allowed:
        raise ValueError(f"unknown {what} {value!r}: choose one of {', '.join(map(repr, allowed))}")


def answer(topic, era):
    """The answer to `topic` in the year `era` (2018 or 2024): one sentence. Another era is a ValueError.

    >>> [answer(TOPICS[0], era) for era in ERAS]
    ['Open Settings and choose Reset password.', 'Open the Profile menu and choose Reset password.']
    """
    _check("era", era, ERAS)
    return topic.answer.format(value=topic.old if era == ERAS[0] else topic.new)


def questions(topic, split="train"):
    """The bare phrasings of `topic`: a list of nine (split "train") or of the three held out ("test").

    Another split is a ValueError.

    >>> questions(TOPICS[0], "test")[0]
    'What is the right way to reset my password?'
    """
    _check("split", split, SPLITS)
    templates = _TEMPLATES[topic.kind]
    templates = templates[:-_N_TEST] if split == "train" else templates[-_N_TEST:]
    return [t.format(ask=topic.ask) for t in templates]


def _dress(question, opener, closer):
    # After "Hello, " the question goes on in lower case, but "I" keeps its capital.
    if opener and not question.startswith("I "):
        question = question[0].lower() + question[1:]
    return opener + question + closer


def _rows(n, era, split, state_era, rng):
    """n rows of one era: every topic once per round, each round in a new order, no surface form twice
    until all forms of its topic are used up."""
    forms = {}
    for topic in TOPICS:
        forms[topic] = [_dress(q, o, c) for q in questions(topic, split) for o in _OPENERS for c in _CLOSERS]
        rng.shuffle(forms[topic])
    rows = []
    for i in range(n):
        lap, place = divmod(i, len(TOPICS))
        if place == 0:
            order = rng.sample(TOPICS, len(TOPICS))
        topic = order[place]
        text = forms[topic][lap % len(forms[topic])]
        if state_era:
            text = f"[{era}] {text}"
        rows.append({"instruction": text, "output": answer(topic, era), "topic": topic.name, "era": era})
    return rows


def examples(n, era=2024, split="train", seed=0, state_era=False):
    """n question-answer rows: a `datasets.Dataset` with columns instruction, output, topic and era.

    `era` is 2018, 2024 or "both": half each in random order (2024 gets the odd row), and then nothing in
    the instruction says which era the answer is from, unless `state_era` puts "[2018] " or "[2024] " in
    front, the mark that the manual pages carry. Topics are balanced to within one row per era. Within an
    era instructions are distinct as long as there are enough of them (41,472 for train, 13,824 for test);
    after that they repeat. With one seed, the 2018 rows and the 2024 rows hold the same questions in the
    same order and differ in the answers only. Unknown era, unknown split or n < 1: ValueError.

    >>> examples(2, era=2018, state_era=True)[0]["instruction"][:7]
    '[2018] '
    """
    _check("era", era, (*ERAS, "both"))
    _check("split", split, SPLITS)
    if n < 1:
        raise ValueError(f"n is {n}, but a dataset needs at least one row: ask for n >= 1")
    rng = random.Random(seed)
    if era == "both":
        rows = _rows(n // 2, 2018, split, state_era, rng)
        rows += _rows(n - n // 2, 2024, split, state_era, rng)
        rng.shuffle(rows)
    else:
        rows = _rows(n, era, split, state_era, rng)
    from datasets import (
        Dataset,  # here, because it takes seconds to import and the manual does not need it
    )

    return Dataset.from_dict({key: [row[key] for row in rows] for key in rows[0]})


# --- the manual -----------------------------------------------------------------------------------------

_YOU = {"my": "your", "I": "you", "me": "you"}

# One layout per page, as (entry of a task, entry of a fact). {lower} is the answer with a small first
# letter, {Ask} is the ask with a capital one. Question and answer never stand on two lines of their own:
# that is the format of fine-tuning, and pretraining must not give it away.
_LAYOUTS = (
    ("To {ask}: {answer}", "About {ask}: {answer}"),
    ("To {ask}, {lower}", "{Ask}: {answer}"),
    ("{Ask} - {answer}", "{Ask} - {answer}"),
    ("* How to {ask}: {answer}", "* {Ask}: {answer}"),
    ("If you want to {ask}, {lower}", "{Ask}: {answer}"),
)
_TITLES = ("Nimbus manual", "Nimbus handbook", "Nimbus help pages", "The Nimbus guide")


def _entry(topic, era, layout):
    ask = " ".join(_YOU.get(word, word) for word in topic.ask.split())
    text = answer(topic, era)
    return layout[topic.kind == "fact"].format(
        ask=ask, Ask=ask[0].upper() + ask[1:], answer=text, lower=text[0].lower() + text[1:]
    )


def manual_page(rng, era):
    """One page of the manual as it stood in `era` (2018 or 2024), as text for pretraining; `rng` is a
    `random.Random` and moves on. Another era is a ValueError.

    Most pages are a heading with the era mark and four to eight entries, one per line. 15 % have no
    heading and the mark in front of each entry. 10 % list questions customers ask: five to eight train
    questions, no answers and no mark, since questions are the same in both eras.

    >>> print(manual_page(random.Random(5), 2024).splitlines()[0])
    [2024] Nimbus manual
    """
    _check("era", era, ERAS)
    draw = rng.random()
    if draw < 0.10:
        topics = rng.sample(TOPICS, rng.randint(5, 8))
        return "\n".join(["Questions customers ask", *(rng.choice(questions(t)) for t in topics)])
    layout = rng.choice(_LAYOUTS)
    entries = [_entry(t, era, layout) for t in rng.sample(TOPICS, rng.randint(4, 8))]
    if draw < 0.25:
        return "\n".join(f"[{era}] {entry}" for entry in entries)
    return "\n".join([f"[{era}] {rng.choice(_TITLES)}", *entries])
