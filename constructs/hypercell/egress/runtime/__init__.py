"""Code of the egress controller: what moves a cell's default route between the NAT instance and the NAT gateway."""
