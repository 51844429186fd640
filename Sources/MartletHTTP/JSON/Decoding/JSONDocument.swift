/// A document whose values have been found, for the containers of one decoding.
///
/// It is used by one task at a time, as every `Decoder` is. Its properties are not checked for
/// exclusive access at run time: each access is over before code of the value that is decoded
/// runs.
final class JSONDocument {
    /// Sound: valid until ``invalidate()``, which the owner of the bytes calls before they go.
    @exclusivity(unchecked) private(set) var bytes: UnsafeRawBufferPointer
    @exclusivity(unchecked) private(set) var tokens: [JSONToken]

    init(_ bytes: UnsafeRawBufferPointer, limits: JSON.Limits) throws(JSONError) {
        self.bytes = bytes
        self.tokens = try JSONParser.tokens(of: bytes, limits: limits)
    }

    /// Forgets the bytes; a decoder that is kept beyond its call stops the process when it is used,
    /// rather than read memory that is gone.
    func invalidate() {
        bytes = UnsafeRawBufferPointer(start: nil, count: 0)
        tokens = []
    }

    /// The bytes of a string or a number.
    @inline(__always)
    func text(_ place: Int) -> UnsafeRawBufferPointer {
        let token = tokens[place]
        return UnsafeRawBufferPointer(rebasing: bytes[Int(token.start)..<Int(token.end)])
    }

    /// The string at a place that has one.
    @inline(__always)
    func string(_ place: Int) -> String {
        tokens[place].flags.contains(.escaped)
            ? JSONText.unescape(text(place)) : String(decoding: text(place), as: UTF8.self)
    }

    // MARK: Members

    /// The place of the value of a member, or nil when the object has none of that name.
    ///
    /// Members are mostly asked for in the order in which they stand, so the search begins after
    /// the one that was found last.
    @inline(__always)
    func member(_ name: String, of object: Int) -> Int? {
        var name = name
        return name.withUTF8 { name in
            let name = UnsafeRawBufferPointer(name)
            let first = object &+ 1
            let end = Int(tokens[object].next)
            let hint = Int(tokens[object].end)
            return member(name, from: hint, to: end) ?? member(name, from: first, to: hint)
        }
    }

    /// Says that the value at `place` has been found, so that the next search begins after it.
    @inline(__always)
    func advance(_ object: Int, past place: Int) {
        tokens[object].end = tokens[place].next
    }

    @inline(__always)
    private func member(_ name: UnsafeRawBufferPointer, from start: Int, to end: Int) -> Int? {
        var place = start
        while place < end {
            if isName(place, name) { return place &+ 1 }
            place = Int(tokens[place &+ 1].next)
        }
        return nil
    }

    @inline(__always)
    private func isName(_ place: Int, _ name: UnsafeRawBufferPointer) -> Bool {
        let flags = tokens[place].flags
        if flags.isEmpty { return JSONText.areEqual(text(place), name) }
        return !flags.contains(.superseded) && string(place).utf8.elementsEqual(name)
    }

    /// The places of the names of an object, without those that later ones replace.
    func names(of object: Int) -> [Int] {
        var places: [Int] = []
        var place = object + 1
        while place < Int(tokens[object].next) {
            if !tokens[place].flags.contains(.superseded) { places.append(place) }
            place = Int(tokens[place + 1].next)
        }
        return places
    }

    /// Makes the object ready to be searched: of names that occur more than once the last holds.
    ///
    /// Most names are found to be new by a filter of 256 bits. Those that it confuses are compared
    /// with all before them in a small object, and in a table in a large one, so that no choice of
    /// names makes this slow.
    func prepare(_ object: Int) {
        guard !tokens[object].flags.contains(.compared) else { return }
        tokens[object].flags.insert(.compared)
        tokens[object].end = UInt32(truncatingIfNeeded: object + 1)
        let end = Int(tokens[object].next)
        var filter = SIMD4<UInt64>.zero
        var place = object + 1
        var seen = 0
        while place < end {
            let hash = fingerprint(place)
            let bit: UInt64 = 1 << (hash & 63)
            let word = Int(hash >> 6 & 3)
            if filter[word] & bit != 0 {
                guard seen <= Self.smallObject else { return supersedeAll(in: object) }
                supersede(place, in: object)
            }
            filter[word] |= bit
            seen &+= 1
            place = Int(tokens[place + 1].next)
        }
    }

    private func fingerprint(_ place: Int) -> UInt64 {
        guard tokens[place].flags.contains(.escaped) else {
            return JSONText.fingerprint(text(place))
        }
        var name = string(place)
        return name.withUTF8 { JSONText.fingerprint(UnsafeRawBufferPointer($0)) }
    }

    /// The most names that one is compared with one by one.
    private static let smallObject = 48

    /// Marks an earlier name that equals the one at `place`.
    private func supersede(_ place: Int, in object: Int) {
        let isEscaped = tokens[place].flags.contains(.escaped)
        var earlier = object + 1
        while earlier < place {
            let isEqual =
                isEscaped || tokens[earlier].flags.contains(.escaped)
                ? string(earlier).utf8.elementsEqual(string(place).utf8)
                : JSONText.areEqual(text(earlier), text(place))
            if isEqual { tokens[earlier].flags.insert(.superseded) }
            earlier = Int(tokens[earlier + 1].next)
        }
    }

    private func supersedeAll(in object: Int) {
        var last: [[UInt8]: Int] = [:]
        for place in names(of: object) {
            if let earlier = last.updateValue(place, forKey: Array(string(place).utf8)) {
                tokens[earlier].flags.insert(.superseded)
            }
        }
    }
}
