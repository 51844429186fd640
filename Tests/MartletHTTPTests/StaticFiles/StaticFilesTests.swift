import HTTPTypes
import MartletCore
import MartletHTTP
import NIOCore
import Testing

/// 1994-11-06 08:49:37, the example of RFC 9110, and the time that files are given here.
private let written: Int64 = 784_111_777
private let writtenDate = "Sun, 06 Nov 1994 08:49:37 GMT"

@Suite("StaticFiles")
struct StaticFilesTests {
    private let directory = TemporaryDirectory()

    private func files(now: Int64 = written + 100) throws -> StaticFiles {
        try StaticFiles(root: directory.path + "/site", now: { now })
    }

    private func get(
        _ target: String,
        _ headers: Headers = [:],
        method: HTTPRequest.Method = .get,
        from handler: (any Handler<Request, Response>)? = nil
    ) async throws -> (response: Response, text: String) {
        let handler = try handler ?? files()
        let response = try await handler.handle(
            Request(method, target, headers: headers),
            context: CallContext()
        )
        let content = try await response.body.collect(upTo: 10_000_000)
        return (response, String(buffer: content))
    }

    private func status(
        _ target: String,
        _ headers: Headers = [:],
        method: HTTPRequest.Method = .get,
        from handler: (any Handler<Request, Response>)? = nil
    ) async throws -> Int {
        do {
            return try await get(target, headers, method: method, from: handler).response.status
                .code
        } catch let error as HTTPError {
            return error.status.code
        }
    }

    init() {
        directory.makeDirectory("site")
        directory.makeDirectory("site/sub")
        directory.makeDirectory("site/empty")
        directory.makeDirectory("site/.well-known")
        directory.makeDirectory("site/.git")
        directory.makeDirectory("site-sibling")
        directory.write("site/a.txt", "0123456789")
        directory.write("site/ü b.json", "{}")
        directory.write("site/index.html", "<p>top")
        directory.write("site/sub/index.html", "<p>sub")
        directory.write("site/none", "")
        directory.write("site/.env", "secret")
        directory.write("site/.git/config", "secret")
        directory.write("site/.well-known/security.txt", "Contact")
        directory.write("site/sub/.hidden", "secret")
        directory.write("secret.txt", "secret")
        directory.write("site-sibling/secret.txt", "secret")
    }

    @Test("a file is answered with its type, validators and content")
    func plainFile() async throws {
        let (response, text) = try await get("/a.txt?v=1")
        #expect(response.status == .ok)
        #expect(text == "0123456789")
        #expect(response.body.length == 10)
        #expect(response.headers[.contentType] == "text/plain; charset=utf-8")
        #expect(response.headers[.lastModified] == writtenDate)
        #expect(response.headers[.acceptRanges] == "bytes")
        #expect(response.headers[.cacheControl] == "no-cache")
        let tag = try #require(response.headers[.eTag])
        #expect(tag == "\"a-\(String(written * 1_000_000_000 + 5, radix: 16))\"")
        let other = try await get("/%C3%BC%20b.json")
        #expect(other.response.headers[.contentType] == "application/json")
        #expect(other.response.headers[.eTag] != tag)
        #expect(try await get("/none").response.headers[.contentType] == "application/octet-stream")
    }

    @Test("a directory is answered with its index, after a redirect to its slash")
    func directories() async throws {
        #expect(try await get("/").text == "<p>top")
        #expect(try await get("/sub/").text == "<p>sub")
        let redirect = try await get("/sub?x=1").response
        #expect(redirect.status == .movedPermanently)
        #expect(redirect.headers[.location] == "/sub/?x=1")
        #expect(try await status("/empty/") == 404)
        #expect(try await status("/a.txt/") == 404)
        var handler = try files()
        handler.index = nil
        #expect(try await status("/", from: handler) == 404)
        #expect(try await status("/sub/", from: handler) == 404)
    }

