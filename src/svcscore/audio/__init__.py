"""Sound in: files to samples at 16 kHz, where in them is speech, and how good they are."""
