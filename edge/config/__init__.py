"""The settings: noren.toml, HQ's config document over it, and what is in force now."""
