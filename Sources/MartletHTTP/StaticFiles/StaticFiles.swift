import HTTPTypes
public import MartletCore
import MartletTransport
import NIOCore

/// A handler that serves the files of a directory.
///
/// ```swift
/// router.mount("/assets", try StaticFiles(root: "/srv/assets"))
/// ```
///
/// When it is mounted on a ``Router``, the path below the prefix names the file; without a router
/// the whole path does. It answers GET and HEAD with an `ETag`, `Last-Modified`, conditional
/// requests (RFC 9110 §13) and ranges (§14). A directory is answered with its ``index``, after a
/// redirect to the path with a slash at its end; directories are never listed.
///
/// What is not served is 404: paths with `..`, an encoded slash, a backslash, a control character
/// or an empty segment; names that begin with a dot, except `/.well-known` (RFC 8615); anything
/// that is no regular file; and every file whose real path, symbolic links resolved, lies outside
/// the root. Links that stay inside are followed.
///
/// The `ETag` is strong and made of the file's size and modification time in nanoseconds: a file
/// that is rewritten in place to the same size within one tick of the file system's clock is not
/// noticed; replace files by renaming.
///
/// The file system is asked on a thread of its own through `offLoop`. Files of at most
/// ``wholeLimit`` bytes are read at once, longer ones in pieces of ``chunkSize`` as the client
/// takes them.
public struct StaticFiles: Handler {
    /// The size of the pieces in which a long file is read: 64 KiB.
    public static let chunkSize = 64 * 1024

    /// The most bytes that are read at once: 64 KiB.
    public static let wholeLimit = 64 * 1024

    /// The most ranges that a request may ask for: 16.
    ///
    /// When it asks for more the whole file is sent, as RFC 9110 §14.2 allows.
    public static let maximumRanges = 16

    /// The file that answers for a directory; nil for none.
    public var index: String? = "index.html"

    /// What `Cache-Control` says; nil leaves it out.
    ///
    /// `no-cache` by default: caches keep a file and ask each time whether it has changed. Use
    /// `public, max-age=31536000, immutable` for files whose names change with their content.
    public var cacheControl: String? = "no-cache"

    /// Whether to send `NAME.gz` in place of `NAME` to clients that decode gzip, when it is there.
    public var servesPrecompressed = false

    private let root: FileRoot
    private let now: @Sendable () -> Int64

    /// Makes a handler.
    ///
    /// - Parameter root: The directory; it is opened now and kept, so that moving it changes
    ///   nothing.
    /// - Throws: ``FileSystemError`` when the directory cannot be opened.
    public init(root: String) throws(FileSystemError) {
        try self.init(root: root, now: FileRoot.secondsSince1970)
    }

    /// Makes a handler that takes the time, in seconds since 1970, from `now`.
    package init(
        root: String,
        now: @escaping @Sendable () -> Int64
    ) throws(FileSystemError) {
        self.root = try FileRoot(root)
        self.now = now
    }

    /// Answers with a file.
    ///
    /// - Throws: ``HTTPError`` with 404 when there is no such file or it is not served, 405 for
    ///   other methods than GET and HEAD, 412 and 416 as RFC 9110 has it, 503 when too many files
    ///   are open.
    public func handle(_ request: Request, context: CallContext) async throws -> Response {
        guard request.method == .get || request.method == .head else {
            if request.method == .options {
                return Response(.noContent, headers: [.allow: "GET, HEAD, OPTIONS"])
            }
            throw HTTPError(.methodNotAllowed, headers: [.allow: "GET, HEAD, OPTIONS"])
        }
        return try await offLoop("static file") { try respond(to: request) }
    }

    /// The path below the root, as it was sent; nil for the prefix of a mount without a slash.
    private func requestedPath(_ request: Request) throws -> Substring? {
        if let below = request.parameters.rawValue(Router.mountParameter) {
            return below
        }
        guard request.route == nil else { return nil }
        guard request.path.hasPrefix("/") else { throw HTTPError(.notFound) }
        return request.path.dropFirst()
    }

    /// Finds the file and makes the response; blocks.
    private func respond(to request: Request) throws -> Response {
        guard let raw = try requestedPath(request) else { return redirect(request) }
        guard var path = StaticPath(raw) else { throw HTTPError(.notFound) }
        if path.isDirectory {
            guard let index else { throw HTTPError(.notFound) }
            path.append(index)
        }
        guard let file = try root.find(path.text) else { throw HTTPError(.notFound) }
        if file.isDirectory {
            return redirect(request)
        }
        var response = Response()
        response.headers[.contentType] = FileType.named(path.text)
        response.headers[.acceptRanges] = "bytes"
        response.headers[.cacheControl] = cacheControl
        guard servesPrecompressed else {
            return try FileResponse(file: file, request: request, now: now()).apply(to: response)
        }
        response.headers[.vary] = "Accept-Encoding"
        if AcceptEncoding(request.headers).preferred(of: ["gzip"]) != nil,
            let compressed = try root.find(path.text + ".gz"), !compressed.isDirectory
        {
            response.headers[.contentEncoding] = "gzip"
            return try FileResponse(file: compressed, request: request, now: now())
                .apply(to: response)
        }
        return try FileResponse(file: file, request: request, now: now()).apply(to: response)
    }

    /// Sends the client to the same path with a slash at its end.
    private func redirect(_ request: Request) -> Response {
        let query = request.rawQuery.map { "?\($0)" } ?? ""
        return Response(.movedPermanently, headers: [.location: "\(request.path)/\(query)"])
    }
}
