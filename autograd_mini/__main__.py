"""`python -m autograd_mini` is the command line."""

from autograd_mini.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
