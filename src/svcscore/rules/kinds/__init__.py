"""One file a kind of rule: where it may have been heard, and what follows from what was heard."""
