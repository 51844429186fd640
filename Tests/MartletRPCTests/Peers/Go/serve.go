package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"strings"

	"github.com/golang/protobuf/ptypes/wrappers"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// serve answers as the test server does, and prints a line for every call of Wait that it sees
// cancelled.
func serve() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	server := grpc.NewServer(grpc.MaxRecvMsgSize(8 << 20))
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: "test.Service",
		HandlerType: (*interface{})(nil),
		Methods: []grpc.MethodDesc{
			textMethod("Greet", greet), textMethod("Echo", echo),
			textMethod("Fail", fail), textMethod("Wait", wait),
		},
		Streams: []grpc.StreamDesc{
			{StreamName: "Count", Handler: count, ServerStreams: true},
			{StreamName: "BreakOff", Handler: breakOff, ServerStreams: true},
			{StreamName: "Join", Handler: join, ClientStreams: true},
			{StreamName: "Chat", Handler: chat, ClientStreams: true, ServerStreams: true},
		},
	}, struct{}{})
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	if err := server.Serve(listener); err != nil {
		log.Panic(err)
	}
}

// textMethod is a method of one text each way.
func textMethod(name string, body func(context.Context, string) (string, error)) grpc.MethodDesc {
	return grpc.MethodDesc{
		MethodName: name,
		Handler: func(
			_ interface{}, ctx context.Context, decode func(interface{}) error,
			_ grpc.UnaryServerInterceptor,
		) (interface{}, error) {
			request := new(wrappers.StringValue)
			if err := decode(request); err != nil {
				return nil, err
			}
			answer, err := body(ctx, request.Value)
			if err != nil {
				return nil, err
			}
			return &wrappers.StringValue{Value: answer}, nil
		},
	}
}

func greet(ctx context.Context, name string) (string, error) {
	sent, _ := metadata.FromIncomingContext(ctx)
	for _, text := range sent.Get("x-text") {
		must(grpc.SetHeader(ctx, metadata.Pairs("x-text-back", text)))
	}
	for _, bytes := range sent.Get("x-data-bin") {
		must(grpc.SetTrailer(ctx, metadata.Pairs("x-data-back-bin", bytes)))
	}
	return "Hello, " + name, nil
}

func echo(_ context.Context, text string) (string, error) {
	return text, nil
}

func fail(ctx context.Context, _ string) (string, error) {
	must(grpc.SetTrailer(ctx, metadata.Pairs("x-reason", "because")))
	failure := status.New(codes.FailedPrecondition, "50 % of it\nfailed: ü")
	detailed, err := failure.WithDetails(&wrappers.StringValue{Value: "why"})
	must(err)
	return "", detailed.Err()
}

func wait(ctx context.Context, text string) (string, error) {
	fmt.Println("waiting:", text)
	<-ctx.Done()
	fmt.Println("cancelled:", text)
	return "", ctx.Err()
}

func count(_ interface{}, stream grpc.ServerStream) error {
	limit := new(wrappers.Int32Value)
	if err := stream.RecvMsg(limit); err != nil {
		return err
	}
	for number := int32(1); number <= limit.Value; number++ {
		if err := stream.SendMsg(&wrappers.Int32Value{Value: number}); err != nil {
			return err
		}
	}
	return nil
}

func breakOff(_ interface{}, stream grpc.ServerStream) error {
	if err := stream.SendMsg(&wrappers.StringValue{Value: "first"}); err != nil {
		return err
	}
	return status.Error(codes.DataLoss, "The rest is lost.")
}

func join(_ interface{}, stream grpc.ServerStream) error {
	var words []string
	for {
		word := new(wrappers.StringValue)
		switch err := stream.RecvMsg(word); err {
		case nil:
			words = append(words, word.Value)
		case io.EOF:
			return stream.SendMsg(&wrappers.StringValue{Value: strings.Join(words, ",")})
		default:
			return err
		}
	}
}

func chat(_ interface{}, stream grpc.ServerStream) error {
	for {
		question := new(wrappers.StringValue)
		switch err := stream.RecvMsg(question); err {
		case nil:
			answer := &wrappers.StringValue{Value: "re: " + question.Value}
			if err := stream.SendMsg(answer); err != nil {
				return err
			}
		case io.EOF:
			return nil
		default:
			return err
		}
	}
}
