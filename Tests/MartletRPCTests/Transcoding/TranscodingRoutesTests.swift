import HTTPTypes
import Testing

@testable import MartletRPC

@Suite("Routes of rules")
struct TranscodingRoutesTests {
    private func methods(_ rules: [String]) throws -> RPCMethods {
        var methods = RPCMethods()
        for (number, rule) in rules.enumerated() {
            let parts = rule.split(separator: " ")
            let method = parts[0] == "ANY" ? nil : HTTPRequest.Method(String(parts[0]))
            try add([RPCHTTPRule(method: method, path: String(parts[1]))], "M\(number)", &methods)
        }
        return methods
    }

    private func add(
        _ rules: [RPCHTTPRule],
        _ name: String,
        _ methods: inout RPCMethods
    ) throws {
        let body: @Sendable (Test_Library_All, RPCCall) async throws -> Test_Library_All = {
            request,
            _ in request
        }
        methods.unary("test.Library/\(name)", body)
        try methods.add(rules, of: "test.Library/\(name)", .unary(body))
    }

    private func find(_ target: String, _ method: HTTPRequest.Method, _ rules: [String]) -> String?
    {
        guard let path = TranscodingPath(target[...]),
            let routes = try? methods(rules).routes
        else { return nil }
        return routes.find(method, path).route.map { "\($0.rule)" }
    }

    @Test(
        "a path belongs to the most specific rule that has its method",
        arguments: [
            ("/v1/a", "GET /v1/a"), ("/v1/b", "GET /v1/*"), ("/v1/a/b", "GET /v1/**"),
            ("/v1", "GET /v1/**"), ("/v1/a:b", "GET /v1/a:b"), ("/v1/x:b", "GET /v1/*"),
            ("/v1/c/d", "GET /v1/*/d"), ("/v1/%61", "GET /v1/a"), ("/v1/x%2Fy", "GET /v1/*"),
            ("/v1/a/", "GET /v1/**"), ("/v2/a", "ANY /v2/*"), ("/v1/e/f", "GET /v1/**"),
        ]
    )
    func specific(target: String, rule: String) {
        let rules = [
            "GET /v1/**", "GET /v1/*", "GET /v1/a", "GET /v1/a:b", "GET /v1/*/d", "POST /v1/e/f",
            "ANY /v2/*",
        ]
        #expect(find(target, .get, rules) == rule)
    }

    @Test("paths that no rule has, or that are unsafe, are found nowhere")
    func nothing() throws {
        let rules = ["GET /v1/*", "GET /v1/a/**"]
        for path in ["/v2/a", "/v1/", "/v1/b/c", "/v1/..", "/v1/a/%2e%2E/b", "/v1/a/%zz", "", "x"] {
            #expect(find(path, .get, rules) == nil, "\(path)")
        }
        let path = try #require(TranscodingPath("/v1/x"))
        let found = try methods(rules + ["PUT /v1/x"]).routes.find(.delete, path)
        #expect(found.route == nil)
        #expect(Set(found.allowed) == ["GET", "PUT"])
        #expect(find("/v1/x", .head, rules) == "GET /v1/*")
    }

    @Test(
        "two rules for the same requests are refused with both named",
        arguments: [
            ("GET /v1/{text}", "GET /v1/*"), ("GET /v1/{text=a/*}", "GET /v1/a/{text}"),
            ("GET /v1/{text=**}:x", "GET /v1/**:x"), ("ANY /", "ANY /"), ("GET /%61", "GET /a"),
        ]
    )
    func conflict(first: String, second: String) {
        let error = #expect(throws: TranscodingError.self) { try methods([first, second]) }
        #expect(
            error?.description
                == "The rule '\(second)' of test.Library/M1 answers the same requests as "
                + "'\(first)' of test.Library/M0."
        )
    }

    @Test(
        "a rule whose fields the messages do not have is refused",
        arguments: [
            (RPCHTTPRule(method: .get, path: "/{none}"), "the request has no field 'none'"),
            (RPCHTTPRule(method: .get, path: "/{text.a}"), "the request has no field 'text.a'"),
            (RPCHTTPRule(method: .get, path: "/{texts}"), "'texts' is not of a single"),
            (RPCHTTPRule(method: .get, path: "/{inner}"), "'inner' is not of a single"),
            (RPCHTTPRule(method: .get, path: "/{labels}"), "'labels' is not of a single"),
            (RPCHTTPRule(method: .put, path: "/", body: "none"), "the request has no field 'none'"),
            (
                RPCHTTPRule(method: .get, path: "/", responseBody: "none"),
                "the response has no field 'none'"
            ),
        ]
    )
    func unknownFields(rule: RPCHTTPRule, reason: String) {
        let error = #expect(throws: TranscodingError.self) {
            var methods = RPCMethods()
            try add([rule], "M", &methods)
        }
        #expect(error?.description.contains(reason) == true)
        #expect(error?.description.contains("'\(rule)' of test.Library/M") == true)
    }
}