    @Test(
        "no path leads out of the root or to what is hidden",
        arguments: [
            "/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/%2e%2e%2fsecret.txt",
            "/sub/../../secret.txt", "/..\\secret.txt", "/%5c..%5csecret.txt", "//a.txt",
            "/sub//index.html", "/a.txt%00", "/a.txt%00.html", "/./a.txt", "/.env", "/.git/config",
            "/.git", "/%2eenv", "/sub/.hidden", "/sub/.well-known", "/../site-sibling/secret.txt",
            "/%ff", "/a%2", "/a.txt%0a", "a.txt", "*", "/missing", "/%252e%252e/secret.txt",
            "/...", "//etc/passwd", "/%2fetc/passwd",
        ]
    )
    func escapes(target: String) async throws {
        #expect(try await status(target) == 404)
    }

    @Test("an over-long name is not found")
    func longName() async throws {
        #expect(try await status("/" + String(repeating: "a", count: 300)) == 404)
        #expect(try await status(String(repeating: "/a", count: 5000)) == 404)
    }

    @Test("links inside the root are followed and links out of it are not")
    func links() async throws {
        directory.link("site/inside", to: "a.txt")
        directory.link("site/absolute", to: directory.path + "/site/a.txt")
        directory.link("site/up", to: "../secret.txt")
        directory.link("site/out", to: directory.path + "/secret.txt")
        directory.link("site/outer", to: "..")
        directory.link("site/sibling", to: "../site-sibling")
        directory.link("site/loop", to: "loop")
        directory.link("site/passwd", to: "/etc/passwd")
        #expect(try await get("/inside").text == "0123456789")
        #expect(try await get("/absolute").text == "0123456789")
        let escaping = ["/up", "/out", "/outer/secret.txt", "/sibling/secret.txt", "/passwd"]
        for target in escaping + ["/sibling/", "/outer/", "/loop"] {
            #expect(try await status(target) == 404, "\(target)")
        }
        #expect(try await get("/outer/site/a.txt").text == "0123456789")
    }

    @Test("a pipe is not served and does not block")
    func specialFiles() async throws {
        directory.makePipe("site/pipe")
        #expect(try await status("/pipe") == 404)
    }

    @Test("well-known files are served although their directory begins with a dot")
    func wellKnown() async throws {
        #expect(try await get("/.well-known/security.txt").text == "Contact")
    }

    @Test("only GET and HEAD are answered")
    func methods() async throws {
        #expect(try await status("/a.txt", method: .post) == 405)
        let options = try await get("/a.txt", method: .options).response
        #expect(options.headers[.allow] == "GET, HEAD, OPTIONS")
        let head = try await get("/a.txt", method: .head).response
        #expect(head.status == .ok)
        #expect(head.body.length == 10)
        #expect(head.headers[.eTag] == (try await get("/a.txt").response.headers[.eTag]))
        let range = try await get("/a.txt", [.range: "bytes=0-1"], method: .head).response
        #expect(range.status == .ok)
    }

    @Test("below a mount the rest of the path names the file")
    func mounted() async throws {
        var router = Router()
        router.mount("/static", try files())
        let compiled = try router.compile()
        #expect(try await get("/static/sub/", from: compiled).text == "<p>sub")
        #expect(try await get("/static/", from: compiled).text == "<p>top")
        let redirect = try await get("/static", from: compiled).response
        #expect(redirect.headers[.location] == "/static/")
        #expect(try await status("/static/%2e%2e%2fsecret.txt", from: compiled) == 404)
        #expect(try await status("/a.txt", from: compiled) == 404)
    }

    @Test("a long file is read in pieces and arrives whole")
    func longFile() async throws {
        let content = (0..<20_000).map { "line \($0)\n" }.joined()
        #expect(content.utf8.count > 3 * StaticFiles.chunkSize)
        directory.write("site/long.txt", content)
        let (response, text) = try await get("/long.txt")
        #expect(response.body.whole == nil)
        #expect(response.body.length == content.utf8.count)
        #expect(text == content)
        let part = try await get("/long.txt", [.range: "bytes=70000-200000"])
        #expect(part.text.utf8.elementsEqual(content.utf8.dropFirst(70_000).prefix(130_001)))
        let small = String(repeating: "x", count: StaticFiles.wholeLimit)
        directory.write("site/small.txt", small)
        #expect(try await get("/small.txt").response.body.whole?.readableBytes == small.count)
    }

