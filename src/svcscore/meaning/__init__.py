"""What a turn means where no listed phrase says it: a small text model, one witness of several."""
