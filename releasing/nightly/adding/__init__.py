"""A workflow added to the image auto release: what is asked for, checked, made and proposed."""
