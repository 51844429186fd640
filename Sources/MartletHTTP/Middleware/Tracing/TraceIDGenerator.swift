import Synchronization

/// Makes identifiers of traces and spans without asking the kernel each time.
///
/// SplitMix64 over a counter that starts at a random place: well mixed, so that samplers may look
/// at any bits, but predictable to who knows the seed; never use one as a secret.
package final class TraceIDGenerator: Sendable {
    /// The one that every layer of a process shares.
    package static let shared = TraceIDGenerator(seed: UInt64.random(in: .min ... .max))

    private let state: Atomic<UInt64>

    /// Makes a generator; tests give the seed.
    package init(seed: UInt64) {
        state = Atomic(seed)
    }

    /// A context that begins a trace which nobody records.
    package func makeContext() -> TraceContext {
        TraceContext(traceID: UInt128(next()) << 64 | UInt128(next()), spanID: next())
    }

    /// The next 64 bits; never 0.
    private func next() -> UInt64 {
        let step: UInt64 = 0x9E37_79B9_7F4A_7C15
        var mixed = state.wrappingAdd(step, ordering: .relaxed).newValue
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        return mixed == 0 ? step : mixed
    }
}
