"""What a store does: one module or folder for each capability."""
