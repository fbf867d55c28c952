"""Every write of the one-stop shop: one verb, one transaction, right → change → event."""
