/// Replaces the values of secret query parameters, so that a query can be logged.
struct QueryRedaction: Sendable {
    /// The names of secret parameters, in lower case.
    let names: Set<String>

    /// The query with secret values replaced by `redacted`; everything else stays as it was sent.
    func redact(_ query: Substring) -> String {
        query.split(separator: "&", omittingEmptySubsequences: false)
            .map(redactParameter)
            .joined(separator: "&")
    }

    private func redactParameter(_ parameter: Substring) -> Substring {
        guard let mark = parameter.firstIndex(of: "=") else { return parameter }
        let rawName = parameter[..<mark]
        // What cannot be decoded cannot be compared, so its value is not shown.
        let isSecret =
            PercentCoding.decode(rawName, plusIsSpace: true)
            .map { names.contains($0.lowercased()) } ?? true
        return isSecret ? rawName + "=redacted" : parameter
    }
}
