import MartletHTTP
import NIOCore

/// A header block that is built in one piece: the lines of a message that go on, copied at once,
/// and further lines after them.
struct FieldBlock {
    private var bytes: ByteBuffer
    private(set) var slices: [Headers.Slice]

    /// Room for the lines that a gateway adds: four forwarding fields with addresses and hosts.
    private static let spareBytes = 256
    private static let spareLines = 8

    /// Copies the lines of `headers` for which `keeps` holds.
    ///
    /// The bytes of the others come along, but nothing points at them, so they are never sent.
    init(copying headers: Headers, where keeps: (Int, UnsafeRawBufferPointer) -> Bool) {
        var kept: [Headers.Slice] = []
        kept.reserveCapacity(headers.count + Self.spareLines)
        var low = Int.max
        var high = 0
        headers.bytes.withUnsafeReadableBytes { all in
            for (index, slice) in headers.slices.enumerated() {
                guard keeps(index, UnsafeRawBufferPointer(rebasing: all[slice.nameRange])) else {
                    continue
                }
                kept.append(slice)
                low = min(low, slice.nameRange.lowerBound, slice.valueRange.lowerBound)
                high = max(high, slice.nameRange.upperBound, slice.valueRange.upperBound)
            }
        }
        let count = kept.isEmpty ? 0 : high - low
        var bytes = ByteBufferAllocator().buffer(capacity: count + Self.spareBytes)
        if count > 0 {
            headers.bytes.withUnsafeReadableBytes { all in
                _ = bytes.writeBytes(UnsafeRawBufferPointer(rebasing: all[low..<high]))
            }
            for index in kept.indices {
                kept[index].nameStart -= UInt32(low)
                kept[index].valueStart -= UInt32(low)
            }
        }
        self.bytes = bytes
        slices = kept
    }

    /// Removes the copied lines whose names `options` has.
    mutating func remove(_ options: ConnectionOptions) {
        bytes.withUnsafeReadableBytes { all in
            slices.removeAll { slice in
                options.contains(UnsafeRawBufferPointer(rebasing: all[slice.nameRange]))
            }
        }
    }

    /// Adds a line whose value `write` writes.
    ///
    /// What is written must come from values that were read from fields or checked, because
    /// nothing is replaced in it.
    ///
    /// - Parameters:
    ///   - name: The name of the field.
    ///   - size: The most bytes that `write` writes.
    ///   - write: Writes the value.
    mutating func add(
        _ name: StaticString,
        atMost size: Int,
        _ write: (inout HeadWriter) -> Void
    ) {
        let nameStart = bytes.readableBytes
        let valueStart = nameStart + name.utf8CodeUnitCount + 2
        HeadWriter.write(atMost: name.utf8CodeUnitCount + 2 + size, into: &bytes) { line in
            line.write(name)
            line.write(": ")
            write(&line)
        }
        slices.append(
            Headers.Slice(
                nameStart: nameStart,
                nameLength: name.utf8CodeUnitCount,
                valueStart: valueStart,
                valueLength: bytes.readableBytes - valueStart
            )
        )
    }

    /// The block as a message's fields.
    var headers: Headers { Headers(bytes: bytes, slices: slices) }
}
