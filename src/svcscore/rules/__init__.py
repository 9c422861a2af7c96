"""Turns to findings: what a pack of rules concludes about one interaction."""
