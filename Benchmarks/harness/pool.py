"""What borrowing from the connection pool costs, and how fairly its borrowers wait."""

import json
import subprocess

from harness.places import MARTLET_SERVER

LIMIT_SECONDS = 120
# The longest wait may be at most this many times the mean.
FAIRNESS = 3


def run(rounds, hold):
    """One run of 64 borrowers over 8 items; `hold` is in milliseconds."""
    result = subprocess.run(
        [str(MARTLET_SERVER), "pool", "--rounds", str(rounds), "--hold", str(hold)],
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=True,
    )
    return json.loads(result.stdout)


def notes():
    """The lines of a report."""
    try:
        busy = run(rounds=5000, hold=0)
        steady = run(rounds=300, hold=2)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        return [f"The pool was not measured: {error}."]
    ratio = steady["longest_wait_us"] / steady["mean_wait_us"]
    verdict = "pass" if ratio <= FAIRNESS else "**fail**"
    return [
        "",
        f"Pool, 64 borrowers over 8 items: {busy['cpu_us']:.2f} µs of CPU a borrow, its waiting "
        f"included ({busy['borrows']:,} borrows). Each held for 2 ms: mean wait "
        f"{steady['mean_wait_us'] / 1000:.1f} ms, longest {steady['longest_wait_us'] / 1000:.1f} "
        f"ms, {ratio:.2f} times the mean (at most {FAIRNESS}: {verdict}).",
    ]
