"""``python -m svcscore``."""

from svcscore.cli.main import main

if __name__ == "__main__":
    main()
