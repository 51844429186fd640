import HTTPTypes
import MartletHTTP
import Testing

@Suite struct QueryParametersTests {
    @Test("parameters keep their order and their repetitions")
    func multimap() throws {
        let query = try Request(.get, "/?a=1&b=2&a=3&&c&=x&d=e=f").query
        #expect(query.map(\.name) == ["a", "b", "a", "c", "", "d"])
        #expect(query.map(\.value) == ["1", "2", "3", "", "x", "e=f"])
        #expect(query["a"] == "1")
        #expect(query.values(of: "a") == ["1", "3"])
        #expect(query["c"] == "")
        #expect(query["z"] == nil)
        #expect(query.contains("c"))
        #expect(query.count == 6)
    }

    @Test("a target without a query has no parameters")
    func none() throws {
        #expect(try Request(.get, "/path").query.isEmpty)
        #expect(try Request(.get, "/path?").query.isEmpty)
    }

    @Test("names and values are percent-decoded, and a plus is a space")
    func decoding() throws {
        let query = try QueryParameters("a%20b=c+d%2B&%C3%A9=%26&x+y=1")
        #expect(query["a b"] == "c d+")
        #expect(query["\u{E9}"] == "&")
        #expect(query["x y"] == "1")
    }

    @Test("what is not percent-encoded UTF-8 is 400", arguments: ["a=%", "a=%1", "%zz=1", "a=%FF"])
    func malformed(query: String) {
        let error = #expect(throws: HTTPError.self) { try Request(.get, "/?" + query).query }
        #expect(error?.status == .badRequest)
    }

    @Test("as many parameters as the limit are accepted, and no more")
    func limit() throws {
        #expect(QueryParameters.defaultLimit == 1_000)
        let full = String(repeating: "a&", count: 1_000)
        #expect(try QueryParameters(full).count == 1_000)
        #expect(throws: HTTPError.self) { try QueryParameters(full + "a") }
        #expect(throws: HTTPError.self) { try QueryParameters("a&b&c", limit: 2) }
    }

    @Test("a parameter that is missing, wrong or repeated is 400 and named")
    func values() throws {
        let query = try QueryParameters("page=2&bad=x&twice=1&twice=2")
        #expect(try query.require("page", as: Int.self) == 2)
        #expect(try query.value("absent", as: Int.self) == nil)
        for name in ["bad", "absent", "twice"] {
            let error = #expect(throws: HTTPError.self) { try query.require(name, as: Int.self) }
            #expect(error?.status == .badRequest)
            #expect(error?.fields.map(\.field) == [name])
        }
    }

    struct Search: Decodable, Equatable {
        enum Order: String, Decodable { case newest, oldest }
        var text: String
        var page: Int?
        var tags: [String]
        var ratios: [Double]
        var order: Order?
        var isOpen: Bool?
    }

    @Test("a flat structure is decoded with arrays and optionals")
    func decode() throws {
        let query = try QueryParameters(
            "tags=a&text=x+y&order=oldest&tags=b&isOpen=on&ratios=1&ratios=2.5&unknown=1"
        )
        let expected = Search(
            text: "x y",
            page: nil,
            tags: ["a", "b"],
            ratios: [1, 2.5],
            order: .oldest,
            isOpen: true
        )
        #expect(try query.decode(Search.self) == expected)
        let bare = try QueryParameters("text=").decode(Search.self)
        #expect(bare == Search(text: "", page: nil, tags: [], ratios: []))
    }

    @Test(
        "a structure that does not fit is 400 and the parameter is named",
        arguments: [
            ("page=1", "text"), ("text=a&page=x", "page"), ("text=a&page=1&page=2", "page"),
            ("text=a&ratios=nan", "ratios"), ("text=a&order=up", "order"),
            ("text=a&isOpen=maybe", "isOpen"), ("text=a&page=", "page"),
        ]
    )
    func misfits(query: String, name: String) throws {
        let parameters = try QueryParameters(query)
        let error = #expect(throws: HTTPError.self) { try parameters.decode(Search.self) }
        #expect(error?.status == .badRequest)
        #expect(error?.fields.map(\.field) == [name])
    }

    @Test("nested structure is refused")
    func nested() throws {
        struct Outer: Decodable { var inner: [String: Int] }
        let parameters = try QueryParameters("inner=1")
        #expect(throws: HTTPError.self) { try parameters.decode(Outer.self) }
    }
}
