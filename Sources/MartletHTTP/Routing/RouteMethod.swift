import HTTPTypes

/// The standard methods as small integers, so that a route is found by index.
enum RouteMethod {
    /// How many standard methods there are (RFC 9110 §9.3, RFC 5789).
    static let count = 9

    static let get = 0
    static let head = 1
    static let options = 6

    /// The methods by index, in the order in which `Allow` names them.
    static let all: [HTTPRequest.Method] = [
        .get, .head, .post, .put, .patch, .delete, .options, .trace, .connect,
    ]

    /// The index of a method; nil when it is not a standard one.
    @inline(__always)
    static func index(of method: HTTPRequest.Method) -> Int? {
        switch method.rawValue {
        case "GET": 0
        case "HEAD": 1
        case "POST": 2
        case "PUT": 3
        case "PATCH": 4
        case "DELETE": 5
        case "OPTIONS": 6
        case "TRACE": 7
        case "CONNECT": 8
        default: nil
        }
    }
}
