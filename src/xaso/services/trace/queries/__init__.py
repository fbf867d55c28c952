"""Every read of traceability, by room; always for somebody."""
