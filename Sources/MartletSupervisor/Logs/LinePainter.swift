/// Puts the service's name before a line, in the service's colour.
package struct LinePainter: Sendable {
    /// Whether a terminal that shows colours is at the other end.
    ///
    /// `NO_COLOR` set to anything turns colours off (no-color.org), and so does `TERM=dumb`.
    package static func wantsColour(isTerminal: Bool, environment: [String: String]) -> Bool {
        isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }

    /// Colours that can be read on light and dark grounds; red is left to errors.
    private static let colours = ["36", "33", "32", "35", "34", "96", "93", "92", "95", "94"]

    private let prefixes: [String: String]
    private let ownPrefix: String
    private let width: Int
    private let isColoured: Bool

    /// Makes a painter.
    ///
    /// - Parameters:
    ///   - services: The names, in the order of the definition.
    ///   - isColoured: Whether to use colours.
    package init(services: [String], isColoured: Bool) {
        let width = (services + ["martlet"]).map(\.utf8.count).max() ?? 0
        func pad(_ name: String) -> String {
            name + String(repeating: " ", count: max(0, width - name.utf8.count))
        }
        var prefixes: [String: String] = [:]
        for (index, name) in services.enumerated() {
            let colour = Self.colours[index % Self.colours.count]
            prefixes[name] =
                isColoured ? "\u{1B}[\(colour)m\(pad(name)) │\u{1B}[0m " : "\(pad(name)) | "
        }
        self.prefixes = prefixes
        self.ownPrefix =
            isColoured ? "\u{1B}[1m\(pad("martlet")) │ " : "\(pad("martlet")) | "
        self.width = width
        self.isColoured = isColoured
    }

    /// The line as the terminal shows it, with its end.
    package func paint(_ line: JournalLine) -> String {
        if line.origin == .supervisor {
            let subject = line.service.isEmpty ? "" : "\(line.service): "
            return "\(ownPrefix)\(subject)\(line.text)\(isColoured ? "\u{1B}[0m" : "")\n"
        }
        return "\(prefixes[line.service] ?? "")\(line.text)\(isColoured ? "\u{1B}[0m" : "")\n"
    }
}
