import Glibc

/// Lends strings to C as a null-terminated array of null-terminated strings.
enum CStrings {
    /// Calls `body` with the array, which is valid only inside.
    static func withArray<Result>(
        _ strings: [String],
        _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        // The pointers come from strdup and are freed after the call; nobody else has them.
        let pointers = strings.map { strdup($0) }
        defer {
            for pointer in pointers { free(pointer) }
        }
        return body(pointers + [nil])
    }
}
