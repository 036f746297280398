"""What goes wrong when people sort messages: for `damage.spoil(rows, {"wrong_topic": 0.3}, own=FLAWS)`.

Where such a flaw is systematic, one clerk always takes a topic for the same other one, marks everything as urgent, or
writes the line in a form of his own.
"""

from __future__ import annotations

from ..damage import Settled
from . import NO_NUMBER, SEPARATOR, TOPICS, URGENCIES

FORMS = ("{0}, {1}, {2}", "{2} | {0} | {1}", "topic: {0}; urgency: {1}; order: {2}", "{0} / {1} / {2}", "{0} | {1}")


def wrong_topic(row, rows, r):
    """The line has another topic: what neighbouring topics are taken for, as soon as nobody looks up the rule."""
    topic, *rest = _fields(row)
    others = [other for other in TOPICS if other != topic]
    if not rest:
        return row
    other = min(others, key=lambda other: r.rank(topic + other)) if isinstance(r, Settled) else r.choice(others)
    return row[0], SEPARATOR.join((other, *rest))


def wrong_urgency(row, rows, r):
    """The line has another urgency: it is high where somebody marks everything as urgent."""
    topic, urgency, number = (*_fields(row), "", "")[:3]
    if urgency not in URGENCIES:
        return row
    other = "high" if isinstance(r, Settled) else r.choice([level for level in URGENCIES if level != urgency])
    return row[0], SEPARATOR.join((topic, other, number))


def number_overlooked(row, rows, r):
    """The message gives an order number, and the line says that there is none."""
    *rest, number = _fields(row)
    return (row[0], SEPARATOR.join((*rest, NO_NUMBER))) if rest and number != NO_NUMBER else row


def other_form(row, rows, r):
    """The right fields in another form: other marks between them, another order, names before them, one left out."""
    fields = _fields(row)
    if len(fields) != 3:
        return row
    form = min(FORMS, key=r.rank) if isinstance(r, Settled) else r.choice(FORMS)
    return row[0], form.format(*fields)


def _fields(row: tuple[str, str]) -> list[str]:
    return row[1].split(SEPARATOR)


FLAWS = {each.__name__: each for each in (wrong_topic, wrong_urgency, number_overlooked, other_form)}
