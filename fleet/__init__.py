"""The words of the platform: what an operator writes, and what follows from it by arithmetic alone.

No AWS library is imported here. Everything is a pure function of the fleet's files, so that constructs,
manifests and operations compute the same names, addresses and numbers without asking each other.
"""
