"""Git of the local GitHub: what pushes it refuses, refs and comparisons over HTTP."""
