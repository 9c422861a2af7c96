"""What the database keeps, brought together with rules, scores and tracking."""
