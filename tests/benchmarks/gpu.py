"""What a card makes of the course, in at most eight minutes: `make bench-gpu`.

Speed against a plain loop, memory, as much of a recorded sweep and as many lessons as there is time for. What is found goes
into utils/course/timings.json under the card's name, and from there into the README.
"""

import datetime
import time

from utils import inbox
from utils.course import machine
from utils.course.lesson import outline
from utils.model.hardware import card
from utils.model.loading import at_hand
from utils.model.recorded import real, record

from . import lessons, speed

LIMIT = 8 * 60  # seconds, all in all
SWEEP_UNTIL, LESSONS_UNTIL = LIMIT / 2, LIMIT - 60  # seconds since the start, when nothing more is begun
T4 = 15_000  # MB that a T4 has for a program


def main() -> None:
    if card() is None:
        print("There is no GPU here. `make bench` measures what a CPU does.")
        return
    began = time.monotonic()
    name = real.REAL if at_hand(real.REAL) else "tiny"
    found = measured(name, real.STEPS, speed.PAIRS)
    keep(found)
    if name == real.REAL:
        record.record_by_point(real.SWEEPS["real_headline"], until=began + SWEEP_UNTIL)
    for lesson in outline():
        if time.monotonic() > began + LESSONS_UNTIL:
            break
        found["lessons"][lesson.name] = lessons.seconds_of(lesson.name)
        print(f"{lesson.number} {lesson.title}: {found['lessons'][lesson.name]} s", flush=True)
        keep(found)


def measured(name: str, steps: int, pairs: int) -> dict:
    """The pace of `fine_tune` on a model, and the memory that it takes."""
    pace = speed.in_turn(inbox.examples(200, seed=0), name, steps, pairs)
    print(f"peak memory: {pace.memory:,} MB; a T4 has {T4:,}", flush=True)
    return {"date": datetime.date.today().isoformat(), "pace": pace._asdict(), "lessons": {}}


def keep(found: dict) -> None:
    """Write what was found on this card beside what the timings hold of other devices."""
    timings = machine.timings()
    lessons.keep(timings | {"cards": timings.get("cards", {}) | {card(): found}})
