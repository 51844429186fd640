import SwiftProtobuf

extension RPCMethods {
    /// Registers server reflection: `grpc.reflection.v1.ServerReflection`, and the same under
    /// `v1alpha`, the name that older clients ask for.
    ///
    /// It answers for the services that are registered when it is called, so call it last. Those
    /// that are generated are told with their messages; of the methods that are registered by name
    /// alone, their service's name is listed.
    ///
    /// Reflection shows everybody who can call the server what it is made of. Do not register it
    /// where that is nobody's business.
    public mutating func registerReflection() {
        let alpha = "grpc.reflection.v1alpha.ServerReflection"
        let named = byPath.values.compactMap { method in
            method.name.split(separator: "/").first.map(String.init)
        }
        let index = ReflectionIndex(
            of: services + [.grpcReflectionV1ServerReflection],
            named: Set(named)
        )
        let reflection = ReflectionMethods(index: index)
        register(reflection)
        bidirectional("\(alpha)/ServerReflectionInfo", reflection.serverReflectionInfo)
    }
}

/// The method of `grpc.reflection.v1.ServerReflection`.
struct ReflectionMethods: Grpc_Reflection_V1_ServerReflectionMethods {
    typealias Request = Grpc_Reflection_V1_ServerReflectionRequest
    typealias Response = Grpc_Reflection_V1_ServerReflectionResponse

    let index: ReflectionIndex

    func serverReflectionInfo(
        _ requests: RPCMessages<Request>,
        call: RPCCall
    ) async throws -> RPCStream<Response> {
        RPCStream { [index] writer in
            var sent: Set<String> = []
            for try await request in requests {
                var response = Response()
                response.validHost = request.host
                response.originalRequest = request
                do throws(RPCError) {
                    response.messageResponse = try Self.answer(request, index, &sent)
                } catch {
                    response.errorResponse = .with {
                        $0.errorCode = Int32(error.status.code.rawValue)
                        $0.errorMessage = error.status.message
                    }
                }
                try await writer.write(response)
            }
        }
    }

    /// The answer to a request; `sent` are the files that the call has had.
    ///
    /// - Returns: What goes into the response.
    /// - Throws: ``RPCError``, which is an answer too.
    private static func answer(
        _ request: Request,
        _ index: ReflectionIndex,
        _ sent: inout Set<String>
    ) throws(RPCError) -> Response.OneOf_MessageResponse {
        switch request.messageRequest {
        case .fileByFilename(let name):
            return .fileDescriptorResponse(try files(name, index, &sent))
        case .fileContainingSymbol(let symbol):
            guard let name = try index.content().symbols[symbol] else {
                throw missing("symbol", symbol)
            }
            return .fileDescriptorResponse(try files(name, index, &sent))
        case .fileContainingExtension(let field):
            let numbers = try index.content().extensions[field.containingType]
            guard let name = numbers?[field.extensionNumber] else {
                throw missing(
                    "extension",
                    "\(field.extensionNumber) of \(field.containingType)"
                )
            }
            return .fileDescriptorResponse(try files(name, index, &sent))
        case .allExtensionNumbersOfType(let type):
            let content = try index.content()
            guard content.messages.contains(type) else { throw missing("message", type) }
            return .allExtensionNumbersResponse(
                .with {
                    $0.baseTypeName = type
                    $0.extensionNumber = content.extensions[type]?.keys.sorted() ?? []
                }
            )
        case .listServices:
            return .listServicesResponse(
                .with { list in
                    list.service = index.services.map { name in .with { $0.name = name } }
                }
            )
        case nil:
            throw RPCError(.invalidArgument, "The request asks for nothing that is known here.")
        }
    }

    /// A file and what it imports: what the call has had is left out, but for the file itself.
    private static func files(
        _ name: String,
        _ index: ReflectionIndex,
        _ sent: inout Set<String>
    ) throws(RPCError) -> Grpc_Reflection_V1_FileDescriptorResponse {
        let content = try index.content()
        guard content.files[name] != nil else { throw missing("file", name) }
        var response = Grpc_Reflection_V1_FileDescriptorResponse()
        var names = [name]
        var next = 0
        while next < names.count {
            if let file = content.files[names[next]] {
                response.fileDescriptorProto.append(file.bytes)
                for dependency in file.dependencies
                where !sent.contains(dependency) && !names.contains(dependency) {
                    names.append(dependency)
                }
            }
            next += 1
        }
        sent.formUnion(names)
        return response
    }

    private static func missing(_ kind: String, _ name: String) -> RPCError {
        RPCError(.notFound, "There is no \(kind) \(name.prefix(256)).")
    }
}
