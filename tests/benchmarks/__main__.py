"""All benchmarks, or those named: `make bench`, or `python -m tests.benchmarks speed audit acceptance`.

Machines are noisy, so times are compared as ratios of runs that took turns. Nothing here is a test with a time limit.
"""

import sys

from . import acceptance, audit, lessons, speed, widgets

ALL = {
    "speed": speed.fine_tune_against_a_plain_loop,
    "start": speed.kernel_start_to_headline,
    "imports": speed.imports,
    "audit": audit.main,
    "widgets": widgets.main,
    "lessons": lessons.main,
    "acceptance": acceptance.main,
}


def main() -> None:
    for name in sys.argv[1:] or ALL:
        if name not in ALL:
            sys.exit(f'There is no benchmark "{name}": there are {", ".join(ALL)}.')
        print(f"\n== {name}", flush=True)
        ALL[name]()


if __name__ == "__main__":
    main()
