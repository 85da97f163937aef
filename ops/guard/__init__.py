"""The guard: what a change of the fleet touches, and whether it may. Pure: it asks nobody, and reads no file."""
