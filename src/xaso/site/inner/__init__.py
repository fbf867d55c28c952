"""TLS between our own machines: an authority of our own, certificates made by a command (deploy/many-nodes)."""
