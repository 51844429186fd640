/// What a service is: its name, its methods, and the .proto that defines it.
///
/// protoc-gen-martlet makes one of every service, as a static property such as
/// `RPCServiceDescriptor.exampleUserService` for `example.UserService`. Registering the service
/// gives it to ``RPCMethods``, where reflection finds it.
public struct RPCServiceDescriptor: Sendable {
    /// The name with its package, as in `example.UserService`.
    public let name: String

    /// The methods, in the order of the .proto.
    public let methods: [Method]

    /// The .proto and what it imports, each behind what it imports itself: a serialised
    /// `google.protobuf.FileDescriptorSet`, in Base64.
    ///
    /// The files of `google.protobuf` and `google.api` that come with MartletRPC are left out.
    public let definition: String

    /// A method of a service.
    public struct Method: Sendable {
        /// The name without that of the service, as in `GetUser`.
        public let name: String

        /// Makes a description.
        public init(_ name: String) {
            self.name = name
        }
    }

    /// Makes a description; generated code does.
    public init(_ name: String, methods: [Method], definition: String) {
        self.name = name
        self.methods = methods
        self.definition = definition
    }
}
