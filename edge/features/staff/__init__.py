"""Staff: who they are, their PINs, locks and sessions."""
