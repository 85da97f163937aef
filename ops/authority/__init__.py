"""The certificate authorities of the mesh: what stands, what comes next, and its doing."""
