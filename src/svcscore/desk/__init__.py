"""What people do at the review desk, without a browser: who may what, and what becomes of it."""
