"""`hypercell diff`: where the two sides of a comparison come from, and how its outcome is shown."""
