"""Reading bar and matrix codes in a grey picture, better than any single engine does."""
