"""GS1: Application Identifiers, element strings and Digital Links."""
