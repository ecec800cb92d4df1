"""The protocol of store and HQ as types: messages, envelope, topics, signatures."""
