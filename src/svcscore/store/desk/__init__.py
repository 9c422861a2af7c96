"""What the review desk keeps: accounts, who hears what, appeals, and what people correct."""
