import SwiftProtobuf
import SwiftProtobufPluginLibrary

/// A service, by the names that it has in Swift.
struct ServiceSource {
    /// Its name as the protocol has it.
    let fullName: String
    let methods: [MethodSource]
    /// What the names of its types begin with.
    let typeName: String
    /// What the .proto says of it.
    let comment: String

    /// The protocol that a server implements.
    var methodsName: String { "\(typeName)Methods" }
    /// What calls a server.
    var clientName: String { "\(typeName)Client" }
    /// The property that describes it.
    var propertyName: String { SwiftName.property(fullName) }

    /// Names a service and its methods.
    ///
    /// - Throws: ``GeneratorError`` when two methods would have one name, or an annotation makes no
    ///   sense.
    init(_ descriptor: ServiceDescriptor, _ namer: SwiftProtobufNamer) throws {
        let fullName = descriptor.fullName
        self.fullName = fullName
        comment = descriptor.comment
        typeName = namer.typePrefix(forFile: descriptor.file) + descriptor.name
        methods = try descriptor.methods.map { try MethodSource($0, of: fullName, namer) }
        var named: [String: String] = [:]
        for method in methods {
            if let other = named.updateValue(method.protoName, forKey: method.name) {
                throw GeneratorError(
                    """
                    \(descriptor.file.name): the methods \(other) and \(method.protoName) \
                    of \(fullName) are both \(method.name) in Swift
                    """
                )
            }
        }
    }
}

/// A method, by the names that it has in Swift.
struct MethodSource {
    /// Its name as the .proto has it.
    let protoName: String
    /// The same behind that of its service, as the protocol has it.
    let path: String
    /// Its function.
    let name: String
    let input: String
    let output: String
    /// Whether a caller sends many messages.
    let takesMany: Bool
    /// Whether a server sends many messages.
    let givesMany: Bool
    let isDeprecated: Bool
    /// How it can be called as HTTP.
    let rules: HTTPRuleSource
    /// What the .proto says of it.
    let comment: String

    /// Names a method.
    ///
    /// - Throws: ``GeneratorError`` for an annotation that makes no sense.
    init(
        _ descriptor: MethodDescriptor,
        of service: String,
        _ namer: SwiftProtobufNamer
    ) throws {
        protoName = descriptor.name
        path = "\(service)/\(descriptor.name)"
        takesMany = descriptor.clientStreaming
        givesMany = descriptor.serverStreaming
        isDeprecated = descriptor.options.deprecated
        rules = try HTTPRuleSource(descriptor.options, of: descriptor.fullName)
        comment = descriptor.comment
        name = SwiftName.method(descriptor.name)
        input = namer.fullName(message: descriptor.inputType)
        output = namer.fullName(message: descriptor.outputType)
    }

    /// The function of the runtime that registers or calls it.
    var kind: String {
        switch (takesMany, givesMany) {
        case (false, false): "unary"
        case (true, false): "clientStreaming"
        case (false, true): "serverStreaming"
        case (true, true): "bidirectional"
        }
    }
}

extension ProvidesSourceCodeLocation {
    /// What stands before the definition in the .proto, or else behind it.
    fileprivate var comment: String {
        guard let location = sourceCodeInfoLocation else { return "" }
        return location.hasLeadingComments ? location.leadingComments : location.trailingComments
    }
}
