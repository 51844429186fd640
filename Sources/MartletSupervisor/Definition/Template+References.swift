import MartletCore

extension Template {
    /// Appends what a `${…}` stands for.
    mutating func append(
        reference: Substring,
        services: [String],
        environment: [String: String]
    ) throws(Malformed) {
        if reference == "PORT" {
            parts.append(.ownPort)
        } else if reference.hasPrefix("services.") {
            parts.append(try Self.servicePart(reference, services: services))
        } else {
            parts.append(.text(try Self.variable(reference, environment: environment)))
        }
    }

    private static func servicePart(
        _ reference: Substring,
        services: [String]
    ) throws(Malformed) -> Part {
        let path = reference.split(separator: ".", omittingEmptySubsequences: false)
        guard path.count == 3 else {
            throw Malformed(
                message: "“${\(reference)}” is not of the form “${services.NAME.url}”."
            )
        }
        let name = String(path[1])
        guard services.contains(name) else {
            let suggestion = Suggestion.sentence(for: name, among: services)
            throw Malformed(
                message: "“${\(reference)}” names the service “\(name)”, which the file does"
                    + " not have.\(suggestion)"
            )
        }
        guard let field = Field(rawValue: String(path[2])) else {
            let known = Field.allCases.map(\.rawValue).joined(separator: ", ")
            throw Malformed(
                message: "“${\(reference)}” asks for “\(path[2])”; a service has \(known)."
            )
        }
        return .service(name: name, field: field)
    }

    private static func variable(
        _ reference: Substring,
        environment: [String: String]
    ) throws(Malformed) -> String {
        let pieces = reference.split(
            separator: ":-",
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        let name = String(pieces.first ?? "")
        let isName = name.utf8.allSatisfy { byte in
            byte == UInt8(ascii: "_") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte & 0xDF)
        }
        guard !name.isEmpty, isName else {
            throw Malformed(message: "“${\(reference)}” does not name a variable.")
        }
        let value = environment[name] ?? ""
        if pieces.count == 2, value.isEmpty {
            return String(pieces[1])
        }
        guard environment[name] != nil else {
            let names = Array(environment.keys) + ["PORT"]
            let suggestion = Suggestion.sentence(for: name, among: names)
            throw Malformed(
                message: "the environment variable “\(name)” is not set.\(suggestion)"
                    + " Write “$${\(reference)}” if the program itself shall read it."
            )
        }
        return value
    }
}
