"""`make days`: the suite on days on which a test that counts from today has failed before."""

import subprocess
import sys

# In the zone of most groups: what is late in the evening there is another day in UTC.
DAYS = {
    "a Sunday": "2026-11-29T10:00+01:00",
    "a Monday": "2026-11-30T10:00+01:00",
    "a Saturday": "2026-12-05T10:00+01:00",
    "Christmas Eve": "2026-12-24T10:00+01:00",
    "New Year's Eve": "2026-12-31T23:20+01:00",
    "the night in which summer time begins": "2027-03-28T01:30+01:00",
    "the night in which summer time ends": "2027-10-31T02:30+02:00",
    "a leap day": "2028-02-29T10:00+01:00",
    "a day in 2030": "2030-06-12T10:00+02:00",
}


def main(more: list[str]) -> int:
    failed = [day for day in DAYS if not _green_on(day, more)]
    print(f"Red on: {', '.join(failed)}" if failed else f"Green on all {len(DAYS)} days.")
    return 1 if failed else 0


def _green_on(day: str, more: list[str]) -> bool:
    print(f"— {day}, {DAYS[day]}", flush=True)
    parallel = ["-n", "4", "--dist", "worksteal"]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "tests.another_day",
        "--day",
        DAYS[day],
        *parallel,
        *more,
    ]
    return subprocess.run(command, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
