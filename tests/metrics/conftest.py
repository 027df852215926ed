"""What was counted, before and after; and the bot at its address."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.routing import Route

from bot.metrics.page import Page
from sandbox.client import Response
from sandbox.here import Here
from tests.slack.conftest import Address, address

__all__ = ["Address", "address"]

Counted = Callable[..., float]


def value(name: str, **labels: str) -> float:
    """A number of this process, which other tests have moved too."""
    return REGISTRY.get_sample_value(name, labels) or 0.0


@pytest.fixture
def since() -> Counted:
    """How much a number has grown since the test began."""
    before = {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in REGISTRY.collect()
        for sample in family.samples
    }

    def grown(name: str, **labels: str) -> float:
        return value(name, **labels) - before.get((name, tuple(sorted(labels.items()))), 0.0)

    return grown


async def ask(page: Page, **headers: str) -> Response:
    """Reads a page as Prometheus does."""
    async with Here(Starlette(routes=[Route("/metrics", page.answer)]), "http://bot") as http:
        return await http.get("/metrics", headers=headers)


def samples(page: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """A page as Prometheus reads it."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


def on(page: str, name: str, **labels: str) -> float | None:
    return samples(page).get((name, tuple(sorted(labels.items()))))


def label_sets(page: str) -> list[Mapping[str, Any]]:
    """The labels of everything that is ours."""
    return [dict(labels) for name, labels in samples(page) if name.startswith("intervisie_")]
