// Command netecho echoes over TCP and UDP with Go's standard library, in the way that its users
// write it: a goroutine a connection, and for UDP one a core.
//
// The one argument is the port on the loopback address.
package main

import (
	"log"
	"net"
	"os"
	"runtime"
)

// streamBuffer is what a connection's goroutine reads at once: as much as bufio takes by default.
const streamBuffer = 4 << 10

// datagramBuffer holds the largest datagram.
const datagramBuffer = 64 << 10

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: netecho PORT")
	}
	address := "127.0.0.1:" + os.Args[1]
	packets, err := net.ListenPacket("udp", address)
	if err != nil {
		log.Fatal(err)
	}
	for range runtime.NumCPU() {
		go echoPackets(packets.(*net.UDPConn))
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		log.Fatal(err)
	}
	for {
		connection, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go echo(connection)
	}
}

func echo(connection net.Conn) {
	defer connection.Close()
	buffer := make([]byte, streamBuffer)
	for {
		count, err := connection.Read(buffer)
		if err != nil {
			return
		}
		if _, err := connection.Write(buffer[:count]); err != nil {
			return
		}
	}
}

func echoPackets(packets *net.UDPConn) {
	buffer := make([]byte, datagramBuffer)
	for {
		count, peer, err := packets.ReadFromUDPAddrPort(buffer)
		if err != nil {
			log.Fatal(err)
		}
		packets.WriteToUDPAddrPort(buffer[:count], peer)
	}
}
