/// The order of the rooms: a target imports only targets above it.
enum Layers {
    /// The targets from the ground up, as in `docs/architecture.md`.
    static let order = [
        "CZlib", "MartletCore", "MartletTransport", "MartletHTTP",
        "MartletWebSocket", "MartletRPC", "MartletResilience", "MartletIdentity",
        "MartletDiscovery", "MartletTelemetry", "MartletWasm", "MartletGateway", "Martlet",
        "MartletSupervisor", "MartletCLI", "ProtocGenMartlet", "BenchServer", "ShopModel",
        "ShopUser",
        "ShopOrder", "ShopPayment",
    ]

    /// The programs.
    static let programs: Set<String> = [
        "MartletCLI", "ProtocGenMartlet", "BenchServer", "ShopUser", "ShopOrder", "ShopPayment",
    ]

    /// What is no program.
    static let libraries = Set(order).subtracting(programs)

    /// Where Foundation costs too much to come in by accident.
    static let withoutFoundation: Set<String> = ["MartletCore", "MartletTransport", "MartletHTTP"]

    /// The files of those targets that may import it, each with its reason.
    static let foundationExcused: [String: String] = [:]

    /// How far down `target` stands; nil for a module that is not ours.
    static func rank(_ target: String) -> Int? {
        order.firstIndex(of: target)
    }
}

extension Rule {
    /// A target imports only what stands above it.
    static let importDirection = Rule(
        name: "import direction",
        reason: "one direction of dependency"
    ) { file in
        guard file.isSwift, !file.isTest, let own = Layers.rank(file.target) else { return [] }
        return file.imports.compactMap { line, module in
            guard let other = Layers.rank(module), other >= own else { return nil }
            return Finding(line: line, message: "\(file.target) must not import \(module)")
        }
    }

    /// The engine stays free of Foundation.
    static let foundation = Rule(
        name: "no Foundation in the engine",
        reason: "it costs start-up time, memory and locale-dependent behaviour"
    ) { file in
        guard file.isSwift, !file.isTest, Layers.withoutFoundation.contains(file.target),
            Layers.foundationExcused[file.path] == nil
        else { return [] }
        return file.imports.compactMap { line, module in
            guard module == "Foundation" else { return nil }
            return Finding(line: line, message: "Foundation is not imported in \(file.target)")
        }
    }

    /// An import says what is not obvious and nothing else.
    static let importAccess = Rule(
        name: "import access",
        reason: "an import is internal unless it says public or package; nothing is re-exported"
    ) { file in
        guard file.isSwift else { return [] }
        let exports = file.target == "Martlet" ? [] : ["@_exported import"]
        let wrong = ["internal import", "@_implementationOnly import"] + exports
        return wrong.flatMap { pattern in
            file.occurrences(of: pattern).map {
                Finding(line: file.line(of: $0), message: "`\(pattern)` is not used here")
            }
        }
    }
}

extension SourceFile {
    /// The modules that the file imports, with their lines.
    var imports: [(line: Int, module: String)] {
        occurrences(of: "import").compactMap { offset in
            let rest = code[offset...].prefix { $0 != UInt8(ascii: "\n") }
            let words = String(decoding: rest, as: UTF8.self).split(separator: " ")
            let kinds: Set<Substring> = [
                "struct", "class", "enum", "protocol", "func", "let", "var",
            ]
            guard words.first == "import", words.count > 1 else { return nil }
            let name = kinds.contains(words[1]) && words.count > 2 ? words[2] : words[1]
            return (line(of: offset), String(name.prefix { $0 != "." }))
        }
    }
}
