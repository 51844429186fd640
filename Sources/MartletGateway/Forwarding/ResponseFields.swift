import HTTPTypes
import MartletHTTP
import NIOCore

/// Makes the header fields of a response for the client out of those of the upstream.
enum ResponseFields {
    /// Removes the fields of the upstream's hop, and adds `Via`.
    ///
    /// Costs nothing for a response that has none.
    static func edit(_ headers: inout Headers, via: String?) {
        var options = ConnectionOptions()
        var hasOwn = false
        headers.bytes.withUnsafeReadableBytes { all in
            for slice in headers.slices {
                switch role(of: slice, in: all) {
                case .connection:
                    options.add(UnsafeRawBufferPointer(rebasing: all[slice.valueRange]))
                    hasOwn = true
                case .hopByHop, .upgrade:
                    hasOwn = true
                default:
                    continue
                }
            }
        }
        if hasOwn {
            headers.removeAll { name in
                switch FieldRole.inResponse(name) {
                case .connection, .hopByHop, .upgrade: true
                default: !options.isEmpty && options.contains(name)
                }
            }
        }
        if let via { headers.append(via, for: .via) }
    }

    @inline(__always)
    private static func role(
        of slice: Headers.Slice,
        in all: UnsafeRawBufferPointer
    ) -> FieldRole {
        FieldRole.inResponse(UnsafeRawBufferPointer(rebasing: all[slice.nameRange]))
    }
}
