"""The methods (werkvormen): data in TOML, read and checked once."""
