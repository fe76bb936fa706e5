"""Registries over HTTP: digests, manifests, tags and image configurations."""
