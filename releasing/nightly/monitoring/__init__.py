"""What watches over the nightly release: which images it covers, how old their newest are, and who is told."""
