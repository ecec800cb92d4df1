"""縹 HANADA, a made-up clothing and home brand of three stores: the files a new chain's HQ would push, to try Noren with."""
