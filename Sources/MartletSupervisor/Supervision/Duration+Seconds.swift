extension Duration {
    /// The seconds with this many digits after the point, rounded down: `0.25`, `12.0`.
    func seconds(digits: Int) -> String {
        precondition((1...9).contains(digits), "A duration has one to nine digits.")
        let fraction = String(components.attoseconds / 1_000_000_000)
        let padded = String(repeating: "0", count: 9 - fraction.utf8.count) + fraction
        return "\(components.seconds).\(padded.prefix(digits))"
    }
}
