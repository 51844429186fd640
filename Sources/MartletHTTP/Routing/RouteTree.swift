/// A radix tree of patterns while it is being built.
struct RouteTree {
    private struct Node {
        /// The bytes that lead here from the parent.
        var literal: [UInt8]
        /// The nodes whose literals follow; no two begin with the same byte.
        var children: [Int] = []
        /// The node after a parameter.
        var parameter: Int?
        /// The endpoint of a catch-all.
        var catchAll: Int?
        /// The endpoint of a pattern that ends here.
        var endpoint: Int?
    }

    private var nodes = [Node(literal: [])]

    /// Adds a pattern.
    ///
    /// - Parameters:
    ///   - parts: The parts of the pattern.
    ///   - newEndpoint: The endpoint to give it, when it is not there yet.
    /// - Returns: The endpoint of the pattern.
    mutating func insert(_ parts: [RoutePattern.Part], newEndpoint: Int) -> Int {
        var node = 0
        for part in parts {
            switch part {
            case .literal(let bytes):
                node = insertLiteral(bytes[...], below: node)
            case .parameter:
                node = nodes[node].parameter ?? addParameter(to: node)
            case .catchAll:
                let endpoint = nodes[node].catchAll ?? newEndpoint
                nodes[node].catchAll = endpoint
                return endpoint
            }
        }
        let endpoint = nodes[node].endpoint ?? newEndpoint
        nodes[node].endpoint = endpoint
        return endpoint
    }

    private mutating func addParameter(to node: Int) -> Int {
        nodes.append(Node(literal: []))
        nodes[node].parameter = nodes.count - 1
        return nodes.count - 1
    }

    private mutating func insertLiteral(_ bytes: ArraySlice<UInt8>, below parent: Int) -> Int {
        guard let lead = bytes.first else { return parent }
        guard let child = nodes[parent].children.first(where: { nodes[$0].literal[0] == lead })
        else {
            nodes.append(Node(literal: Array(bytes)))
            nodes[parent].children.append(nodes.count - 1)
            return nodes.count - 1
        }
        let shared = zip(nodes[child].literal, bytes).prefix { $0 == $1 }.count
        if shared < nodes[child].literal.count {
            split(child, at: shared)
        }
        return insertLiteral(bytes.dropFirst(shared), below: child)
    }

    /// Cuts the literal of a node in two; the node keeps the first part.
    private mutating func split(_ node: Int, at count: Int) {
        var rest = nodes[node]
        rest.literal.removeFirst(count)
        nodes.append(rest)
        nodes[node] = Node(
            literal: Array(nodes[node].literal.prefix(count)),
            children: [nodes.count - 1]
        )
    }

    /// The tree as flat arrays, the children of a node side by side.
    func flattened() -> RouteIndex {
        var index = RouteIndex()
        var order = [0]
        var position = 0
        while position < order.count {
            let node = nodes[order[position]]
            let firstChild = order.count
            order += node.children
            let parameter = node.parameter.map { parameter in
                order.append(parameter)
                return order.count - 1
            }
            index.append(
                literal: node.literal,
                children: firstChild..<firstChild + node.children.count,
                parameter: parameter,
                catchAll: node.catchAll,
                endpoint: node.endpoint
            )
            position += 1
        }
        return index
    }
}
