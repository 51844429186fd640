"""The Markdown of a result."""

import math

from harness import versions

METRICS = {
    "total": "CPU a request",
    "user": "user CPU a request",
    "p99": "p99",
    "kibibytes": "KiB a connection",
}
TEXT_COLUMNS = {"scenario", "server", "bar", "verdict"}
# Above this share of the machine, something else ran and the numbers are not to be believed.
NOISE_LIMIT = 0.05


def markdown(suite, outcome, command, day):
    """The whole report of a suite: machine, versions, command, table, bars."""
    lines = [
        f"# {suite.title}, {day}",
        "",
        f"Machine: {versions.machine()}. Load: {suite.load or 'wrk ' + versions.wrk()}.",
        f"Peers: {'; '.join(outcome.versions.values()) or 'none'}.",
        *outcome.notes,
        "",
        f"    {command}",
        "",
        *suite.table(outcome),
        "",
        *noise(outcome),
        "## Where it must stand",
        "",
        *bars(suite.bars, outcome),
    ]
    return "\n".join(lines) + "\n"


def row(cells):
    return f"| {' | '.join(cells)} |"


def head(columns):
    """A header and its rule; numbers stand to the right."""
    rule = ["---" if column in TEXT_COLUMNS else "---:" for column in columns]
    return [row(columns), row(rule)]


def ratio(outcome, scenario, peer, reference, metric):
    ours = outcome.value(scenario.name, peer.key, metric)
    theirs = outcome.value(scenario.name, reference.key, metric)
    return f"{ours / theirs:.2f}" if ours is not None and theirs else "–"


def load_table(references, unit="requests"):
    """A table of CPU, latency and rate, with ratios: metrics by the key of the peer."""

    def table(outcome):
        ratios = [
            (peer, metric)
            for peer in outcome.peers
            for metric in references.get(peer.key, ())
        ]
        columns = ["scenario", "server", "user µs", "system µs", "total µs"]
        columns += [f"{metric} ÷ {peer.name}" for peer, metric in ratios]
        columns += ["p50 µs", "p99 µs", f"{unit}/s"]
        lines = head(columns)
        for scenario in outcome.scenarios:
            for peer in outcome.peers:
                if peer.is_listed(scenario):
                    cells = load_cells(outcome, scenario, peer, ratios)
                    cells += [""] * (len(columns) - 2 - len(cells))
                    lines.append(row([f"{scenario.name}: {scenario.title}", peer.name, *cells]))
        return lines

    return table


def load_cells(outcome, scenario, peer, ratios):
    median = outcome.medians.get((scenario.name, peer.key))
    if median is None:
        return [reason(outcome, scenario, peer)]
    return [
        f"{median.user:.2f}",
        f"{median.system:.2f}",
        f"{median.total:.2f}",
        *(ratio(outcome, scenario, peer, other, metric) for other, metric in ratios),
        whole(median.p50),
        whole(median.p99),
        f"{median.rate:,.0f}",
    ]


def whole(number):
    """A number without decimals, or a dash for one that the load does not know."""
    return "–" if math.isnan(number) else f"{number:.0f}"


def reason(outcome, scenario, peer):
    """Why a row has no numbers, safe within a table."""
    return outcome.reason(scenario.name, peer.key).replace("|", "\\|")


def idle_table(references):
    """A table of memory with idle connections, with ratios to the peers of these keys."""

    def table(outcome):
        others = [peer for peer in outcome.peers if peer.key in references]
        columns = ["server", "connections", "KiB a connection", "MiB before", "MiB with them"]
        columns += [f"÷ {peer.name}" for peer in others]
        lines = head(columns)
        for peer in outcome.peers:
            cells = idle_cells(outcome, outcome.scenarios[0], peer, others)
            lines.append(row([peer.name, *cells, *[""] * (len(columns) - 1 - len(cells))]))
        return lines

    return table


def idle_cells(outcome, scenario, peer, others):
    median = outcome.medians.get((scenario.name, peer.key))
    if median is None:
        return [reason(outcome, scenario, peer)]
    return [
        f"{median.connections:,}",
        f"{median.kibibytes:.2f}",
        f"{median.before / 2**20:.1f}",
        f"{median.after / 2**20:.1f}",
        *(ratio(outcome, scenario, peer, other, "kibibytes") for other in others),
    ]


def noise(outcome):
    """Warnings that the numbers need beside them: a busy machine, and failed requests."""
    lines = []
    shares = [getattr(median, "others", 0) for median in outcome.medians.values()]
    if max(shares, default=0) > NOISE_LIMIT:
        lines.append(
            f"**The machine was not quiet**: other programs used up to {max(shares):.0%} of it."
        )
    for (scenario, peer), median in outcome.medians.items():
        if getattr(median, "errors", 0):
            lines.append(f"**{median.errors:.0f} failed requests** in {scenario} of {peer}.")
    return [f"{line}\n" for line in lines]


def shown(reading, limit):
    """Two decimals, or four when two would hide on which side of the limit the reading is."""
    short = f"{reading:.2f}"
    return short if (float(short) <= limit) == (reading <= limit) else f"{reading:.4f}"


def bars(wanted, outcome):
    """Pass or fail against each bar."""
    names = {peer.key: peer.name for peer in outcome.peers}
    lines = head(["bar", "server", "at most", "measured", "verdict"])
    for bar in wanted:
        title = f"{bar.scenario}: {METRICS[bar.metric]}"
        title += f" ÷ {names[bar.peer]}" if bar.peer in names else ""
        title += f", {bar.peer_scenario}" if bar.peer_scenario else ""
        reading = bar.reading(outcome)
        server = names.get(bar.martlet, bar.martlet)
        if reading is None:
            verdict = ["–", f"not measured: {bar.absence(outcome)}"]
        else:
            verdict = [shown(reading, bar.limit), "pass" if reading <= bar.limit else "**fail**"]
        lines.append(row([title, server, f"{bar.limit:g}", *verdict]))
    return lines
