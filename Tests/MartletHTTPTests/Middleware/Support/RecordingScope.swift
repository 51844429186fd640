import MartletCore
import Synchronization

/// A call scope that remembers what it was asked for.
final class RecordingScope: CallScope {
    private let instants = Mutex<[ContinuousClock.Instant]>([])
    private let current = Mutex(WorkLabel.unknown)

    var cancellations: [ContinuousClock.Instant] { instants.withLock { $0 } }

    var label: WorkLabel { current.withLock { $0 } }

    func cancelCall(at instant: ContinuousClock.Instant) {
        instants.withLock { $0.append(instant) }
    }

    func setLabel(_ label: WorkLabel) {
        current.withLock { $0 = label }
    }
}
