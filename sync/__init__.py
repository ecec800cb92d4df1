"""Store and headquarters of one mind, over MQTT."""
