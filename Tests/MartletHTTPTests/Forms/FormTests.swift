import HTTPTypes
import MartletHTTP
import NIOCore
import Testing

@Suite struct FormTests {
    private func request(_ body: String, _ contentType: String?) -> Request {
        var request = Request(.post, "/", body: Body(body))
        request.headers[.contentType] = contentType
        return request
    }

    private static let mediaType = "application/x-www-form-urlencoded"

    @Test("a form's fields are read and decoded")
    func form() async throws {
        struct Login: Decodable, Equatable {
            var user: String
            var remember: Bool
        }
        let request = request("user=a%40b&remember=on", Self.mediaType + "; charset=utf-8")
        #expect(try await request.form()["user"] == "a@b")
        let login = try await request.form(as: Login.self)
        #expect(login == Login(user: "a@b", remember: true))
    }

    @Test("another media type is 415, a long form 413, and bytes that are not UTF-8 are 400")
    func refused() async {
        func status(_ request: Request, upTo limit: Int = 100) async -> HTTPResponse.Status? {
            do {
                _ = try await request.form(upTo: limit)
                return nil
            } catch {
                return (error as? HTTPError)?.status
            }
        }
        #expect(await status(request("a=1", nil)) == .unsupportedMediaType)
        #expect(await status(request("a=1", "application/json")) == .unsupportedMediaType)
        #expect(await status(request("a=12", Self.mediaType), upTo: 4) == nil)
        #expect(await status(request("a=12", Self.mediaType), upTo: 3) == .contentTooLarge)
        #expect(await status(request("a=%", Self.mediaType)) == .badRequest)
        var latin = request("", Self.mediaType)
        latin.body = Body(ByteBuffer(bytes: [0x61, 0x3D, 0xE9]))
        #expect(await status(latin) == .badRequest)
    }

    @Test("an error calls a field a form field")
    func named() async throws {
        let form = try await request("a=1", Self.mediaType).form()
        let error = #expect(throws: HTTPError.self) { try form.require("b", as: Int.self) }
        #expect(error?.detail == "The form field 'b': is missing.")
    }
}
