"""What this recogniser hears of phrases that are spoken to it: speech is made, spoiled and recognised."""
