// Command peer is grpc-go at the other end: `peer call PORT` calls the test server, and `peer serve`
// is one like it, which prints its port and serves until it is killed.
//
// It builds outside modules, with Debian's Go and its source package of grpc-go.
package main

import (
	"log"
	"os"
)

func main() {
	log.SetFlags(0)
	switch {
	case len(os.Args) == 3 && os.Args[1] == "call":
		call("127.0.0.1:" + os.Args[2])
	case len(os.Args) == 2 && os.Args[1] == "serve":
		serve()
	default:
		log.Fatal("usage: peer call PORT | peer serve")
	}
}
