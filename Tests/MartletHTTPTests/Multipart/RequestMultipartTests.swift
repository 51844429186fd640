import HTTPTypes
import MartletHTTP
import NIOCore
import Synchronization
import Testing

/// A body that arrives in pieces of a size.
private final class PiecewiseSource: BodySource {
    private let rest: Mutex<ByteBuffer>
    private let size: Int

    init(_ text: String, size: Int) {
        rest = Mutex(ByteBuffer(string: text))
        self.size = size
    }

    var remaining: Int { rest.withLock { $0.readableBytes } }
    var trailers: Headers? { nil }

    func next() async throws -> ByteBuffer? {
        rest.withLock { rest in
            guard rest.readableBytes > 0 else { return nil }
            return rest.readSlice(length: min(size, rest.readableBytes))
        }
    }

    func cancel() {}
}

@Suite("Request.multipart")
struct RequestMultipartTests {
    private let form = """
        --bound\r
        Content-Disposition: form-data; name="title"\r
        \r
        Hello\r
        --bound\r
        Content-Disposition: form-data; name="file"; filename="C:\\dir\\ü%22.txt"\r
        Content-Type: text/csv; charset=utf-8\r
        \r
        a,b\r
        c,d\r
        --bound--\r

        """

    private func request(
        _ body: Body,
        type: String? = "multipart/form-data; boundary=bound"
    )
        -> Request
    {
        var request = Request(.post, "/", body: body)
        request.headers[.contentType] = type
        return request
    }

    @Test("parts are read with their names, types and content", arguments: [1, 3, 7, 1000])
    func reading(size: Int) async throws {
        let source = PiecewiseSource(form, size: size)
        let request = request(Body(storage: .source(source, length: nil)))
        var seen: [String] = []
        for try await part in try request.multipart() {
            let content = String(buffer: try await part.body.collect(upTo: 100))
            seen.append(
                "\(part.name ?? "-")|\(part.filename ?? "-")|\(part.contentType)|\(content)"
            )
        }
        #expect(
            seen == [
                "title|-|text/plain|Hello", "file|ü\".txt|text/csv; charset=utf-8|a,b\r\nc,d",
            ]
        )
        #expect(source.remaining == 0)
    }

    @Test("what is not read of a part is skipped")
    func skipping() async throws {
        let source = PiecewiseSource(form, size: 4)
        var names: [String?] = []
        for try await part in try request(Body(storage: .source(source, length: nil))).multipart() {
            names.append(part.name)
        }
        #expect(names == ["title", "file"])
    }

    @Test("a part cannot be read after the next one was asked for")
    func staleParts() async throws {
        var iterator = try request(Body(form)).multipart().makeAsyncIterator()
        let first = try #require(try await iterator.next())
        _ = try await iterator.next()
        await #expect(throws: HTTPError.self) { try await first.body.collect(upTo: 100) }
    }

    @Test("a part that has been read to its end stays at its end")
    func readTwice() async throws {
        var iterator = try request(Body(form)).multipart().makeAsyncIterator()
        let part = try #require(try await iterator.next())
        #expect(try await part.body.collect(upTo: 100).readableBytes == 5)
        #expect(try await part.body.collect(upTo: 100).readableBytes == 0)
        #expect(try await iterator.next()?.name == "file")
    }

    @Test("content that is not multipart is 415 and a bad boundary 400")
    func contentTypes() {
        for (type, status) in [
            (nil, 415), ("application/json", 415), ("multipart/form-data", 400),
            ("multipart/form-data; boundary=\"a\u{7F}\"", 400),
        ] as [(String?, Int)] {
            let error = #expect(throws: HTTPError.self) {
                try request(Body(form), type: type).multipart()
            }
            #expect(error?.status.code == status)
        }
    }

    @Test("a malformed body is 400, one over a limit 413, and it stays so")
    func failures() async throws {
        var limits = MultipartLimits()
        limits.partSize = 3
        for (body, status) in [("--bound\r\nx", 400), ("--bound\r\n\r\n1234", 413)] {
            var iterator = try request(Body(body)).multipart(limits: limits).makeAsyncIterator()
            for _ in 0..<2 {
                do {
                    while let part = try await iterator.next() {
                        for try await _ in part.body {}
                    }
                    Issue.record("The body was accepted.")
                } catch let error as HTTPError {
                    #expect(error.status.code == status)
                }
            }
        }
    }

    @Test(
        "names are read as browsers write them",
        arguments: [
            ("form-data; name=\"a\\\"b%22\"", "a\"b\"", nil),
            ("form-data; name=a; filename=\"../../etc/passwd\"", "a", "passwd"),
            ("form-data; name=a; filename=\"\"", "a", ""),
            ("form-data; name=\"%41%0d%0A\"", "%41\r\n", nil),
            ("form-data; filename*=UTF-8''x; filename=y", nil, "y"),
            ("form-data; name=\"broken", nil, nil),
        ] as [(String, String?, String?)]
    )
    func dispositions(field: String, name: String?, filename: String?) async throws {
        let body = "--bound\r\nContent-Disposition: \(field)\r\n\r\n\r\n--bound--"
        var iterator = try request(Body(body)).multipart().makeAsyncIterator()
        let part = try #require(try await iterator.next())
        #expect(part.name == name)
        #expect(part.filename == filename)
    }
}
