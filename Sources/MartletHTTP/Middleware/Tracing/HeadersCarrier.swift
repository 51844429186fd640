import HTTPTypes
import Tracing

/// Lets an instrument read what a message carries.
struct HeadersExtractor: Extractor {
    func extract(key: String, from carrier: Headers) -> String? {
        HTTPField.Name(key).flatMap { carrier[$0] }
    }
}

/// Lets an instrument add to what a message carries.
struct HeadersInjector: Injector {
    func inject(_ value: String, forKey key: String, into carrier: inout Headers) {
        guard let name = HTTPField.Name(key) else { return }
        carrier[name] = value
    }
}
