"""Keys, boundaries and acknowledged findings: what guards everything else."""
