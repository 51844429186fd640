public import HTTPTypes
package import NIOCore

/// The header fields of a message: an ordered multimap from case-insensitive names to values
/// (RFC 9110 §5).
///
/// The fields of a message that arrived are a view over its bytes: nothing is copied, decoded or
/// lowercased until someone asks for a value. A change copies the bytes once.
///
/// ```swift
/// var headers: Headers = [.contentType: "text/plain"]
/// headers.append("a=1", for: .setCookie)
/// print(headers[.contentType] ?? "none")
/// ```
///
/// Values are bytes; they are read as UTF-8, with invalid sequences replaced. A value that is set
/// has every CR, LF and NUL replaced by a space, so that it cannot end its line (RFC 9110 §5.5).
public struct Headers: Sendable {
    /// Where one field lies in `bytes`; offsets are from its reader index.
    package struct Slice: Sendable {
        package var nameStart: UInt32
        private var nameLengthAndFlag: UInt32
        package var valueStart: UInt32
        package var valueLength: UInt32

        private static let flag: UInt32 = 1 << 31

        package var nameLength: UInt32 { nameLengthAndFlag & ~Self.flag }

        /// Whether the field came as one that nobody on the way may put into a table of header
        /// compression (RFC 7541 §6.2.3).
        package var isNeverIndexed: Bool {
            get { nameLengthAndFlag & Self.flag != 0 }
            set { nameLengthAndFlag = newValue ? nameLength | Self.flag : nameLength }
        }

        package init(nameStart: Int, nameLength: Int, valueStart: Int, valueLength: Int) {
            self.nameStart = UInt32(truncatingIfNeeded: nameStart)
            nameLengthAndFlag = UInt32(truncatingIfNeeded: nameLength) & ~Self.flag
            self.valueStart = UInt32(truncatingIfNeeded: valueStart)
            self.valueLength = UInt32(truncatingIfNeeded: valueLength)
        }
    }

    /// The bytes that `slices` point into.
    ///
    /// Bytes that no slice points at are never sent.
    package private(set) var bytes: ByteBuffer
    /// The fields in their order.
    package private(set) var slices: [Slice]

    /// Makes an empty collection; allocates nothing.
    public init() {
        bytes = ByteBuffer()
        slices = []
    }

    /// Makes a view over bytes that a parser has checked.
    package init(bytes: ByteBuffer, slices: [Slice]) {
        self.bytes = bytes
        self.slices = slices
    }

    /// How many field lines there are; a name that occurs twice counts twice.
    public var count: Int { slices.count }

    /// Whether there is no field.
    public var isEmpty: Bool { slices.isEmpty }
}

// MARK: - Reading

extension Headers {
    /// The value of a field: nil when it is absent, and the values joined by `, ` (by `; ` for
    /// `Cookie`) when it occurs several times (RFC 9110 §5.3).
    ///
    /// Setting replaces every occurrence by one; setting nil removes them.
    public subscript(name: HTTPField.Name) -> String? {
        get {
            guard let first = firstIndex(of: name, from: 0) else { return nil }
            guard let second = firstIndex(of: name, from: first + 1) else {
                return value(at: first)
            }
            var joined = value(at: first)
            var next: Int? = second
            let separator = name == .cookie ? "; " : ", "
            while let index = next {
                joined += separator
                joined += value(at: index)
                next = firstIndex(of: name, from: index + 1)
            }
            return joined
        }
        set {
            remove(name)
            if let newValue {
                append(newValue, for: name)
            }
        }
    }

    /// Every value of a field, one a field line, in order.
    public func values(of name: HTTPField.Name) -> [String] {
        var values: [String] = []
        var next = firstIndex(of: name, from: 0)
        while let index = next {
            values.append(value(at: index))
            next = firstIndex(of: name, from: index + 1)
        }
        return values
    }

    /// Whether a field with this name is present.
    public func contains(_ name: HTTPField.Name) -> Bool {
        firstIndex(of: name, from: 0) != nil
    }

    /// The name of the field line at `index`, as it was written.
    package func name(at index: Int) -> String {
        string(from: slices[index].nameStart, count: slices[index].nameLength)
    }

    /// The value of the field line at `index`.
    package func value(at index: Int) -> String {
        string(from: slices[index].valueStart, count: slices[index].valueLength)
    }

    /// Calls `body` with the bytes of the value at `index`; the pointer is valid only inside.
    package func withValueBytes<Result>(
        at index: Int,
        _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        let slice = slices[index]
        return try bytes.withUnsafeReadableBytes { all in
            try body(UnsafeRawBufferPointer(rebasing: all[slice.valueRange]))
        }
    }

