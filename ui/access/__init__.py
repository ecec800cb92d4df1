"""Who may ask for which page."""
