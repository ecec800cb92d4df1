"""What HQ shows a person about its stores."""
