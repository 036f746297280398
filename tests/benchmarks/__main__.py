"""All benchmarks, or those named: `make bench`, or `python -m tests.benchmarks speed audit acceptance`.

Machines are noisy, so times are compared as ratios of runs that took turns. Nothing here is a test with a time limit.
"""

import sys

from . import acceptance, audit, gpu, lessons, memory, real_text, recorded, speed, widgets

ALL = {
    "speed": speed.fine_tune_against_a_plain_loop,
    "real": speed.a_real_model,
    "start": speed.kernel_start_to_headline,
    "imports": speed.imports,
    "memory": memory.main,
    "audit": audit.main,
    "widgets": widgets.main,
    "lessons": lessons.main,
    "acceptance": acceptance.main,
}


ON_REQUEST = {
    "real_text": real_text.main,
    "recorded": recorded.main,
    "ledger": recorded.write_ledger,
    "gpu": gpu.main,
}  # the first takes hours


def main() -> None:
    known = ALL | ON_REQUEST
    for name in sys.argv[1:] or ALL:
        if name not in known:
            sys.exit(f'There is no benchmark "{name}": there are {", ".join(known)}.')
        print(f"\n== {name}", flush=True)
        known[name]()


if __name__ == "__main__":
    main()
