"""The egress controller on a real kernel, against its budgets."""
