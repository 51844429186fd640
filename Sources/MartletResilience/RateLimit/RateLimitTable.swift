import Synchronization

/// The buckets of all keys: a table of fixed size, split into shards with a lock each.
///
/// A key may lie in any of the ``ways`` slots of the one set that its hash names. When all are
/// taken, the bucket that is nearest to being full makes room: it is the one whose loss gives its
/// owner least. A full bucket is as good as none, so most evictions lose nothing.
///
/// ## What an attacker can do
/// Whoever has endless keys (addresses, API keys) gets a burst for each of them: no limit by key
/// can help that; only a limit over all can. What random keys cannot do is
/// - make the table grow: it never allocates after `init`;
/// - free a throttled key cheaply: its bucket is the emptiest of its set, so it goes last. To push
///   it out, the attacker must empty sixteen other buckets of the same set as far; the hash is
///   seeded for each process, so which keys those are cannot be known, and about the whole
///   table's worth of requests times the burst is spent on it. A burst of 1 has no such order
///   among buckets: there the oldest goes first, after about `capacity` requests;
/// - make two keys share a bucket on purpose: fingerprints are 64 bits of a seeded SipHash.
package final class RateLimitTable: Sendable {
    /// How many slots the set of a key has.
    package static let ways = 16

    private struct Slot {
        /// The hash of the key; 0 for a slot that was never used.
        var fingerprint: UInt64 = 0
        var arrivalTime: Int64 = 0
    }

    /// A lock and the sets that it guards.
    private final class Shard: Sendable {
        let slots: Mutex<[Slot]>

        init(slotCount: Int) {
            slots = Mutex([Slot](repeating: Slot(), count: slotCount))
        }
    }

    /// How many keys are remembered at most.
    package let capacity: Int

    private let shards: [Shard]
    private let setsPerShard: Int

    /// Makes an empty table.
    ///
    /// - Parameter capacity: How many keys to remember at least; rounded up to a power of two, at
    ///   least one set. A key takes 16 bytes.
    package init(capacity: Int) {
        precondition(capacity > 0, "a table must remember something")
        var sets = 1
        while sets * Self.ways < capacity { sets *= 2 }
        let shardCount = min(sets, 64)
        setsPerShard = sets / shardCount
        self.capacity = sets * Self.ways
        let slotCount = setsPerShard * Self.ways
        shards = (0..<shardCount).map { _ in Shard(slotCount: slotCount) }
    }

    /// How many keys have a bucket that is not full at `now`.
    package func activeCount(now: Int64) -> Int {
        shards.reduce(0) { sum, shard in
            sum + shard.slots.withLock { slots in slots.count { $0.arrivalTime > now } }
        }
    }

    /// Decides on a request of the key with the hash `fingerprint`, and remembers the decision.
    package func decide(fingerprint: UInt64, now: Int64, by rule: GCRA) -> GCRA.Decision {
        // 0 marks an empty slot; one key in 2⁶⁴ shares its bucket with another for that.
        let fingerprint = max(fingerprint, 1)
        let shard = shards[Int(fingerprint % UInt64(shards.count))]
        let set = Int(fingerprint / UInt64(shards.count) % UInt64(setsPerShard)) * Self.ways
        return shard.slots.withLock { slots in
            var victim = set
            for index in set..<set + Self.ways {
                if slots[index].fingerprint == fingerprint {
                    let decision = rule.decide(
                        arrivalTime: slots[index].arrivalTime,
                        now: now
                    )
                    slots[index].arrivalTime = decision.arrivalTime
                    return decision
                }
                if slots[index].arrivalTime < slots[victim].arrivalTime { victim = index }
            }
            let decision = rule.decide(arrivalTime: nil, now: now)
            slots[victim] = Slot(fingerprint: fingerprint, arrivalTime: decision.arrivalTime)
            return decision
        }
    }
}
