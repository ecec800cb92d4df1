"""The reference headquarters: keeps every store's facts once, and sends the feeds down."""
