"""The page for trying Noren without hardware: codes to click or to scan, and a scanner that can be made to fail."""