    @Test("a file that shrinks while it is sent ends the response with an error")
    func shrinkingFile() async throws {
        directory.write("site/long.txt", String(repeating: "x", count: 100_000))
        let request = Request(.get, "/long.txt")
        let response = try await files().handle(request, context: CallContext())
        directory.write("site/long.txt", "short")
        await #expect(throws: FileSystemError.self) {
            try await response.body.collect(upTo: 1_000_000)
        }
    }

    @Test("a file modified in the future has no Last-Modified")
    func future() async throws {
        let handler = try files(now: written - 1)
        #expect(try await get("/a.txt", from: handler).response.headers[.lastModified] == nil)
    }

    @Test("a root that is missing or a file is refused with its name")
    func missingRoot() {
        for name in ["/missing", "/site/a.txt"] {
            let error = #expect(throws: FileSystemError.self) {
                try StaticFiles(root: directory.path + name)
            }
            #expect(error?.description.contains(name) == true)
        }
    }

    @Test("a compressed sibling is sent to clients that decode gzip")
    func precompressed() async throws {
        directory.write("site/a.txt.gz", "zipped")
        var handler = try files()
        handler.servesPrecompressed = true
        let gzip: Headers = [.acceptEncoding: "gzip"]
        let (response, text) = try await get("/a.txt", gzip, from: handler)
        #expect(text == "zipped")
        #expect(response.headers[.contentEncoding] == "gzip")
        #expect(response.headers[.contentType] == "text/plain; charset=utf-8")
        #expect(response.headers[.vary] == "Accept-Encoding")
        let plain = try await get("/a.txt", from: handler)
        #expect(plain.text == "0123456789")
        #expect(plain.response.headers[.vary] == "Accept-Encoding")
        #expect(plain.response.headers[.eTag] != response.headers[.eTag])
        #expect(try await get("/sub/index.html", gzip, from: handler).text == "<p>sub")
        let cached: Headers = [
            .acceptEncoding: "gzip", .ifNoneMatch: response.headers[.eTag] ?? "",
        ]
        #expect(try await status("/a.txt", cached, from: handler) == 304)
        #expect(try await get("/a.txt", gzip).text == "0123456789")
    }
}

extension StaticFilesTests {
    @Test("conditions are evaluated in the order of RFC 9110 §13.2.2")
    func conditions() async throws {
        let tag = try await get("/a.txt").response.headers[.eTag] ?? ""
        let before = "Sun, 06 Nov 1994 08:49:36 GMT"
        let cases: [(Headers, Int)] = [
            ([.ifNoneMatch: tag], 304), ([.ifNoneMatch: "W/\(tag)"], 304),
            ([.ifNoneMatch: "\"x\", \(tag)"], 304), ([.ifNoneMatch: "*"], 304),
            ([.ifNoneMatch: "\"x\""], 200), ([.ifNoneMatch: "broken"], 200),
            ([.ifModifiedSince: writtenDate], 304), ([.ifModifiedSince: before], 200),
            ([.ifModifiedSince: "broken"], 200),
            ([.ifNoneMatch: "\"x\"", .ifModifiedSince: writtenDate], 200),
            ([.ifMatch: tag], 200), ([.ifMatch: "*"], 200), ([.ifMatch: "\"x\""], 412),
            ([.ifMatch: "W/\(tag)"], 412), ([.ifMatch: "broken"], 412),
            ([.ifUnmodifiedSince: writtenDate], 200), ([.ifUnmodifiedSince: before], 412),
            ([.ifMatch: tag, .ifUnmodifiedSince: before], 200),
            ([.ifMatch: "\"x\"", .ifNoneMatch: tag], 412),
            ([.ifMatch: tag, .ifNoneMatch: tag], 304),
            ([.ifUnmodifiedSince: before, .ifNoneMatch: tag], 412),
            ([.ifNoneMatch: tag, .range: "bytes=0-1"], 304),
            ([.ifMatch: "\"x\"", .range: "bytes=99-"], 412),
        ]
        for (headers, expected) in cases {
            #expect(try await status("/a.txt", headers) == expected, "\(headers)")
        }
        let unchanged = try await get("/a.txt", [.ifNoneMatch: tag])
        #expect(unchanged.text.isEmpty)
        #expect(unchanged.response.headers[.eTag] == tag)
        #expect(unchanged.response.headers[.lastModified] == writtenDate)
        #expect(unchanged.response.headers[.contentType] == nil)
    }

