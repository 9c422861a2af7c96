"""Where work is done: a `Runner` takes tasks and yields what became of each."""
