"""Code of the keeper, which wakes databases before their backup."""
