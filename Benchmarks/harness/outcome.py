"""What a run found out: numbers where there are some, and a reason where there are none."""

from dataclasses import dataclass, field

from harness.idle import Idle
from harness.load import Sample


@dataclass
class Outcome:
    """The numbers of one suite, by scenario and peer."""

    scenarios: list
    peers: list
    medians: dict[tuple[str, str], Sample | Idle] = field(default_factory=dict)
    absences: dict[tuple[str, str], str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def record_version(self, peer):
        """Notes the version of a program once, under the name of the first peer that it is."""
        if peer.executable not in self.versions:
            version = peer.version(peer.executable)
            self.versions[peer.executable] = f"{peer.name} {version}"

    def absent(self, scenario, peer, reason):
        self.absences[scenario.name, peer.key] = reason

    def value(self, scenario, peer, metric):
        """A number by the names of scenario, peer and metric, or None."""
        measured = self.medians.get((scenario, peer))
        return getattr(measured, metric, None) if measured else None

    def reason(self, scenario, peer):
        return self.absences.get((scenario, peer), "not measured")
