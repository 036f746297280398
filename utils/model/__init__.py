"""Models: profiles, fine-tuning, evaluation, comparison."""

import os

from .memory import total_memory

# On a CPU, oneDNN keeps a compiled kernel for each shape it meets. 128 of them serve as well as its default of 1,024,
# which takes some 200 MB more; 32 take another 90 MB less and cost a run about 5 % of its time, so that it fits into
# 1 GB. oneDNN reads this when torch first computes.
os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "128" if total_memory() > 3 * 2**30 else "32")
