"""Models: profiles, fine-tuning, evaluation, comparison."""

import os

# On a CPU, oneDNN keeps a compiled kernel for each shape it meets. 128 of them serve as well as its default of 1,024,
# which takes some 200 MB more; it reads this when torch first computes.
os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "128")
