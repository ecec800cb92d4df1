"""Codes that the chain itself issues: member cards and tokens, item numbers, `noren:` codes."""