    /// The index of the first field line named `name` at or after `start`.
    package func firstIndex(of name: HTTPField.Name, from start: Int) -> Int? {
        guard start < slices.count else { return nil }
        var wanted = name.canonicalName
        return wanted.withUTF8 { wanted in
            bytes.withUnsafeReadableBytes { all in
                var index = start
                while index < slices.count {
                    let slice = slices[index]
                    if Int(slice.nameLength) == wanted.count,
                        ASCII.equalsLowercase(
                            UnsafeRawBufferPointer(rebasing: all[slice.nameRange]),
                            lowercase: wanted
                        )
                    {
                        return index
                    }
                    index += 1
                }
                return nil
            }
        }
    }

    private func string(from start: UInt32, count: UInt32) -> String {
        bytes.withUnsafeReadableBytes { all in
            let range = Int(start)..<Int(start) + Int(count)
            return String(decoding: all[range], as: UTF8.self)
        }
    }
}

// MARK: - Changing

extension Headers {
    /// Adds a field line, keeping those that are there.
    public mutating func append(_ value: String, for name: HTTPField.Name) {
        appendLine(name: name.rawName, value: value)
    }

    /// Removes every field line with this name.
    public mutating func remove(_ name: HTTPField.Name) {
        while let index = firstIndex(of: name, from: 0) {
            slices.remove(at: index)
        }
    }

    /// Removes the field lines whose name `predicate` holds for.
    ///
    /// The pointer is valid only inside.
    package mutating func removeAll(where predicate: (UnsafeRawBufferPointer) -> Bool) {
        let bytes = bytes
        bytes.withUnsafeReadableBytes { all in
            slices.removeAll { predicate(UnsafeRawBufferPointer(rebasing: all[$0.nameRange])) }
        }
    }

    /// Removes every field; keeps no memory.
    public mutating func removeAll() {
        self = Headers()
    }

    /// Reserves room for `count` more field lines of about 40 bytes each.
    public mutating func reserveCapacity(_ count: Int) {
        slices.reserveCapacity(slices.count + count)
        bytes.reserveCapacity(minimumWritableBytes: count * 40)
    }

    private mutating func appendLine(name: String, value: String) {
        // One growth at most, also when the bytes are another message's and have to be copied.
        bytes.reserveCapacity(minimumWritableBytes: name.utf8.count + value.utf8.count + 2)
        let nameStart = bytes.readableBytes
        let nameLength = bytes.writeString(name)
        bytes.writeStaticString(": ")
        let valueStart = bytes.readableBytes
        let valueLength = bytes.writeString(value)
        bytes.withUnsafeMutableReadableBytes { all in
            for offset in valueStart..<valueStart + valueLength
            where all[offset] == 0x0D || all[offset] == 0x0A || all[offset] == 0 {
                all[offset] = 0x20
            }
        }
        slices.append(
            Slice(
                nameStart: nameStart,
                nameLength: nameLength,
                valueStart: valueStart,
                valueLength: valueLength
            )
        )
    }
}

extension Headers.Slice {
    package var nameRange: Range<Int> { Int(nameStart)..<Int(nameStart) + Int(nameLength) }
    package var valueRange: Range<Int> { Int(valueStart)..<Int(valueStart) + Int(valueLength) }
}

// MARK: - Conformances

extension Headers: ExpressibleByDictionaryLiteral {
    /// Makes headers from names and values, in the order written.
    public init(dictionaryLiteral elements: (HTTPField.Name, String)...) {
        self.init()
        reserveCapacity(elements.count)
        for (name, value) in elements {
            append(value, for: name)
        }
    }
}

extension Headers: Sequence {
    /// A field line: its name as it was written, and its value.
    public typealias Element = (name: String, value: String)

    /// Walks over the field lines in order; makes two strings a line.
    public func makeIterator() -> some IteratorProtocol<Element> {
        slices.indices.lazy.map { (name: name(at: $0), value: value(at: $0)) }.makeIterator()
    }
}

extension Headers: Equatable {
    /// Equal when the same lines, names compared without case, come in the same order.
    public static func == (left: Headers, right: Headers) -> Bool {
        left.count == right.count
            && zip(left, right).allSatisfy {
                $0.name.lowercased() == $1.name.lowercased() && $0.value == $1.value
            }
    }
}

extension Headers: CustomStringConvertible {
    /// One `name: value` a line.
    ///
    /// Contains whatever credentials the message carried.
    public var description: String {
        map { "\($0.name): \($0.value)" }.joined(separator: "\n")
    }
}
