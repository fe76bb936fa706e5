"""Credentials and tokens for registries."""
