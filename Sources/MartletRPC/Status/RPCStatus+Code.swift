extension RPCStatus {
    /// What kind of end a call had, by the numbers of gRPC.
    public struct Code: RawRepresentable, Hashable, Sendable {
        /// The number on the wire.
        public let rawValue: Int

        /// Makes a code of any number; those above 16 are nobody's yet.
        public init(rawValue: Int) {
            self.rawValue = rawValue
        }

        /// Not an error.
        public static let ok = Code(rawValue: 0)
        /// The caller, or the connection, gave the call up.
        public static let cancelled = Code(rawValue: 1)
        /// Nothing better is known, as for an error that a handler did not expect.
        public static let unknown = Code(rawValue: 2)
        /// The request makes no sense in any state of the system; compare ``failedPrecondition``.
        public static let invalidArgument = Code(rawValue: 3)
        /// The time was up before the call was done; it may have had effects.
        public static let deadlineExceeded = Code(rawValue: 4)
        /// What was asked for does not exist, or not for this whole class of callers.
        public static let notFound = Code(rawValue: 5)
        /// What was to be made is there already.
        public static let alreadyExists = Code(rawValue: 6)
        /// The caller is known and may not do this; compare ``unauthenticated``.
        public static let permissionDenied = Code(rawValue: 7)
        /// A quota or a limit is used up.
        public static let resourceExhausted = Code(rawValue: 8)
        /// The system is not in the state that the call needs; trying again does not help before
        /// that is mended.
        public static let failedPrecondition = Code(rawValue: 9)
        /// The call collided with another; try again from where the transaction began.
        public static let aborted = Code(rawValue: 10)
        /// Past the end of a range that may grow; compare ``invalidArgument``.
        public static let outOfRange = Code(rawValue: 11)
        /// The server does not have the method, or not this use of it.
        public static let unimplemented = Code(rawValue: 12)
        /// An invariant of the system is broken.
        public static let `internal` = Code(rawValue: 13)
        /// Not now: try this very call again later.
        public static let unavailable = Code(rawValue: 14)
        /// Data is lost or damaged for good.
        public static let dataLoss = Code(rawValue: 15)
        /// The caller has not proved who it is; compare ``permissionDenied``.
        public static let unauthenticated = Code(rawValue: 16)
    }
}

extension RPCStatus.Code: CustomStringConvertible {
    /// The 17 names of the specification, by number.
    private static let names = [
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND",
        "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
        "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS",
        "UNAUTHENTICATED",
    ]

    /// The specification's name, as in `NOT_FOUND`; the number of a code that has none.
    public var description: String {
        Self.names.indices.contains(rawValue) ? Self.names[rawValue] : "\(rawValue)"
    }
}
