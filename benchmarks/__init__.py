"""Time and memory against the budgets. `make bench` prints them; no test asserts a time."""
