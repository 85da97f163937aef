"""The manifests: what stands inside each cell, as typed documents. No CDK token ever enters one."""
