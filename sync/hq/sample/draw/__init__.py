"""Pictures of what the sample brand sells, drawn by code: SVG whose `var(--fabric)` is the product's colour."""
