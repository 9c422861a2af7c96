"""Shipped helpers for tests, ours and those of who builds on svcscore; the product imports none."""
