import HTTPTypes
import MartletCore
import MartletHTTP
import NIOCore
import SwiftProtobuf
import Synchronization

@testable import MartletRPC

/// The methods that the clients in `Peers` call.
final class TestMethods: Sendable {
    struct Secret: Error, CustomStringConvertible {
        var description: String { "secret" }
    }

    /// What the calls of `Wait` that were cancelled had been sent.
    let cancelled = Mutex<[String]>([])
    /// What the calls of `Wait` that have begun had been sent.
    let begun = Mutex<[String]>([])

    private static let textBack = HTTPField.Name(known: "x-text-back")
    private static let dataBack = HTTPField.Name(known: "x-data-back-bin")
    private static let text = HTTPField.Name(known: "x-text")
    private static let data = HTTPField.Name(known: "x-data-bin")
    private static let reason = HTTPField.Name(known: "x-reason")

    /// A `google.rpc.Status` with one detail, a text: its code, its message, an `Any`.
    private static let details: ByteBuffer = {
        let text = "type.googleapis.com/google.protobuf.StringValue"
        var detail = ByteBuffer(bytes: [0x0A, UInt8(text.utf8.count)])
        detail.writeString(text)
        detail.writeBytes([0x12, 5, 0x0A, 3])
        detail.writeString("why")
        let message = "50 % of it\nfailed: ü"
        var status = ByteBuffer(bytes: [0x08, 9, 0x12, UInt8(message.utf8.count)])
        status.writeString(message)
        status.writeBytes([0x1A, UInt8(detail.readableBytes)])
        status.writeBuffer(&detail)
        return status
    }()

    var methods: RPCMethods {
        var methods = RPCMethods()
        addUnary(to: &methods)
        methods.serverStreaming("test.Service/Count") {
            (limit: Google_Protobuf_Int32Value, _) in
            RPCStream<Google_Protobuf_Int32Value> { writer in
                for number in 1...limit.value {
                    try await writer.write(Google_Protobuf_Int32Value(number))
                }
            }
        }
        methods.serverStreaming("test.Service/BreakOff") { (_: Text, _) in
            RPCStream<Text> { writer in
                try await writer.write(Text("first"))
                throw RPCError(.dataLoss, "The rest is lost.")
            }
        }
        methods.clientStreaming("test.Service/Join") { (words: RPCMessages<Text>, _) in
            var all: [String] = []
            for try await word in words { all.append(word.value) }
            return Text(all.joined(separator: ","))
        }
        methods.bidirectional("test.Service/Chat") { (questions: RPCMessages<Text>, _) in
            RPCStream<Text> { writer in
                for try await question in questions {
                    try await writer.write(Text("re: \(question.value)"))
                }
            }
        }
        return methods
    }

    private func addUnary(to methods: inout RPCMethods) {
        methods.unary("test.Service/Greet") { (name: Text, call) in
            var initial = RPCMetadata()
            initial[Self.textBack] = call.metadata[Self.text]
            call.setInitialMetadata(initial)
            var trailing = RPCMetadata()
            for bytes in call.metadata.bytes(of: Self.data) {
                trailing.append(bytes, for: Self.dataBack)
            }
            call.setTrailingMetadata(trailing)
            return Text("Hello, \(name.value)")
        }
        methods.unary("test.Service/Echo") { (text: Text, _) in text }
        methods.unary("test.Service/Fail") { (kind: Text, _) -> Text in
            guard kind.value != "unknown" else { throw Secret() }
            var metadata = RPCMetadata()
            metadata[Self.reason] = "because"
            throw RPCError(
                .failedPrecondition,
                "50 % of it\nfailed: ü",
                details: kind.value == "detailed"
                    ? Self.details : ByteBuffer(bytes: [8, 9]),
                metadata: metadata
            )
        }
        methods.unary("test.Service/Waiting") { (text: Text, _) in
            Text(self.begun.withLock { $0.contains(text.value) } ? "yes" : "no")
        }
        methods.unary("test.Service/Wait") { (text: Text, _) -> Text in
            self.begun.withLock { $0.append(text.value) }
            do {
                try await ContinuousClock().sleep(for: .seconds(600))
            } catch {
                self.cancelled.withLock { $0.append(text.value) }
                throw error
            }
            return text
        }
    }
}
