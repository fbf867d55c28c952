"""The tamper-evident log as anyone can check it: leaves, signed heads, exports, witnesses. No Django, no database."""
