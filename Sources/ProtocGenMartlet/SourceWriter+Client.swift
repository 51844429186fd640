/// What a client is made of.
extension SourceWriter {
    /// Writes the client of a service.
    mutating func client(of service: ServiceSource, _ visibility: GeneratorOptions.Visibility) {
        let access = visibility.modifier
        line()
        line("// MARK: - \(service.fullName), called")
        line()
        comment(DocComment("", or: "Calls the methods of `\(service.fullName)`."))
        block("\(access)struct \(service.clientName): Sendable") { writer in
            writer.comment(DocComment("", or: "What the calls go through."))
            writer.line("\(access)let client: RPCClient")
            writer.line()
            writer.comment(DocComment("", or: "Makes a client of the service."))
            writer.block("\(access)init(_ client: RPCClient)") { writer in
                writer.line("self.client = client")
            }
            for method in service.methods {
                writer.line()
                writer.call(of: method, access)
            }
        }
    }

    private mutating func call(of method: MethodSource, _ access: String) {
        comment(DocComment(method.comment, or: "Calls `\(method.protoName)`."))
        if method.isDeprecated { line("@available(*, deprecated)") }
        let input =
            method.takesMany
            ? "_ requests: RPCStream<\(method.input)>" : "_ request: \(method.input)"
        let output = method.givesMany ? "RPCMessages<\(method.output)>" : method.output
        list(
            "\(access)func \(method.name)",
            [input, "options: RPCCallOptions = RPCCallOptions()"],
            " async throws -> \(output) {"
        )
        indented { writer in
            let argument = method.takesMany ? "requests" : "request"
            writer.list(
                "try await client.\(method.kind)",
                ["\"\(method.path)\"", argument, "options: options"],
                method.givesMany ? "" : ".message"
            )
        }
        line("}")
    }
}
