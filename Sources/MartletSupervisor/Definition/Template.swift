/// A text with `${…}` in it, as in `--upstream ${services.user.url}`.
///
/// - `${PORT}` is the service's own port.
/// - `${services.NAME.url}` is `http://127.0.0.1:PORT` of the service NAME; `.addr` is
///   `127.0.0.1:PORT`, `.host` and `.port` are its parts.
/// - `${VARIABLE}` is a variable of the environment that `martlet up` runs in;
///   `${VARIABLE:-text}` is `text` when that is not set or empty.
/// - `$${` is a plain `${`; any other `$` is plain.
package struct Template: Hashable, Sendable {
    package enum Part: Hashable, Sendable {
        case text(String)
        case ownPort
        case service(name: String, field: Field)
    }

    package enum Field: String, CaseIterable, Sendable {
        case url, addr, host, port
    }

    package var parts: [Part]

    /// Makes a template that is all text.
    package init(text: String) {
        parts = [.text(text)]
    }

    /// Reads a template.
    ///
    /// - Parameters:
    ///   - source: The text with its `${…}`.
    ///   - services: The names that `${services.NAME.…}` may use.
    ///   - environment: The variables that `${VARIABLE}` may use.
    /// - Throws: ``Malformed`` with a sentence that says what is wrong.
    package init(
        parsing source: String,
        services: [String],
        environment: [String: String]
    ) throws(Malformed) {
        parts = []
        var rest = source[...]
        while let dollar = rest.firstIndex(of: "$") {
            append(text: rest[..<dollar])
            rest = rest[dollar...]
            if rest.hasPrefix("$${") {
                append(text: "${")
                rest = rest.dropFirst(3)
            } else if rest.hasPrefix("${") {
                guard let end = rest.firstIndex(of: "}") else {
                    throw Malformed(message: "“${” has no “}”; write “$${” for a plain one.")
                }
                let name = rest[rest.index(rest.startIndex, offsetBy: 2)..<end]
                try append(reference: name, services: services, environment: environment)
                rest = rest[rest.index(after: end)...]
            } else {
                append(text: "$")
                rest = rest.dropFirst()
            }
        }
        append(text: rest)
    }

    /// Why a template cannot be read.
    package struct Malformed: Error, Hashable, Sendable {
        package var message: String
    }

    /// The text, with every reference replaced.
    ///
    /// - Parameters:
    ///   - ownPort: What `${PORT}` is.
    ///   - ports: The port of every service.
    /// - Returns: The text.
    package func resolved(ownPort: Int, ports: [String: Int]) -> String {
        parts.map { part in
            switch part {
            case .text(let text): text
            case .ownPort: String(ownPort)
            case .service(let name, let field):
                ports[name].map { Self.value(of: field, port: $0) } ?? ""
            }
        }.joined()
    }

    /// Where services listen and are found.
    package static let host = "127.0.0.1"

    package static func value(of field: Field, port: Int) -> String {
        switch field {
        case .url: "http://\(host):\(port)"
        case .addr: "\(host):\(port)"
        case .host: host
        case .port: String(port)
        }
    }

    private mutating func append(text: some StringProtocol) {
        guard !text.isEmpty else { return }
        if case .text(let before) = parts.last {
            parts[parts.count - 1] = .text(before + text)
        } else {
            parts.append(.text(String(text)))
        }
    }
}
