/// What a server is made of.
extension SourceWriter {
    /// Writes the protocol of a service, and what registers and describes it.
    mutating func server(of service: ServiceSource, _ visibility: GeneratorOptions.Visibility) {
        line()
        line("// MARK: - \(service.fullName), served")
        line()
        methods(of: service, visibility.modifier)
        line()
        registration(of: service, visibility.modifier)
        line()
        description(of: service, visibility.modifier)
    }

    private mutating func methods(of service: ServiceSource, _ access: String) {
        var summary = DocComment(service.comment, or: "The methods of `\(service.fullName)`.")
        summary.append(
            "Implement it, and register that among a server's methods: `methods.register(service)`."
        )
        comment(summary)
        let head = "\(access)protocol \(service.methodsName): Sendable"
        guard !service.methods.isEmpty else { return line("\(head) {}") }
        block(head) { writer in
            for (index, method) in service.methods.enumerated() {
                if index > 0 { writer.line() }
                writer.requirement(of: method)
            }
        }
    }

    private mutating func registration(of service: ServiceSource, _ access: String) {
        block("extension RPCMethods") { writer in
            writer.comment(
                DocComment("", or: "Registers what answers the calls of `\(service.fullName)`.")
            )
            let head = "\(access)mutating func register(_ service: some \(service.methodsName))"
            writer.block(head) { writer in
                writer.line("describe(.\(service.propertyName))")
                for method in service.methods {
                    writer.registration(of: method)
                }
            }
        }
    }

    private mutating func registration(of method: MethodSource) {
        var arguments = ["\"\(method.path)\"", "service.\(method.name)"]
        if let rules = method.rules.argument {
            if method.takesMany {
                line("// Its google.api.http is left out: HTTP cannot stream messages to a server.")
            } else {
                arguments.insert(rules, at: 1)
            }
        }
        list(method.kind, arguments)
    }

    private mutating func description(of service: ServiceSource, _ access: String) {
        block("extension RPCServiceDescriptor") { writer in
            writer.comment(DocComment("", or: "What `\(service.fullName)` is."))
            let head = "\(access)static let \(service.propertyName) = RPCServiceDescriptor"
            writer.line("\(head)(")
            writer.indented { writer in
                writer.line("\"\(service.fullName)\",")
                writer.array("methods", service.methods.map { "Method(\"\($0.protoName)\")" })
                writer.line("definition: base64Definition")
            }
            writer.line(")")
        }
    }

    private mutating func requirement(of method: MethodSource) {
        comment(DocComment(method.comment, or: "Answers `\(method.protoName)`."))
        let input =
            method.takesMany
            ? "_ requests: RPCMessages<\(method.input)>" : "_ request: \(method.input)"
        let output =
            method.givesMany ? "RPCStream<\(method.output)>" : method.output
        list("func \(method.name)", [input, "call: RPCCall"], " async throws -> \(output)")
    }

    /// Writes an argument that is an array, with an element a line when there are several.
    private mutating func array(_ label: String, _ elements: [String]) {
        guard elements.count > 1 else { return line("\(label): [\(elements.first ?? "")],") }
        line("\(label): [")
        indented { writer in
            for element in elements { writer.line("\(element),") }
        }
        line("],")
    }

    /// Writes the files that define the services.
    mutating func definition(_ lines: [String]) {
        line()
        line("// MARK: - Definition")
        line()
        line("/// The .proto and what it imports: a serialised `FileDescriptorSet`, in Base64.")
        line("private let base64Definition = \"\"\"")
        indented { writer in
            for (index, line) in lines.enumerated() {
                writer.line(index == lines.count - 1 ? line : "\(line)\\")
            }
            writer.line("\"\"\"")
        }
    }
}
