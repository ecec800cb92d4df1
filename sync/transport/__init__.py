"""The MQTT connection."""
