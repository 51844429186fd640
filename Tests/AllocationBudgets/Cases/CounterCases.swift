import CMallocCount
import Glibc

/// The counter itself, so that a count of zero can be believed.
enum CounterCases {
    static let all = [
        AllocationCase(name: "nothing", isExact: true) { count in
            for index in 0..<count { keep(index) }
        },
        AllocationCase(name: "one array", isExact: true) { count in
            for _ in 0..<count { keep([UInt8](repeating: 1, count: 100)) }
        },
        AllocationCase(name: "malloc, calloc, realloc and aligned_alloc", isExact: true) { count in
            for _ in 0..<count { keepAllFour() }
        },
    ]

    /// Sound: each pointer is freed once, and realloc has taken the second over.
    private static func keepAllFour() {
        let first = malloc(100)
        martlet_keep(first)
        let second = calloc(10, 10)
        martlet_keep(second)
        let third = realloc(second, 200)
        martlet_keep(third)
        let fourth = aligned_alloc(64, 128)
        martlet_keep(fourth)
        free(first)
        free(third)
        free(fourth)
    }
}

/// Takes a value so that the optimiser cannot leave out what made it.
@inline(never)
func keep<Value>(_ value: Value) {}
