"""A persisted name stays as it is: rows, buttons and dashboards of before still carry it."""

from tests.persisted.names import LIST, all_names, as_text


def test_no_persisted_name_changes_without_a_migration() -> None:
    stored, today = LIST.read_text().splitlines(), as_text(all_names()).splitlines()
    gone, new = sorted(set(stored) - set(today)), sorted(set(today) - set(stored))
    assert not gone, f"In databases and in Slack there are still: {gone}. Migrate them, or keep the name."
    assert not new, f"Write the new names down with `python -m tests.persisted.names`: {new}"


def test_every_kind_of_name_is_found() -> None:
    assert all(len(found) > 3 for found in all_names().values())
