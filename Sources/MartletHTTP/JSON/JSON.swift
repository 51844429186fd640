public import NIOCore

/// JSON for `Codable` values (RFC 8259).
///
/// The encoder writes bytes as a value's `encode(to:)` makes its calls; there is no tree between.
/// The decoder notes once where each value lies, and reads strings and numbers when they are
/// asked for. Both use what a type's `Codable` conformance says and nothing else: a `Date` is the
/// number that it encodes itself as, `Data` an array of numbers.
///
/// ```swift
/// let bytes = try JSON.encode(order)
/// let order = try JSON.decode(Order.self, from: bytes)
/// ```
public enum JSON: Sendable {
    /// Encodes a value.
    ///
    /// Members are written in the order of the calls, without spaces. Floating-point numbers have
    /// the fewest digits that read back as the same number. A value that encodes nothing is `{}`.
    ///
    /// - Parameter value: The value.
    /// - Returns: Its JSON text in UTF-8.
    /// - Throws: `EncodingError` that names the path, for a number that is infinite or not a
    ///   number and for values that nest deeper than 512; what the value itself throws.
    public static func encode(_ value: some Encodable) throws -> ByteBuffer {
        try write(value) { ByteBuffer(bytes: $0) }
    }

    /// Encodes a value to the end of a buffer.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - buffer: Where to write; unchanged when an error is thrown.
    /// - Throws: What ``encode(_:)`` throws.
    public static func encode(_ value: some Encodable, into buffer: inout ByteBuffer) throws {
        _ = try write(value) { buffer.writeBytes($0) }
    }

    /// The bytes of scratch memory on the stack; the largest size that the compiler always puts
    /// there.
    ///
    /// Longer texts move to the heap.
    private static let scratchSize = 1_024

    private static func write<Result>(
        _ value: some Encodable,
        _ use: (UnsafeRawBufferPointer) -> Result
    ) throws -> Result {
        try withUnsafeTemporaryAllocation(byteCount: scratchSize, alignment: 8) { scratch in
            let writer = JSONWriter(scratch: scratch)
            // Sound: the writer forgets the scratch memory before this scope ends.
            defer { writer.invalidate() }
            try writer.encodeRoot(value)
            return writer.finish(use)
        }
    }
}
