import HTTPTypes
import MartletCore

/// What a router answers itself, when no route does.
enum RouterAnswer: SynchronousHandler {
    /// No pattern matches the path.
    case notFound
    /// The path cannot be matched safely.
    case badPath
    /// The path is known; the value is that of `Allow`.
    case otherMethod(allow: String)

    func respond(to request: Request, context: CallContext) throws -> Response {
        switch self {
        case .notFound:
            throw HTTPError(.notFound, detail: "Nothing is found at this path.")
        case .badPath:
            throw HTTPError(
                .badRequest,
                detail: "The path has a '.' or '..' segment or a broken percent-encoding."
            )
        case .otherMethod(let allow):
            if request.method == .options {
                return Response(.noContent, headers: [.allow: allow])
            }
            throw HTTPError(
                .methodNotAllowed,
                detail: "This path answers \(allow).",
                headers: [.allow: allow]
            )
        }
    }
}
