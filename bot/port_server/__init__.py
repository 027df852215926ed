"""HTTP server on a port of its own, which outlives hostile clients."""

from bot.port_server.limits import Limits
from bot.port_server.server import PortServer

__all__ = ["Limits", "PortServer"]
