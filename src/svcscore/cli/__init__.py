"""The command line: one thin file a command group; heavy imports inside commands."""
