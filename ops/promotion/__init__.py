"""Promotion: a bundle into its cell's repository, and the one tag that its Argo CD follows."""
