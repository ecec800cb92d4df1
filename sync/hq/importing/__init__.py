"""Files that a person pushes: read, checked, and put into a feed."""
