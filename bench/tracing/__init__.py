"""Parts of the bench of traceability: a believable province of tea, its loading, and what is measured on it."""
