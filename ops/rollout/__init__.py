"""The roll-out: one stored assembly, wave by wave, from what is really deployed."""
