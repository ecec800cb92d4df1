"""縹 HANADA, a made-up clothing and home brand of three stores: everything a new chain's HQ would send, to try Noren with."""
