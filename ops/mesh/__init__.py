"""The mesh as its manifests make it: who can reach whom, and who answers when something is lost."""
