"""Steps and recipes: declared, planned, run, recorded."""
