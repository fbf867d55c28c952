"""Operating: health, metrics, logs, the operator's page, the configuration checked, the security-level file."""
