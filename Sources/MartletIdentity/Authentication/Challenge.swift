/// Writes the value of `WWW-Authenticate` (RFC 9110 §11.6.1).
enum Challenge {
    /// A scheme with parameters in quotes.
    static func make(_ scheme: String, _ parameters: [(name: String, value: String)]) -> String {
        let list = parameters.map { "\($0.name)=\(quoted($0.value))" }.joined(separator: ", ")
        return list.isEmpty ? scheme : "\(scheme) \(list)"
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars where scalar.value >= 0x20 && scalar.value < 0x7F {
            if scalar == "\"" || scalar == "\\" { quoted += "\\" }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }
}
