"""What other tools know of links: their exports, read, whatever their encoding, delimiter and damage. Pure."""
