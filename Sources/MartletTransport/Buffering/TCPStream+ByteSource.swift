/// A stream can be read through a ``BufferedReader``.
extension TCPStream: ByteSource {}
