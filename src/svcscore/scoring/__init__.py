"""A rubric as data, and the score of one interaction with its interval and its account."""
