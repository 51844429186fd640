// Command grpc serves the benchmark's UserService with grpc-go, and loads a server of it.
//
//	grpc serve PORT
//	grpc echo PORT CONNECTIONS STREAMS SECONDS
//	grpc unary PORT CONNECTIONS STREAMS SECONDS
//
// It builds outside modules, from Debian's source package of grpc-go. What loads prints one line of
// JSON, as C/netload.c does, with the CPU time that the load itself took.
package main

import (
	"fmt"
	"log"
	"net"
	"os"
	"strconv"

	"google.golang.org/grpc"
)

func main() {
	if len(os.Args) < 3 {
		log.Fatal("usage: grpc serve PORT | (echo | unary) PORT CONNECTIONS STREAMS SECONDS")
	}
	address := "127.0.0.1:" + os.Args[2]
	switch mode := os.Args[1]; mode {
	case "serve":
		serve(address)
	case "echo", "unary":
		numbers := make([]int, 3)
		for index := range numbers {
			if len(os.Args) != 6 {
				log.Fatal("usage: grpc (echo | unary) PORT CONNECTIONS STREAMS SECONDS")
			}
			number, err := strconv.Atoi(os.Args[3+index])
			if err != nil || number < 1 {
				log.Fatalf("%s is not a positive number", os.Args[3+index])
			}
			numbers[index] = number
		}
		work := unary
		if mode == "echo" {
			work = echo
		}
		load(work, address, numbers[0], numbers[1], numbers[2])
	default:
		log.Fatal(fmt.Sprintf("there is no mode %s", mode))
	}
}

func serve(address string) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer()
	RegisterUserServiceServer(server, users{})
	log.Fatal(server.Serve(listener))
}
