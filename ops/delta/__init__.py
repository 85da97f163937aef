"""The delta gate: what a bundle would take away from the one that stands."""
