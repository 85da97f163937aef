"""The way out: NAT instances on static interfaces, the NAT gateway as the safe default, probe paths."""
