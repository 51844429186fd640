import SwiftProtobuf
import SwiftProtobufPluginLibrary
import Testing

@testable import ProtocGenMartlet

@Suite("Annotations for HTTP")
struct HTTPRuleTests {
    private func definition(_ rule: Google_Api_HttpRule) -> Definition {
        var definition = Definition()
        definition.service("Service")
        definition.file.service[0].method[0].options.Google_Api_http = rule
        return definition
    }

    private func custom(_ kind: String, _ path: String) -> Google_Api_HttpRule {
        .with { rule in
            rule.custom.kind = kind
            rule.custom.path = path
        }
    }

    @Test("a method without an annotation has no rules")
    func none() {
        var definition = Definition()
        definition.service("Service")
        #expect(!definition.source().contains("http:"))
    }

    @Test("one rule is an argument of the registration")
    func one() {
        let source = definition(.with { $0.get = "/v1/{name=a/*}" }).source()
        let line = "unary(\"example.Service/Call\", http: [.get(\"/v1/{name=a/*}\")], service.call)"
        #expect(source.contains("        \(line)\n"))
    }

    @Test("every kind of rule is written, with its fields")
    func kinds() {
        var rule = Google_Api_HttpRule.with { rule in
            rule.put = "/put"
            rule.body = "in"
            rule.responseBody = "out"
        }
        rule.additionalBindings = [
            .with { $0.get = "/get" }, .with { $0.post = "/post" }, .with { $0.delete = "/delete" },
            .with { $0.patch = "/patch" }, custom("LOCK", "/lock"), custom("*", "/any"),
        ]
        let source = definition(rule).source()
        let expected = """
                    unary(
                        "example.Service/Call",
                        http: [
                            .put("/put", body: "in", responseBody: "out"),
                            .get("/get"),
                            .post("/post"),
                            .delete("/delete"),
                            .patch("/patch"),
                            .custom("LOCK", "/lock"),
                            .custom("*", "/any"),
                        ],
                        service.call
                    )
            """
        #expect(source.contains(expected), "\(source)")
    }

    @Test("what means something in a literal of Swift is escaped")
    func escaping() {
        let source = definition(.with { $0.get = "/\"\\(a)\"/ü\n" }).source()
        #expect(source.contains(#"[.get("/\"\\(a)\"/\u{fc}\u{a}")]"#))
    }

    @Test("a method that takes a stream has none, and the code says why")
    func streaming() {
        var definition = definition(.with { $0.post = "/v1" })
        definition.file.service[0].method[0].clientStreaming = true
        let source = definition.source()
        #expect(!source.contains("http:"))
        #expect(source.contains("        // Its google.api.http is left out: HTTP cannot stream"))
    }

    @Test("an annotation that makes no sense is refused, and its method named")
    func refused() {
        let nested = Google_Api_HttpRule.with { rule in
            rule.get = "/a"
            rule.additionalBindings = [.with { $0.additionalBindings = [.with { $0.get = "/b" }] }]
        }
        let cases: [(Google_Api_HttpRule, String)] = [
            (Google_Api_HttpRule(), "a google.api.http has no method and path"),
            (nested, "the bindings of a google.api.http have none themselves"),
            (
                .with { rule in
                    rule.get = "/a"
                    rule.body = "*"
                }, "the google.api.http of a GET has no body"
            ),
        ]
        for (rule, error) in cases {
            #expect(definition(rule).generate().error == "example.Service.Call: \(error)")
        }
    }
}
