"""The records in formats that other tools read: pure functions, text or bytes in and out."""
