"""The demo commune: its offices, hamlets, officers and keys; each service then fills in a believable month."""
