"""Who speaks, and where one customer ends and the next begins."""
