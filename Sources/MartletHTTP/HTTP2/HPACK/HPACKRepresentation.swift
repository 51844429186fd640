/// How a field that is in no table is to be sent (RFC 7541 §6.2).
package enum HPACKRepresentation: Sendable {
    /// Put into the dynamic table (§6.2.1).
    case indexed
    /// Not put into the dynamic table (§6.2.2).
    case notIndexed
    /// Not put into any table, nor by anyone who sends it on (§6.2.3).
    case neverIndexed
}
