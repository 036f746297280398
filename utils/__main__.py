"""The course from a terminal: `python -m utils demo`."""

import argparse
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m utils", description="Quality over quantity, from a terminal.")
    commands = parser.add_subparsers(dest="command", required=True)
    demo = commands.add_parser("demo", help="run the headline experiment, print its table and write its picture")
    demo.add_argument("--out", type=Path, default=Path("build"), help="folder of the picture (default: build)")
    chosen = parser.parse_args()
    if chosen.command == "demo":
        from .model import demo as headline

        headline.main(chosen.out)


if __name__ == "__main__":
    main()
