import HTTPTypes
import MartletHTTP
import NIOCore
import Testing

@testable import MartletRPC

@Suite("RPC status")
struct RPCStatusTests {
    @Test("there are 17 codes, with the specification's numbers and names")
    func codes() {
        let names = (0...16).map { RPCStatus.Code(rawValue: $0).description }
        #expect(Set(names).count == 17)
        #expect(RPCStatus.Code.ok.rawValue == 0)
        #expect(RPCStatus.Code.cancelled.description == "CANCELLED")
        #expect(RPCStatus.Code.unknown.rawValue == 2)
        #expect(RPCStatus.Code.invalidArgument.rawValue == 3)
        #expect(RPCStatus.Code.deadlineExceeded.rawValue == 4)
        #expect(RPCStatus.Code.notFound.rawValue == 5)
        #expect(RPCStatus.Code.alreadyExists.rawValue == 6)
        #expect(RPCStatus.Code.permissionDenied.rawValue == 7)
        #expect(RPCStatus.Code.resourceExhausted.description == "RESOURCE_EXHAUSTED")
        #expect(RPCStatus.Code.failedPrecondition.rawValue == 9)
        #expect(RPCStatus.Code.aborted.rawValue == 10)
        #expect(RPCStatus.Code.outOfRange.rawValue == 11)
        #expect(RPCStatus.Code.unimplemented.description == "UNIMPLEMENTED")
        #expect(RPCStatus.Code.internal.rawValue == 13)
        #expect(RPCStatus.Code.unavailable.rawValue == 14)
        #expect(RPCStatus.Code.dataLoss.rawValue == 15)
        #expect(RPCStatus.Code.unauthenticated.description == "UNAUTHENTICATED")
        #expect(RPCStatus.Code(rawValue: 17).description == "17")
    }

    @Test(
        "a message is percent-encoded and read back",
        arguments: [
            ("plain text!", "plain text!"), ("100%", "100%25"), ("a\nb", "a%0Ab"),
            ("ü", "%C3%BC"), ("\u{7F}~", "%7F~"), ("", ""),
        ]
    )
    func message(text: String, encoded: String) {
        #expect(StatusMessage.encode(text) == encoded)
        #expect(StatusMessage.decode(encoded) == text)
    }

    @Test(
        "an odd message is read as far as it makes sense",
        arguments: [("%", "%"), ("%4", "%4"), ("%zz%41", "%zzA"), ("%FF", "\u{FFFD}")]
    )
    func oddMessage(encoded: String, text: String) {
        #expect(StatusMessage.decode(encoded) == text)
    }

    @Test("a status is written as its fields")
    func fields() {
        var headers = Headers()
        let details = ByteBuffer(bytes: [1, 2, 3, 4])
        RPCFields.append(RPCStatus(.notFound, "50 %", details: details), to: &headers)
        #expect(headers[RPCFields.status] == "5")
        #expect(headers[RPCFields.message] == "50 %25")
        #expect(headers[RPCFields.details] == "AQIDBA")
    }

    @Test(
        "the content type says whether it is gRPC",
        arguments: [
            ("application/grpc", true), ("application/grpc+proto", true),
            ("Application/gRPC; charset=utf-8", true), ("application/grpc+proto;a=b", true),
            ("application/grpc-web", false), ("application/grpc+json", false),
            ("application/json", false), ("application/grpcx", false), ("application/grp", false),
        ]
    )
    func contentType(value: String, isGRPC: Bool) {
        #expect(RPCFields.isContent([.contentType: value]) == isGRPC)
        #expect(!RPCFields.isContent(Headers()))
    }
}
