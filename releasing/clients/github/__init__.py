"""Pull requests and releases on GitHub, through gh."""
