"""Operations on a region's ways out. The only place of this room that uses a part's code: the egress controller's own."""
