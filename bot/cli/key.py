"""`intervisie key`."""

import click
from cryptography.fernet import Fernet


@click.command()
def key() -> None:
    """Print a new key for INTERVISIE_SECRET_KEYS."""
    click.echo(Fernet.generate_key().decode())
