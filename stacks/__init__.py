"""The composition: which stack holds what. Resource properties stand in `hypercell`, facts in `fleet`."""
