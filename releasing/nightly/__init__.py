"""The image auto release: what is built every night, and what a night is."""
