"""Search by words: shoppers find a product by its name, its reading, its style number, its colour or its category."""
