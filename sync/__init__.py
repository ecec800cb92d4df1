"""Replication between store and headquarters, over MQTT."""
