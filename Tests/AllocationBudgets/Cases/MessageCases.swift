import HTTPTypes
import MartletHTTP
import NIOCore

/// The messages' own operations.
enum MessageCases {
    private static let headers: Headers = [
        .origin: "localhost", .userAgent: "wrk", .accept: "*/*", .contentType: "text/plain",
    ]

    static let all = [
        AllocationCase(name: "Headers: look a field up") { count in
            for _ in 0..<count { keep(headers.contains(.contentType)) }
        },
        AllocationCase(name: "Headers: miss a field") { count in
            for _ in 0..<count { keep(headers.contains(.cookie)) }
        },
        AllocationCase(name: "Headers: read a short value") { count in
            for _ in 0..<count { keep(headers[.contentType]) }
        },
        AllocationCase(name: "Response: of a status") { count in
            for _ in 0..<count { keep(Response(.noContent)) }
        },
        AllocationCase(name: "Response: of a text") { count in
            for _ in 0..<count { keep(Response("Hello, World!")) }
        },
        AllocationCase(name: "Request: of a short target") { count in
            for _ in 0..<count { keep(Request(.get, "/hello")) }
        },
    ]
}
