import NIOCore

// MARK: - Writing frames

extension HTTP2Machine {
    /// Writes a header block behind room for its frame's header, so that nothing is copied.
    @inline(__always)
    mutating func writeHeaders<Failure: Error>(
        _ stream: HTTP2StreamID,
        endsStream: Bool,
        _ encode: (inout ByteBuffer) throws(Failure) -> Void
    ) throws(Failure) {
        let start = output.writerIndex
        output.writeRepeatingByte(0, count: HTTP2FrameHeader.size)
        do throws(Failure) {
            try encode(&output)
        } catch {
            output.moveWriterIndex(to: start)
            throw error
        }
        let length = output.writerIndex - start - HTTP2FrameHeader.size
        guard length <= peerSettings.frameSize else {
            splitHeaders(stream, endsStream: endsStream, at: start, length: length)
            return
        }
        HTTP2FrameHeader(
            length: length,
            type: .headers,
            flags: endsStream ? [.endStream, .endHeaders] : .endHeaders,
            stream: stream
        ).set(at: start, in: &output)
    }

    /// Cuts a block that is longer than the peer's frames.
    private mutating func splitHeaders(
        _ stream: HTTP2StreamID,
        endsStream: Bool,
        at start: Int,
        length: Int
    ) {
        guard var block = output.getSlice(at: start + HTTP2FrameHeader.size, length: length) else {
            return
        }
        output.moveWriterIndex(to: start)
        var type = HTTP2FrameType.headers
        var flags: HTTP2FrameFlags = endsStream ? .endStream : []
        while let piece = block.readSlice(length: min(block.readableBytes, peerSettings.frameSize)),
            piece.readableBytes > 0
        {
            if block.readableBytes == 0 { flags.insert(.endHeaders) }
            HTTP2FrameHeader(
                length: piece.readableBytes,
                type: type,
                flags: flags,
                stream: stream
            ).write(to: &output)
            output.writeImmutableBuffer(piece)
            type = .continuation
            flags = []
        }
    }

    /// Writes `count` bytes as DATA; an empty frame when there are none.
    @inline(__always)
    mutating func writeData(
        _ stream: HTTP2StreamID,
        _ bytes: inout ByteBuffer,
        count: Int,
        endsStream: Bool
    ) {
        let most = min(peerSettings.frameSize, limits.sentFrameSize)
        var left = count
        repeat {
            let length = min(left, most)
            left -= length
            HTTP2FrameHeader(
                length: length,
                type: .data,
                flags: endsStream && left == 0 ? .endStream : [],
                stream: stream
            ).write(to: &output)
            bytes.readWithUnsafeReadableBytes { all in
                output.writeBytes(UnsafeRawBufferPointer(rebasing: all[..<length]))
            }
        } while left > 0
    }

    mutating func writeReset(_ stream: HTTP2StreamID, _ code: HTTP2ErrorCode) {
        HTTP2FrameHeader(length: 4, type: .resetStream, stream: stream).write(to: &output)
        output.writeInteger(code.rawValue)
    }

    mutating func writeWindowUpdate(_ stream: HTTP2StreamID, _ increment: Int) {
        HTTP2FrameHeader(length: 4, type: .windowUpdate, stream: stream).write(to: &output)
        output.writeInteger(UInt32(truncatingIfNeeded: increment))
    }

    mutating func writePing(_ data: UInt64, acknowledges: Bool) {
        HTTP2FrameHeader(length: 8, type: .ping, flags: acknowledges ? .acknowledges : [])
            .write(to: &output)
        output.writeInteger(data)
    }

    mutating func writeGoAway(_ last: HTTP2StreamID, _ code: HTTP2ErrorCode, _ reason: String) {
        HTTP2FrameHeader(length: 8 + reason.utf8.count, type: .goAway).write(to: &output)
        output.writeMultipleIntegers(last.rawValue, code.rawValue)
        output.writeString(reason)
    }
}
