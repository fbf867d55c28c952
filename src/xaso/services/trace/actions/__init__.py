"""Every write of traceability, one function a verb."""
