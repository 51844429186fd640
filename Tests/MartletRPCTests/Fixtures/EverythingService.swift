import MartletRPC
import SwiftProtobuf

/// Answers what `everything.proto` defines.
struct EverythingService: Test_Everything_EverythingMethods {
    func greet(
        _ request: Test_Everything_Name,
        call: RPCCall
    ) async throws -> Test_Everything_Greeting {
        .with { $0.text = "Hello, \(request.name), from \(call.method)" }
    }

    func count(
        _ request: Google_Protobuf_Int32Value,
        call: RPCCall
    ) async throws -> RPCStream<Google_Protobuf_Int32Value> {
        guard request.value >= 0 else { throw RPCError(.invalidArgument, "Less than nothing.") }
        return RPCStream { writer in
            for number in 0..<request.value {
                try await writer.write(Google_Protobuf_Int32Value(number))
            }
        }
    }

    func join(
        _ requests: RPCMessages<Test_Everything_Name>,
        call: RPCCall
    ) async throws -> Test_Everything_Greeting {
        var names: [String] = []
        for try await request in requests { names.append(request.name) }
        return .with { $0.text = names.joined(separator: " and ") }
    }

    func chat(
        _ requests: RPCMessages<Test_Everything_Name>,
        call: RPCCall
    ) async throws -> RPCStream<Test_Everything_Greeting> {
        RPCStream { writer in
            for try await request in requests {
                try await writer.write(.with { $0.text = "re: \(request.name)" })
            }
        }
    }

    func replaceAllPartsOfTheWholeThingThatHaveBecomeTooOldForFurtherUse(
        _ request: Test_Parts_Part,
        call: RPCCall
    ) async throws -> Test_Parts_Part {
        request
    }

    func nothing(
        _ request: Google_Protobuf_Empty,
        call: RPCCall
    ) async throws -> Google_Protobuf_Empty {
        request
    }
}
