"""What many scorecards say about a person or a branch, and how sure that is."""
