"""What a release publishes: notes, manifest, the release on GitHub."""
