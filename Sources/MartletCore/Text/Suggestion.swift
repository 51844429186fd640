/// Finds what somebody who mistyped a name may have meant.
package enum Suggestion {
    /// The one of `candidates` that is nearest to `name`, when it is near enough to be meant.
    ///
    /// Near enough is at most a third of the name's length in edits (one for names of one to
    /// three characters); of equally near candidates the first in alphabetical order.
    ///
    /// - Parameters:
    ///   - name: What was written.
    ///   - candidates: What could have been meant.
    /// - Returns: The nearest candidate, or nil when none is near.
    package static func closest(
        to name: String,
        among candidates: some Sequence<String>
    ) -> String? {
        let written = Array(name.lowercased().unicodeScalars)
        let limit = max(1, written.count / 3)
        var best: (distance: Int, candidate: String)?
        for candidate in candidates.sorted() {
            let distance = editDistance(written, Array(candidate.lowercased().unicodeScalars))
            if distance <= limit, distance < best?.distance ?? .max {
                best = (distance, candidate)
            }
        }
        return best?.candidate
    }

    /// `" Did you mean “port”?"`, or nothing when no candidate is near.
    package static func sentence(
        for name: String,
        among candidates: some Sequence<String>
    ) -> String {
        closest(to: name, among: candidates).map { " Did you mean “\($0)”?" } ?? ""
    }

    /// How many insertions, deletions, substitutions and swaps of neighbours lead from one to the
    /// other (the optimal string alignment distance).
    private static func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var beforePrevious: [Int] = []
        var previous = Array(0...right.count)
        for row in 0..<left.count {
            var current = [row + 1]
            current.reserveCapacity(right.count + 1)
            for column in 0..<right.count {
                let substitution = previous[column] + (left[row] == right[column] ? 0 : 1)
                var cost = min(substitution, previous[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1],
                    left[row - 1] == right[column]
                {
                    cost = min(cost, beforePrevious[column - 1] + 1)
                }
                current.append(cost)
            }
            beforePrevious = previous
            previous = current
        }
        return previous[right.count]
    }
}
