"""What HQ derives from the stores' facts."""
