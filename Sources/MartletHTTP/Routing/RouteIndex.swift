/// A radix tree over the bytes of paths, in flat arrays.
///
/// A search visits each node at most once, because the way to a node says where in the path it
/// is; so it is bounded by the size of the tree, however the path is made.
struct RouteIndex: Sendable {
    private struct Node {
        var literalStart: Int32
        var literalCount: Int32
        var firstChild: Int32
        var childCount: Int32
        /// The node after a parameter, or -1.
        var parameter: Int32
        /// The endpoint of a catch-all, or -1.
        var catchAll: Int32
        /// The endpoint of a pattern that ends here, or -1.
        var endpoint: Int32
    }

    private var nodes: [Node] = []
    /// The first byte of each node's literal; 0 for a node without one.
    private var leads: [UInt8] = []
    /// The literals of all nodes.
    private var literals: [UInt8] = []

    /// Adds the next node in breadth-first order.
    mutating func append(
        literal: [UInt8],
        children: Range<Int>,
        parameter: Int?,
        catchAll: Int?,
        endpoint: Int?
    ) {
        nodes.append(
            Node(
                literalStart: Int32(literals.count),
                literalCount: Int32(literal.count),
                firstChild: Int32(children.lowerBound),
                childCount: Int32(children.count),
                parameter: Int32(parameter ?? -1),
                catchAll: Int32(catchAll ?? -1),
                endpoint: Int32(endpoint ?? -1)
            )
        )
        leads.append(literal.first ?? 0)
        literals += literal
    }

    /// Finds the most specific pattern that matches a path.
    ///
    /// - Parameters:
    ///   - path: The raw path; every `%` in it is followed by two hexadecimal digits.
    ///   - isEncoded: Whether there is a `%` in it.
    ///   - captures: Takes what the parameters match.
    /// - Returns: The endpoint of the pattern, or -1.
    func find(
        _ path: borrowing Span<UInt8>,
        isEncoded: Bool,
        captures: inout RouteCaptures
    ) -> Int {
        find(path, from: 0, node: 0, isEncoded: isEncoded, captures: &captures)
    }

    private func find(
        _ path: borrowing Span<UInt8>,
        from start: Int,
        node startNode: Int,
        isEncoded: Bool,
        captures: inout RouteCaptures
    ) -> Int {
        var position = start
        var current = startNode
        while true {
            let node = nodes[current]
            position = skipLiteral(of: node, path, from: position, isEncoded: isEncoded)
            if position < 0 {
                return -1
            }
            if position == path.count {
                return end(at: node, position, captures: &captures)
            }
            let lead = isEncoded ? PathNormalForm.byte(path, at: position).0 : path[position]
            let child = child(of: node, leading: lead)
            if node.parameter < 0 && node.catchAll < 0 {
                guard child >= 0 else { return -1 }
                current = child
                continue
            }
            let count = captures.count
            if child >= 0 {
                let found = find(
                    path,
                    from: position,
                    node: child,
                    isEncoded: isEncoded,
                    captures: &captures
                )
                if found >= 0 { return found }
                captures.truncate(to: count)
            }
            if node.parameter >= 0 && path[position] != UInt8(ascii: "/") {
                let segmentEnd = RouteIndex.segmentEnd(path, from: position)
                captures.append(start: position, count: segmentEnd - position)
                if node.catchAll < 0 {
                    current = Int(node.parameter)
                    position = segmentEnd
                    continue
                }
                let found = find(
                    path,
                    from: segmentEnd,
                    node: Int(node.parameter),
                    isEncoded: isEncoded,
                    captures: &captures
                )
                if found >= 0 { return found }
                captures.truncate(to: count)
            }
            guard node.catchAll >= 0 else { return -1 }
            captures.append(start: position, count: path.count - position)
            return Int(node.catchAll)
        }
    }

    /// What answers a path that ends at a node.
    private func end(at node: Node, _ position: Int, captures: inout RouteCaptures) -> Int {
        if node.endpoint >= 0 {
            return Int(node.endpoint)
        }
        if node.catchAll >= 0 {
            captures.append(start: position, count: 0)
        }
        return Int(node.catchAll)
    }

    private func child(of node: Node, leading lead: UInt8) -> Int {
        var child = Int(node.firstChild)
        let end = child + Int(node.childCount)
        while child < end {
            if leads[child] == lead { return child }
            child += 1
        }
        return -1
    }

    /// The position after a node's literal, or -1 when the path goes another way.
    @inline(__always)
    private func skipLiteral(
        of node: Node,
        _ path: borrowing Span<UInt8>,
        from start: Int,
        isEncoded: Bool
    ) -> Int {
        let literal = Int(node.literalStart)
        let count = Int(node.literalCount)
        if !isEncoded {
            guard path.count - start >= count else { return -1 }
            for offset in 0..<count where path[start + offset] != literals[literal + offset] {
                return -1
            }
            return start + count
        }
        var position = start
        for offset in 0..<count {
            guard position < path.count else { return -1 }
            let (byte, width) = PathNormalForm.byte(path, at: position)
            guard byte == literals[literal + offset] else { return -1 }
            position += width
        }
        return position
    }

    @inline(__always)
    private static func segmentEnd(_ path: borrowing Span<UInt8>, from start: Int) -> Int {
        var end = start
        while end < path.count && path[end] != UInt8(ascii: "/") {
            end += 1
        }
        return end
    }
}
