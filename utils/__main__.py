"""The course from a terminal: `python -m utils demo`, `python -m utils audit my_file.jsonl`."""

import argparse
import sys
from pathlib import Path

from .data.audit import command as audit


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m utils", description="Quality over quantity, from a terminal.")
    commands = parser.add_subparsers(dest="command", required=True)
    demo = commands.add_parser("demo", help="run the headline experiment, print its table and write its picture")
    demo.add_argument("--out", type=Path, default=Path("build"), help="folder of the picture (default: build)")
    audit.configure(commands.add_parser("audit", help="check a training set by rule, before training on it"))
    chosen = parser.parse_args()
    if chosen.command == "audit":
        return audit.run(chosen)
    from .model import demo as headline

    headline.main(chosen.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
