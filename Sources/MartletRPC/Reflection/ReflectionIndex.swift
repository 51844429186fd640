import FoundationEssentials
import MartletHTTP
import NIOCore
import SwiftProtobuf
import Synchronization

/// What reflection finds things by; read from the definitions when something is asked for first.
final class ReflectionIndex: Sendable {
    /// The names of the services, sorted.
    let services: [String]
    private let definitions: [String]
    private let read = Mutex<Content?>(nil)

    /// What the definitions say.
    struct Content {
        /// The files, by name.
        var files: [String: File] = [:]
        /// Where each symbol is defined, by its full name.
        var symbols: [String: String] = [:]
        /// Where each extension of a message is defined, by its number.
        var extensions: [String: [Int32: String]] = [:]
        /// The full names of the messages.
        var messages: Set<String> = []
    }

    /// A .proto.
    struct File {
        /// A serialised `FileDescriptorProto`.
        let bytes: Data
        /// The names of the files that it imports.
        let dependencies: [String]
    }

    /// Makes the index of services.
    ///
    /// - Parameters:
    ///   - services: What is known of services.
    ///   - names: The names of all, those included.
    init(of services: [RPCServiceDescriptor], named names: Set<String>) {
        self.services = names.union(services.map(\.name)).sorted()
        definitions = [wellKnownDefinition] + services.map(\.definition)
    }

    /// What the definitions say.
    ///
    /// - Throws: ``RPCError``: INTERNAL for a definition that is none.
    func content() throws(RPCError) -> Content {
        try read.withLock { read throws(RPCError) in
            if let read { return read }
            var content = Content()
            for definition in Set(definitions) { try content.add(definition) }
            read = content
            return content
        }
    }
}

extension ReflectionIndex.Content {
    /// Adds the files of a definition.
    fileprivate mutating func add(_ definition: String) throws(RPCError) {
        do {
            guard let bytes = MetadataBase64.decode(Substring(definition)) else {
                throw RPCError(.internal, "It is not Base64.")
            }
            let set = try Google_Protobuf_FileDescriptorSet(
                serializedBytes: MessageBytes(bytes: bytes)
            )
            for file in set.file where files[file.name] == nil {
                files[file.name] = ReflectionIndex.File(
                    bytes: try file.serializedBytes(),
                    dependencies: file.dependency
                )
                add(file)
            }
        } catch {
            throw RPCError(.internal, "A service's definition cannot be read.", cause: error)
        }
    }

    private mutating func add(_ file: Google_Protobuf_FileDescriptorProto) {
        let scope = file.package
        for message in file.messageType { add(message, in: scope, of: file.name) }
        for type in file.enumType { add(type, in: scope, of: file.name) }
        for field in file.extension { add(field, in: scope, of: file.name) }
        for service in file.service {
            let name = Self.join(scope, service.name)
            symbols[name] = file.name
            for method in service.method { symbols[Self.join(name, method.name)] = file.name }
        }
    }

    private mutating func add(
        _ message: Google_Protobuf_DescriptorProto,
        in scope: String,
        of file: String
    ) {
        let name = Self.join(scope, message.name)
        symbols[name] = file
        messages.insert(name)
        for field in message.field { symbols[Self.join(name, field.name)] = file }
        for oneof in message.oneofDecl { symbols[Self.join(name, oneof.name)] = file }
        for nested in message.nestedType { add(nested, in: name, of: file) }
        for type in message.enumType { add(type, in: name, of: file) }
        for field in message.extension { add(field, in: name, of: file) }
    }

    /// Adds an enumeration; its values are named beside it, not in it.
    private mutating func add(
        _ type: Google_Protobuf_EnumDescriptorProto,
        in scope: String,
        of file: String
    ) {
        symbols[Self.join(scope, type.name)] = file
        for value in type.value { symbols[Self.join(scope, value.name)] = file }
    }

    private mutating func add(
        _ field: Google_Protobuf_FieldDescriptorProto,
        in scope: String,
        of file: String
    ) {
        symbols[Self.join(scope, field.name)] = file
        // The name of the message begins with a dot.
        let message = field.extendee.drop { $0 == "." }
        extensions[String(message), default: [:]][field.number] = file
    }

    private static func join(_ scope: String, _ name: String) -> String {
        scope.isEmpty ? name : "\(scope).\(name)"
    }
}
