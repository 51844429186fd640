import NIOCore

/// Where the containers of one encoding write: the bytes so far, and the frames that may grow.
///
/// One is made an encoding; containers are small structs that name a frame of it. It is used by
/// one task at a time, as every `Encoder` is.
///
/// The properties are not checked for exclusive access at run time, which would cost a third of
/// the encoding: each access is over before code of the value that is encoded runs.
final class JSONWriter {
    /// Where a member or an element is being written.
    struct Entry {
        var parent: Int32
        /// Where it began.
        var start: Int
        /// The parent's count before it.
        var count: Int32
        /// Whether it is to be moved into a parent that is closed already.
        var isDetached: Bool
    }

    /// The deepest nesting of values that are encoded, so that a cycle of objects is an error and
    /// not a stack overflow.
    static let depthLimit = 512

    @exclusivity(unchecked) var output: JSONOutput
    @exclusivity(unchecked) private(set) var frames: [JSONFrame] = []
    /// The place of the innermost open frame.
    @exclusivity(unchecked) private var top: Int32 = -1
    /// The lowest place that may be written to now: more than 0 while a value is written apart.
    @exclusivity(unchecked) private var floor: Int32 = 0
    @exclusivity(unchecked) private var lastNumber: UInt32 = 0
    /// What made the bytes unusable.
    @exclusivity(unchecked) private var failure: String?

    init(scratch: UnsafeMutableRawBufferPointer) {
        output = JSONOutput(lent: scratch)
        frames.reserveCapacity(8)
    }

    // MARK: Entries

    /// Begins a member or an element: closes what was opened inside the frame, and writes the
    /// comma.
    @inline(__always)
    func enter(_ token: JSONFrame.Token) throws -> Entry {
        let isDetached =
            token.place == top && frames[Int(top)].number == token.number && failure == nil
            ? false : try enterSlowly(token)
        let place = Int(token.place)
        let entry = Entry(
            parent: token.place,
            start: output.count,
            count: frames[place].count,
            isDetached: isDetached
        )
        if frames[place].count > 0 { output.append(UInt8(ascii: ",")) }
        frames[place].count &+= 1
        return entry
    }

    /// Begins a member of an object.
    @inline(__always)
    func enter(_ token: JSONFrame.Token, key: some CodingKey) throws -> Entry {
        let entry = try enter(token)
        output.append(quoted: key.stringValue)
        output.append(UInt8(ascii: ":"))
        return entry
    }

    /// Whether what is written next has to be moved into place afterwards.
    private func enterSlowly(_ token: JSONFrame.Token) throws -> Bool {
        guard isUsable(token) else { throw unusable(token) }
        guard frames[Int(token.place)].isOpen else { return true }
        close(downTo: token.place + 1)
        top = token.place
        return false
    }

    /// Ends a member or an element.
    @inline(__always)
    func leave(_ entry: Entry) {
        if entry.isDetached { attach(entry) }
    }

    private func attach(_ entry: Entry) {
        splice(from: entry.start, to: frames[Int(entry.parent)].end, replacing: 0)
    }

    /// Takes back what was written since `entry` began.
    func abandon(_ entry: Entry) {
        let parent = Int(entry.parent)
        guard entry.isDetached || frames[parent].isOpen else {
            failure = "an encoding failed after its container was closed"
            return
        }
        output.truncate(to: entry.start)
        frames[parent].count = entry.count
    }

    // MARK: Frames

    /// Adds a frame for a value that begins now, and makes it the innermost one.
    func push(_ kind: JSONFrame.Kind, key: (any CodingKey)?, entry: Entry) -> JSONFrame.Token {
        lastNumber &+= 1
        let parent = Int(entry.parent)
        let place = Int32(truncatingIfNeeded: frames.count)
        frames.append(
            JSONFrame(
                key: key,
                start: entry.start,
                end: output.count - 1,
                parent: entry.parent,
                position: entry.count,
                count: 0,
                number: lastNumber,
                depth: parent < 0 ? 0 : frames[parent].depth &+ 1,
                kind: kind,
                isOpen: true
            )
        )
        top = place
        return JSONFrame.Token(place: place, number: lastNumber)
    }

    /// Encodes a value that is not a scalar as the member or element that `entry` began.
    func encode(_ value: some Encodable, key: (any CodingKey)?, entry: Entry) throws {
        let (outerTop, outerFloor) = (top, floor)
        let token = push(.pending, key: key, entry: entry)
        if entry.isDetached { floor = token.place }
        defer {
            floor = outerFloor
            top = outerTop
            while top >= 0, !frames[Int(top)].isOpen { top = frames[Int(top)].parent }
        }
        do {
            guard frames[Int(token.place)].depth <= Self.depthLimit else {
                throw invalid(value, token, "values nest deeper than \(Self.depthLimit)")
            }
            try value.encode(to: JSONValueEncoder(writer: self, token: token))
            pop(downTo: token.place)
        } catch {
            var begun = entry
            begun.start = frames[Int(token.place)].start
            frames.removeLast(frames.count - Int(token.place))
            abandon(begun)
            throw error
        }
    }

