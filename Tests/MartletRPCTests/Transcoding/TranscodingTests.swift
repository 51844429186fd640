import HTTPTypes
import MartletCore
import MartletHTTP
import NIOCore
import TestSupport
import Testing

@testable import MartletRPC

@Suite("Transcoding", .timeLimit(.minutes(1)))
struct TranscodingTests {
    private let library = Library()

    @Test(
        "the specification's examples",
        arguments: [
            (
                "GET /v1/messages/123456/foo",
                #"{"messageId":"123456","sub":{"subfield":"foo"}}"#
            ),
            (
                "GET /v1/messages/123456?revision=2&sub.subfield=foo",
                #"{"messageId":"123456","revision":"2","sub":{"subfield":"foo"}}"#
            ),
            (
                #"PUT /v1/messages/123456 {"text":"Hi!"}"#,
                #"{"messageId":"123456","message":{"text":"Hi!"}}"#
            ),
            (#"PATCH /v1/messages/123456 {"text":"Hi!"}"#, #"{"messageId":"123456","text":"Hi!"}"#),
            ("GET /v1/messages/123456", #"{"messageId":"123456"}"#),
            (
                "GET /v1/users/me/messages/123456",
                #"{"messageId":"123456","userId":"me"}"#
            ),
            ("GET /v1/shelves/a%2Fb/books/c%20d", #"{"text":"shelves/a%2Fb/books/c d"}"#),
            ("GET /v1/files/a/b%2fc/%C3%BC", #"{"text":"a/b%2fc/ü"}"#),
            ("GET /v1/files", "{}"), ("GET /v1/files/a/b:stat", #"{"text":"a/b"}"#),
            ("GET /v1/files/a:other", #"{"text":"a:other"}"#),
            ("GET /v1/one/a%2Fb", #""a/b""#), ("GET /v1/list", "null"),
            ("GET /v1/list?texts=a&texts=b", #"["a","b"]"#),
            ("DELETE /v1/any/thing?small=7", #"{"small":7}"#),
            (
                "GET /v1/colors/COLOR_RED/9007199254740993/true",
                #"{"flag":true,"large":"9007199254740993","color":"COLOR_RED"}"#
            ),
            (
                #"PUT /v1/messages/1?is_draft=true {"sub":{"number":3}}"#,
                #"{"messageId":"1","message":{"sub":{"number":3}},"isDraft":true}"#
            ),
            ("PUT /v1/messages/1", #"{"messageId":"1"}"#),
        ]
    )
    func examples(request: String, answer: String) async throws {
        let parts = request.split(separator: " ", maxSplits: 2).map(String.init)
        let method = try #require(HTTPRequest.Method(parts[0]))
        let got = try await library.send(method, parts[1], parts.count > 2 ? parts[2] : nil)
        #expect(got.text == answer)
        #expect(got.status == 200)
        #expect(got.headers[.contentType] == "application/json")
    }

    @Test(
        "query parameters become fields of every type, by either of their names",
        arguments: [
            ("text=%22a%5Cb%22+c", #"{"text":"\"a\\b\" c"}"#), ("data=aGk%3D", #"{"data":"aGk="}"#),
            ("flag=true", #"{"flag":true}"#), ("small=-5", #"{"small":-5}"#),
            ("large=-9223372036854775808", #"{"large":"-9223372036854775808"}"#),
            ("huge=18446744073709551615", #"{"huge":"18446744073709551615"}"#),
            ("ratio=0.5", #"{"ratio":0.5}"#), ("color=1", #"{"color":"COLOR_RED"}"#),
            ("color=COLOR_RED", #"{"color":"COLOR_RED"}"#),
            ("texts=b&small=1&texts=a", #"{"small":1,"texts":["b","a"]}"#),
            ("numbers=1&numbers=2", #"{"numbers":[1,2]}"#),
            ("colors=1&colors=COLOR_RED", #"{"colors":["COLOR_RED","COLOR_RED"]}"#),
            ("flags=true&flags=false", #"{"flags":[true,false]}"#),
            ("time=2026-01-02T03:04:05Z", #"{"time":"2026-01-02T03:04:05Z"}"#),
            ("duration=1.5s", #"{"duration":"1.500s"}"#),
            ("mask=text,inner.small", #"{"mask":"text,inner.small"}"#),
            ("maybe=false", #"{"maybe":false}"#), ("perhaps=0", #"{"perhaps":"0"}"#),
            (
                "inner.text=a&inner.inner.small=2&inner.flag=true",
                #"{"inner":{"text":"a","flag":true,"inner":{"small":2}}}"#
            ),
            ("left=", #"{"left":""}"#), ("right=0", #"{"right":0}"#),
        ]
    )
    func query(query: String, answer: String) async throws {
        let got = try await library.send(.get, "/v1/all?\(query)")
        #expect(got.text == answer)
    }

    @Test(
        "what is wrong is refused with the field that is",
        arguments: [
            ("GET /v1/all?none=1", "none"), ("GET /v1/all?text.a=1", "text.a"),
            ("GET /v1/all?inner=1", "inner"), ("GET /v1/all?parts=1", "parts"),
            ("GET /v1/all?parts.text=1", "parts.text"), ("GET /v1/all?labels.a=1", "labels.a"),
            ("GET /v1/all?text=1&text=2", "text"), ("GET /v1/all?flag=1", "flag"),
            ("GET /v1/all?small=1.5", "small"), ("GET /v1/all?text=a&large=x", "large"),
            ("GET /v1/all?color=COLOR_BLUE", "color"), ("GET /v1/all?time=now", "time"),
            ("GET /v1/all?numbers=1&numbers=x", "numbers"), ("GET /v1/all?data=*", "data"),
            ("GET /v1/all?inner.small=x", "inner.small"), ("GET /v1/colors/1/x/true", "large"),
            ("GET /v1/colors/1/2/yes", "flag"), ("GET /v1/messages/1?message_id=2", "message_id"),
            ("GET /v1/messages/1?messageId=2", "messageId"),
            ("PUT /v1/messages/1?message.text=a {}", "message.text"),
            ("PATCH /v1/messages/1?text=a {}", "text"),
            (#"PATCH /v1/messages/1 {"none":1}"#, "none"),
            (#"PATCH /v1/messages/1 {"text":1}"#, "text"),
            (#"PUT /v1/messages/1 {"text":"a","sub":{"number":"x"}}"#, "message.sub.number"),
            (#"POST /v1/all:echo {"inner":{"inner":{"no":[]}}}"#, "inner.inner.no"),
            (#"POST /v1/all:echo {"parts":[{"text":"a"},{"text":1}]}"#, "parts"),
            (#"PUT /v1/messages/1 7"#, "message"),
        ]
    )
    func refusals(request: String, field: String) async throws {
        let parts = request.split(separator: " ", maxSplits: 2).map(String.init)
        let method = try #require(HTTPRequest.Method(parts[0]))
        let got = try await library.send(method, parts[1], parts.count > 2 ? parts[2] : nil)
        #expect(got.status == 400)
        #expect(got.headers[.contentType] == "application/problem+json")
        #expect(got.headers[RPCFields.status] == "3")
        #expect(got.text.contains(#""errors":[{"field":"\#(field)","#), "\(got.text)")
    }

    @Test(
        "content that is not JSON, or is none of the rule's, is refused",
        arguments: [
            "", "[]", "{", "{}}", "{}{}", #"{"text":"}"#, "null", "{\"text\":\"\u{1}", "{,}",
        ]
    )
    func malformed(content: String) async throws {
        let got = try await library.send(.patch, "/v1/messages/1", content + " ")
        #expect(got.status == 400, "\(got.text)")
        let unwanted = try await library.send(.get, "/v1/messages/1", "{}")
        #expect(unwanted.status == 400)
    }

    @Test("a mistake in long content is refused without a search for its place")
    func longContent() async throws {
        let text = String(repeating: "a", count: RefusedMember.maximumSize)
        let content = #"{"text":"\#(text)","sub":{"number":"x"}}"#
        let got = try await library.send(.patch, "/v1/messages/1", content)
        #expect(got.status == 400)
        #expect(!got.text.contains("errors"))
    }

    @Test("fields that exclude each other are refused together")
    func oneof() async throws {
        let got = try await library.send(.get, "/v1/all?left=a&right=1")
        #expect(got.status == 400)
        #expect(got.text.contains("fields that exclude each other"))
    }

    @Test(
        "the path wins over the content, however its field is spelt there",
        arguments: [
            #"{"messageId":"2","text":"a"}"#, #"{"message_id":"2","text":"a"}"#,
            #"{"messageId":null,"text":"a","message_id":"3"}"#,
        ]
    )
    func pathWins(content: String) async throws {
        let all = try await library.send(.patch, "/v1/messages/1", content)
        #expect(all.text == #"{"messageId":"1","text":"a"}"#)
        let part = try await library.send(.patch, "/v1/notes/1", content)
        #expect(part.text == #"{"message":{"messageId":"1","text":"a"}}"#)
    }

    @Test("no content whatever changes what the path says")
    func pathWinsFuzzed() async throws {
        var random = SplitMix(seed: 4_117)
        let seed = Array(#"{"text":"a","sub":{"subfield":"b","number":1},"messageId":"2"}"#.utf8)
        let spices = ["}", "{", "\"", "\\", ",", ":", "\"messageId\":\"2\"", "[", "]", "null", " "]
        let handler = library.handler
        var answered = 0
        for _ in 0..<Fuzz.cases(2_000) {
            let content = Fuzz.damage(seed, spices: spices.map { Array($0.utf8) }, &random)
            var request = Request(.patch, "/v1/messages/the%22one")
            request.headers[.contentType] = "application/json"
            request.body = Body(ByteBuffer(bytes: content))
            do {
                let response = try await handler.handle(request, context: CallContext())
                let text = String(buffer: response.body.whole ?? ByteBuffer())
                #expect(text.hasPrefix(#"{"messageId":"the\"one""#), "\(content)")
                answered += 1
            } catch {
                #expect((error as? HTTPError)?.status == .badRequest, "\(error)")
            }
        }
        #expect(answered > 0)
    }

    @Test("content of another type is refused, so that a page of another origin has to ask")
    func mediaType() async throws {
        let fields: Headers = [.contentType: "text/plain"]
        let got = try await library.send(.patch, "/v1/messages/1", "{}", fields)
        #expect(got.status == 415)
        var request = Request(.patch, "/v1/messages/1", body: Body("{}"))
        let none = await #expect(throws: HTTPError.self) {
            try await library.handler.handle(request, context: CallContext())
        }
        #expect(none?.status == .unsupportedMediaType)
        request.headers[.contentType] = "application/vnd.a+json; charset=utf-8"
        let fine = try await library.handler.handle(request, context: CallContext())
        #expect(fine.status == .ok)
    }

    @Test("content has the limit of messages, and so has its depth")
    func limits() async throws {
        var small = library
        small.configuration.maximumMessageSize = 10
        #expect(try await small.send(.patch, "/v1/messages/1", #"{"text":""}"#).status == 413)
        #expect(try await small.send(.patch, "/v1/messages/1", #"{"text":""#).status == 400)
        let deep = { (count: Int) in
            String(repeating: #"{"inner":"#, count: count) + "{}"
                + String(repeating: "}", count: count)
        }
        #expect(try await library.send(.post, "/v1/all:echo", deep(50)).status == 200)
        #expect(try await library.send(.post, "/v1/all:echo", deep(200)).status == 400)
        #expect(try await library.send(.post, "/v1/all:echo", deep(10_000)).status == 400)
        let path = Array(repeating: "inner", count: 15).joined(separator: ".")
        #expect(try await library.send(.get, "/v1/all?\(path).small=1").status == 200)
        #expect(try await library.send(.get, "/v1/all?\(path).inner.small=1").status == 400)
    }
}
