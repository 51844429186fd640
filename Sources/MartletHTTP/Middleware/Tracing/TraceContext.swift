/// Where a call stands in a distributed trace (W3C Trace Context, level 1).
///
/// It travels in `traceparent` and `tracestate`. ``ServerTracing`` reads it and keeps it in the
/// call's `ServiceContext`; ``ClientTracing`` sends it on.
public struct TraceContext: Hashable, Sendable {
    /// The trace's identifier; never 0.
    public var traceID: UInt128

    /// The identifier of the span that calls; never 0.
    public var spanID: UInt64

    /// The flags; bit 0 says that the caller records the trace.
    public var flags: UInt8

    /// What the tracing systems on the way have added; nil when there is nothing.
    public var state: String?

    /// Makes a context.
    public init(traceID: UInt128, spanID: UInt64, flags: UInt8 = 0, state: String? = nil) {
        precondition(traceID != 0 && spanID != 0, "an identifier of a trace or a span is not 0")
        self.traceID = traceID
        self.spanID = spanID
        self.flags = flags
        self.state = state
    }

    /// Whether the caller records the trace.
    public var isSampled: Bool { flags & 1 != 0 }
}

// MARK: - traceparent

extension TraceContext {
    /// Reads a `traceparent` value (§3.2).
    ///
    /// Nil when it is malformed, of version `ff`, or has an identifier of zeros. A version above 00
    /// is read as 00 as far as that goes, as the standard asks for.
    public init?(traceparent: String) {
        var text = traceparent
        let parsed = text.withUTF8 { Self.parse(UnsafeRawBufferPointer($0)) }
        guard let parsed else { return nil }
        self = parsed
    }

    /// The value for `traceparent`.
    public var traceparent: String {
        String(unsafeUninitializedCapacity: 55) { bytes in
            Self.write(hex: 0, digits: 2, to: bytes, at: 0)
            bytes[2] = UInt8(ascii: "-")
            Self.write(hex: UInt64(truncatingIfNeeded: traceID >> 64), digits: 16, to: bytes, at: 3)
            Self.write(hex: UInt64(truncatingIfNeeded: traceID), digits: 16, to: bytes, at: 19)
            bytes[35] = UInt8(ascii: "-")
            Self.write(hex: spanID, digits: 16, to: bytes, at: 36)
            bytes[52] = UInt8(ascii: "-")
            Self.write(hex: UInt64(flags), digits: 2, to: bytes, at: 53)
            return 55
        }
    }

    /// The trace's identifier as 32 hexadecimal digits, for logs.
    public var traceIDText: String {
        String(unsafeUninitializedCapacity: 32) { bytes in
            Self.write(hex: UInt64(truncatingIfNeeded: traceID >> 64), digits: 16, to: bytes, at: 0)
            Self.write(hex: UInt64(truncatingIfNeeded: traceID), digits: 16, to: bytes, at: 16)
            return 32
        }
    }

    static func parse(_ bytes: UnsafeRawBufferPointer) -> TraceContext? {
        let dash = UInt8(ascii: "-")
        guard bytes.count >= 55, bytes[2] == dash, bytes[35] == dash, bytes[52] == dash,
            let version = hex(bytes, at: 0, digits: 2), version != 0xFF,
            bytes.count == 55 || (version > 0 && bytes[55] == dash),
            let high = hex(bytes, at: 3, digits: 16),
            let low = hex(bytes, at: 19, digits: 16), high | low != 0,
            let spanID = hex(bytes, at: 36, digits: 16), spanID != 0,
            let flags = hex(bytes, at: 53, digits: 2)
        else { return nil }
        return TraceContext(
            traceID: UInt128(high) << 64 | UInt128(low),
            spanID: spanID,
            flags: UInt8(flags)
        )
    }

    /// Reads lower-case hexadecimal digits; the standard allows no others.
    private static func hex(_ bytes: UnsafeRawBufferPointer, at start: Int, digits: Int) -> UInt64?
    {
        var value: UInt64 = 0
        for index in start..<start + digits {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                value = value << 4 | UInt64(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"):
                value = value << 4 | UInt64(byte - UInt8(ascii: "a") + 10)
            default:
                return nil
            }
        }
        return value
    }

    private static func write(
        hex value: UInt64,
        digits: Int,
        to bytes: UnsafeMutableBufferPointer<UInt8>,
        at start: Int
    ) {
        assert(start + digits <= bytes.count, "the digits fit the buffer")
        for offset in 0..<digits {
            let nibble = UInt8(truncatingIfNeeded: value >> UInt64(4 * (digits - 1 - offset))) & 15
            bytes[start + offset] =
                nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
        }
    }
}
