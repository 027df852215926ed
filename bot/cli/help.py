"""`intervisie help`: the same as --help."""

import click


@click.command("help")
@click.pass_context
def print_help(context: click.Context) -> None:
    """Show this list."""
    click.echo((context.parent or context).get_help())
