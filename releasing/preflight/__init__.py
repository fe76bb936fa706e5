"""What a release requires before it begins."""
