"""What features bring to headquarters, under the names they have in edge/features."""
