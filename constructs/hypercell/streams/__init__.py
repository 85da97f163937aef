"""Streams in tiers, into the lake."""
