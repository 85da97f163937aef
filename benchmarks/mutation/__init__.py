"""The guard, tested by mutation: everything of a fleet is deleted, renamed, replaced, weakened, widened, emptied.

The oracle (`oracle.py`) says what a mutant kills, from the facts about AWS and Kubernetes and from the architecture, and
imports nothing of the guard. `python -m benchmarks.mutation` prints the kill rate and what survived.
"""
