"""How programs are run, with their environment; files, locks, waiting."""
