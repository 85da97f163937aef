"""A cell: the EKS cluster, its nodes, identities, load balancers and alarms."""
