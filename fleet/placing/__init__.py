"""How a placement is found: the ledger of what it costs (`board`), the ways to a better one (`search`)."""
