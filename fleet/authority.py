"""The mesh's certificate authorities as data: what is stored of them, how long they live, how long a change takes.

A region has one root, which a person keeps off line. Under it each meshed cell has an intermediate in Secrets Manager,
which its istiod signs the certificates of pods with (`hypercell cell ca`).
"""

from __future__ import annotations

CERTIFICATE, KEY, ROOTS, CHAIN = KEYS = ("ca-cert.pem", "ca-key.pem", "root-cert.pem", "cert-chain.pem")
"""Keys of the secret `cacerts`, which are istiod's own words: the intermediate, its key, every root that the cell
trusts, and what its pods show beside their own certificate."""

ROOT_DAYS = 3650
"""Ten years: a root is taken out of its safe for a new cell and once a year, and replaced in four careful days."""
CELL_DAYS = 365
RENEW_DAYS = 90
"""Left of an intermediate when it is due for another, and of a root when nothing more is signed with it."""
ALARM_DAYS = 30
"""Left when somebody is woken: due for two months, and nobody did it."""

WORKLOAD_HOURS = 24
"""Life of a pod's certificate (istiod's default). Proxies ask for the next one at half of it, and learn with it which
roots to trust."""
READ_HOURS = 1
"""How often External Secrets asks for a cell's authority."""
SETTLE_HOURS = WORKLOAD_HOURS + 2 * READ_HOURS
"""After this, every pod of a cell has heard of a change to its authority: the certificates of before have ended. Once
for the secret to be read, once for what was late."""
FIRST_HOURS = 2 * READ_HOURS
"""How long the first cell of a region goes alone in each step of a root's replacement."""