    /// Closes and forgets every frame from `place` on.
    private func pop(downTo place: Int32) {
        close(downTo: place)
        while frames.count > Int(place) { frames.removeLast() }
    }

    /// Closes the open frames from the innermost to the one at `place`.
    private func close(downTo place: Int32) {
        while top >= place {
            let frame = Int(top)
            if frames[frame].isOpen {
                switch frames[frame].kind {
                case .pending: output.append("{}")
                case .object: output.append(UInt8(ascii: "}"))
                case .array: output.append(UInt8(ascii: "]"))
                case .complete: break
                }
                frames[frame].end = output.count - 1
                frames[frame].isOpen = false
            }
            top = frames[frame].parent
        }
    }

    /// Makes the frame a container of `kind`, or returns it when it is one already.
    func begin(_ kind: JSONFrame.Kind, _ token: JSONFrame.Token) -> JSONFrame.Token {
        guard isUsable(token) else { return .dead }
        let place = Int(token.place)
        if frames[place].kind == kind { return token }
        guard frames[place].kind == .pending else { return .dead }
        if frames[place].isOpen {
            close(downTo: token.place + 1)
            top = token.place
            output.append(kind == .object ? UInt8(ascii: "{") : UInt8(ascii: "["))
        } else if kind == .array {
            output.replace(at: frames[place].end - 1, with: UInt8(ascii: "["))
            output.replace(at: frames[place].end, with: UInt8(ascii: "]"))
        }
        frames[place].kind = kind
        return token
    }

    /// Opens a container, or leaves room for a value of any kind, inside another.
    func nest(
        _ kind: JSONFrame.Kind,
        key: (any CodingKey)?,
        in token: JSONFrame.Token
    ) -> JSONFrame.Token {
        guard let entry = try? key.map({ try enter(token, key: $0) }) ?? enter(token) else {
            return .dead
        }
        let outerTop = top
        guard entry.isDetached else {
            let child = push(kind, key: key, entry: entry)
            if kind == .object { output.append(UInt8(ascii: "{")) }
            if kind == .array { output.append(UInt8(ascii: "[")) }
            return child
        }
        output.append(kind == .array ? "[]" : "{}")
        let child = push(kind, key: key, entry: entry)
        frames[Int(child.place)].isOpen = false
        top = outerTop
        attach(entry)
        return child
    }

    /// Writes the only value of a pending frame with `write`, which returns false for what must
    /// be taken back.
    func complete(_ token: JSONFrame.Token, _ write: (inout JSONOutput) -> Bool) throws -> Bool {
        guard isUsable(token) else { throw unusable(token) }
        let place = Int(token.place)
        guard frames[place].kind == .pending else {
            throw invalid(token, "a second value is encoded where one is already")
        }
        if frames[place].isOpen {
            close(downTo: token.place + 1)
            top = token.place
        }
        let start = output.count
        guard write(&output) else {
            output.truncate(to: start)
            return false
        }
        frames[place].kind = .complete
        if !frames[place].isOpen {
            splice(from: start, to: frames[place].end - 1, replacing: 2)
        }
        return true
    }

    /// Moves the bytes from `tail` on to `offset`, and every frame's offsets with them.
    private func splice(from tail: Int, to offset: Int, replacing removed: Int) {
        let length = output.count - tail
        output.moveTail(from: tail, to: offset, replacing: removed)
        func moved(_ old: Int) -> Int {
            if old >= tail { return old - tail + offset }
            return old >= offset + removed ? old + length - removed : old
        }
        for place in frames.indices {
            frames[place].start = moved(frames[place].start)
            frames[place].end = moved(frames[place].end)
        }
    }

    func isUsable(_ token: JSONFrame.Token) -> Bool {
        failure == nil && token.place >= floor && Int(token.place) < frames.count
            && frames[Int(token.place)].number == token.number
    }

    // MARK: Whole documents

    /// Encodes `value` as the document.
    func encodeRoot(_ value: some Encodable) throws {
        let entry = Entry(parent: -1, start: 0, count: 0, isDetached: false)
        let root = push(.pending, key: nil, entry: entry)
        try value.encode(to: JSONValueEncoder(writer: self, token: root))
        if let failure { throw invalid(value, root, failure) }
        pop(downTo: root.place)
    }

    /// Hands the bytes over, and makes every container that is still held somewhere unusable, so
    /// that the memory that was lent is not touched again.
    func finish<Result>(_ use: (UnsafeRawBufferPointer) -> Result) -> Result {
        let result = use(output.bytes)
        invalidate()
        return result
    }

    /// Makes every container that is still held somewhere unusable.
    func invalidate() {
        failure = "the encoding is over"
        frames = []
        top = -1
    }
}
