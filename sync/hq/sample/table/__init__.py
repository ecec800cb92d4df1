"""What the sample brand sells, as tables: colours, categories, 60 styles."""
