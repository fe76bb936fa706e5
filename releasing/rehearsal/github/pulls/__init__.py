"""Pull requests of the local GitHub: reviews, protection, the merge button, the merge queue."""
