// Command fasthttp serves the benchmark's routes with github.com/valyala/fasthttp.
//
// The one argument is the port on the loopback address. It builds outside modules, from Debian's
// source package of fasthttp.
package main

import (
	"encoding/json"
	"log"
	"os"
	"strings"

	"github.com/valyala/fasthttp"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: fasthttp PORT")
	}
	log.Fatal(fasthttp.ListenAndServe("127.0.0.1:"+os.Args[1], route))
}

func route(ctx *fasthttp.RequestCtx) {
	switch string(ctx.Path()) {
	case "/hello":
		ctx.WriteString("Hello, World!")
	case "/json":
		profile(ctx)
	case "/echo":
		ctx.SetContentType("application/octet-stream")
		ctx.Write(ctx.PostBody())
	default:
		user(ctx)
	}
}

func user(ctx *fasthttp.RequestCtx) {
	id, found := strings.CutPrefix(string(ctx.Path()), "/users/")
	if !found {
		ctx.Error("Not Found", fasthttp.StatusNotFound)
		return
	}
	ctx.WriteString(id)
}

func profile(ctx *fasthttp.RequestCtx) {
	ctx.SetContentType("application/json")
	if err := json.NewEncoder(ctx).Encode(sample); err != nil {
		log.Print(err)
	}
}
