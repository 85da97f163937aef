"""The first hours of a cell: from a cluster without anything to an Argo CD that does the rest."""
