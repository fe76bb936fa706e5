"""The local GitHub: what the real gh speaks to in a rehearsal, over real bare repositories."""
