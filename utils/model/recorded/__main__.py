import sys

from .record import main

main(sys.argv[1:])
