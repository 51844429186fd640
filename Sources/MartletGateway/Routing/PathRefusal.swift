import HTTPTypes
import MartletHTTP

/// Why a request's path is refused: servers are known to read it in different ways, so that the
/// gateway could take one route and the upstream understand another.
package enum PathRefusal: Error, Hashable, Sendable {
    /// The target does not begin with a slash.
    case notPath
    /// A `%` is not followed by two hexadecimal digits.
    case malformedEncoding
    /// `%00` to `%1F`, or `%7F`.
    case encodedControl
    /// `%2F` or `%5C`, which some servers decode before they look for segments.
    case encodedSlash
    /// A backslash, which some servers take for a slash.
    case backslash
    /// Parameters on an empty segment, `.` or `..`, as in `/..;/`: some servers resolve the segment
    /// once they have taken the parameters away.
    case hiddenSegment
    /// `..` segments lead above the root.
    case aboveRoot

    private var detail: String {
        switch self {
        case .notPath: "The request target is no path."
        case .malformedEncoding: "The path has a “%” without two hexadecimal digits after it."
        case .encodedControl: "The path has an encoded control character."
        case .encodedSlash: "The path has an encoded slash or backslash."
        case .backslash: "The path has a backslash."
        case .hiddenSegment: "The path has an empty segment, “.” or “..” with parameters."
        case .aboveRoot: "The path leads above the root."
        }
    }

    /// The error to answer with: 400.
    var error: HTTPError {
        HTTPError(.badRequest, detail: detail, type: "urn:martlet:gateway:path-refused")
    }
}
