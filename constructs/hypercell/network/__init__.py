"""The VPC of a region: networks, subnets by zone ID, endpoints, flow logs, the private zone and the operators' way in."""
