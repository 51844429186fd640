/// A field that is being encoded.
struct HPACKField {
    // Sound because a field lives only inside the call that lends its name and its value.
    /// In lower case.
    let name: UnsafeRawBufferPointer
    // Sound for the same reason.
    let value: UnsafeRawBufferPointer
    /// The hash of the name.
    let nameHash: UInt32
    /// The hash of the name and the value.
    let hash: UInt32

    @inline(__always)
    init(_ name: UnsafeRawBufferPointer, nameHash: UInt32, _ value: UnsafeRawBufferPointer) {
        self.name = name
        self.value = value
        self.nameHash = nameHash
        hash = HPACKHash.hash(value, seed: nameHash)
    }

    /// What the field counts for in a table.
    var size: Int { name.count + value.count + HPACKEntry.overhead }
}
