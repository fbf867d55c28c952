"""Every write of the assistant, one function a verb."""
