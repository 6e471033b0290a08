"""`python -m vez`."""

from vez.cli import main

if __name__ == "__main__":
    main()
