// Command nethttp serves the benchmark's routes with Go's standard library.
//
// The one argument is the port on the loopback address.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
)

// maxBody is the largest body that the echo route reads.
const maxBody = 2 << 20

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: nethttp PORT")
	}
	server := http.Server{Addr: "127.0.0.1:" + os.Args[1], Handler: newMux()}
	server.Protocols = new(http.Protocols)
	server.Protocols.SetHTTP1(true)
	server.Protocols.SetUnencryptedHTTP2(true)
	log.Fatal(server.ListenAndServe())
}

func newMux() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /hello", hello)
	mux.HandleFunc("GET /json", profile)
	mux.HandleFunc("POST /echo", echo)
	mux.HandleFunc("GET /users/{id}", user)
	return mux
}

func hello(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	io.WriteString(w, "Hello, World!")
}

func profile(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(sample); err != nil {
		log.Print(err)
	}
}

// echo reads the whole body first: the server closes it when the answer begins.
func echo(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Write(body)
}

func user(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprint(w, r.PathValue("id"))
}
