"""Refs, branches and tags of a repository, through git."""