    @Test("a range is answered with 206 when If-Range allows it")
    func ifRange() async throws {
        let tag = try await get("/a.txt").response.headers[.eTag] ?? ""
        let cases: [(String, Int)] = [
            (tag, 206), ("W/\(tag)", 200), ("\"x\"", 200), (writtenDate, 206), ("broken", 200),
            ("Sun, 06 Nov 1994 08:49:38 GMT", 200), ("\(tag), \"x\"", 200),
        ]
        for (field, expected) in cases {
            let headers: Headers = [.range: "bytes=0-1", .ifRange: field]
            #expect(try await status("/a.txt", headers) == expected, "\(field)")
        }
        let headers: Headers = [.range: "bytes=0-1", .ifRange: writtenDate]
        #expect(try await status("/a.txt", headers, from: files(now: written)) == 200)
    }

    @Test(
        "one range is answered with its bytes",
        arguments: [
            ("bytes=0-3", "0123", "bytes 0-3/10"), ("bytes=7-", "789", "bytes 7-9/10"),
            ("bytes=-2", "89", "bytes 8-9/10"), ("bytes=-99", "0123456789", "bytes 0-9/10"),
            ("BYTES=9-99999999999999999999", "9", "bytes 9-9/10"),
            ("bytes=2-2, 30-40", "2", "bytes 2-2/10"),
        ]
    )
    func singleRange(field: String, content: String, position: String) async throws {
        let (response, text) = try await get("/a.txt", [.range: field])
        #expect(response.status == .partialContent)
        #expect(text == content)
        #expect(response.headers[.contentRange] == position)
        #expect(response.headers[.contentType] == "text/plain; charset=utf-8")
    }

    @Test("several ranges are answered as multipart/byteranges of the length announced")
    func severalRanges() async throws {
        let (response, text) = try await get("/a.txt", [.range: "bytes=0-1 , 5-6,-1"])
        #expect(response.status == .partialContent)
        #expect(response.headers[.contentRange] == nil)
        let type = try #require(response.contentType)
        #expect(type.essence == "multipart/byteranges")
        let boundary = try #require(type["boundary"])
        let parts = [("0-1", "01"), ("5-6", "56"), ("9-9", "9")].map { range, content in
            "\r\n--\(boundary)\r\nContent-Type: text/plain; charset=utf-8\r\n"
                + "Content-Range: bytes \(range)/10\r\n\r\n\(content)"
        }
        #expect(text == parts.joined() + "\r\n--\(boundary)--\r\n")
        #expect(response.body.length == text.utf8.count)
    }

    @Test(
        "a Range that is broken, of another unit or greedy is ignored",
        arguments: [
            "bytes=", "bytes=a-b", "bytes=3-1", "bytes=--1", "bytes=-", "bytes 0-1", "lines=0-1",
            "bytes=0-1,x", "bytes=+1-2", "bytes=0-9,0-9", "bytes=1 2-3", "bytes=0-1,,2-3",
        ]
    )
    func ignoredRange(field: String) async throws {
        let (response, text) = try await get("/a.txt", [.range: field])
        #expect(response.status == .ok)
        #expect(text == "0123456789")
    }

    @Test("no more than sixteen ranges are answered")
    func rangeLimit() async throws {
        directory.write("site/long.txt", String(repeating: "x", count: 1000))
        func field(_ count: Int) -> Headers {
            [.range: "bytes=" + (0..<count).map { "\($0 * 2)-\($0 * 2)" }.joined(separator: ",")]
        }
        #expect(try await status("/long.txt", field(StaticFiles.maximumRanges)) == 206)
        #expect(try await status("/long.txt", field(StaticFiles.maximumRanges + 1)) == 200)
    }

    @Test("a range beyond the end is answered with 416 and the length")
    func unsatisfiable() async throws {
        for field in ["bytes=10-", "bytes=10-20,30-", "bytes=-0"] {
            let error = await #expect(throws: HTTPError.self) {
                try await get("/a.txt", [.range: field])
            }
            #expect(error?.status == .rangeNotSatisfiable)
            #expect(error?.headers[.contentRange] == "bytes */10")
        }
        #expect(try await status("/none", [.range: "bytes=0-"]) == 416)
    }
}

extension Response {
    fileprivate var contentType: MediaType? { headers[.contentType].flatMap(MediaType.init) }
}
