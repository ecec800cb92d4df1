"""What features bring to the screens, under the names they have in edge/features."""
