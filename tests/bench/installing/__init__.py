"""What `./dev bench install` needs inside a fresh Debian."""
