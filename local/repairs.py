"""Repairs of moto's own models."""


def install() -> None:
    """Nothing yet."""
