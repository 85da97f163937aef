"""The mirrors of the regions: what the releases want in them, what is there, and by which digests."""
