package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/golang/protobuf/ptypes"
	"github.com/golang/protobuf/ptypes/wrappers"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

const (
	service  = "/test.Service/"
	patience = 30 * time.Second
)

// caller makes the checks, each of which leaves the program when it does not hold.
type caller struct {
	connection *grpc.ClientConn
}

// call prints the name of every check that holds.
func call(address string) {
	connection, err := grpc.Dial(
		address,
		grpc.WithInsecure(),
		// Some of the checks send more than grpc-go takes by itself.
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(8<<20)),
	)
	must(err)
	defer connection.Close()
	caller := caller{connection}
	for _, check := range []struct {
		name string
		run  func()
	}{
		{"unary", caller.checkUnary},
		{"many at once", caller.checkManyAtOnce},
		{"server streaming", caller.checkServerStreaming},
		{"client streaming", caller.checkClientStreaming},
		{"bidirectional", caller.checkBidirectional},
		{"metadata", caller.checkMetadata},
		{"error", caller.checkError},
		{"error details", caller.checkDetails},
		{"error after messages", caller.checkErrorAfterMessages},
		{"unknown method", caller.checkUnknownMethod},
		{"deadline", caller.checkDeadline},
		{"cancellation", caller.checkCancellation},
		{"cancelled stream", caller.checkCancelledStream},
		{"large message", caller.checkLargeMessage},
		{"too large message", caller.checkTooLargeMessage},
		{"compression", caller.checkCompression},
	} {
		check.run()
		fmt.Println(check.name)
	}
}

func must(err error) {
	if err != nil {
		log.Panic(err)
	}
}

func expect(holds bool, found ...interface{}) {
	if !holds {
		log.Panic(found...)
	}
}

func patient() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), patience)
}

// ask calls a method of one text each way.
func (c caller) ask(
	ctx context.Context, method, text string, options ...grpc.CallOption,
) (string, error) {
	answer := new(wrappers.StringValue)
	request := &wrappers.StringValue{Value: text}
	err := c.connection.Invoke(ctx, service+method, request, answer, options...)
	return answer.Value, err
}

// stream opens a call of a method that streams, either way or both.
func (c caller) stream(ctx context.Context, method string) grpc.ClientStream {
	both := &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}
	stream, err := c.connection.NewStream(ctx, both, service+method)
	must(err)
	return stream
}

func receive(stream grpc.ClientStream) (string, error) {
	answer := new(wrappers.StringValue)
	err := stream.RecvMsg(answer)
	return answer.Value, err
}

func (c caller) checkUnary() {
	ctx, cancel := patient()
	defer cancel()
	answer, err := c.ask(ctx, "Greet", "you")
	must(err)
	expect(answer == "Hello, you", answer)
}

func (c caller) checkManyAtOnce() {
	ctx, cancel := patient()
	defer cancel()
	var calls sync.WaitGroup
	for number := 0; number < 200; number++ {
		calls.Add(1)
		go func(name string) {
			defer calls.Done()
			answer, err := c.ask(ctx, "Greet", name)
			must(err)
			expect(answer == "Hello, "+name, answer)
		}(strconv.Itoa(number))
	}
	calls.Wait()
}

func (c caller) checkServerStreaming() {
	ctx, cancel := patient()
	defer cancel()
	stream := c.stream(ctx, "Count")
	must(stream.SendMsg(&wrappers.Int32Value{Value: 1000}))
	must(stream.CloseSend())
	for number := int32(1); number <= 1000; number++ {
		answer := new(wrappers.Int32Value)
		must(stream.RecvMsg(answer))
		expect(answer.Value == number, answer.Value)
	}
	_, err := receive(stream)
	expect(err == io.EOF, err)
}

func (c caller) checkClientStreaming() {
	ctx, cancel := patient()
	defer cancel()
	stream := c.stream(ctx, "Join")
	words := make([]string, 500)
	for index := range words {
		words[index] = strconv.Itoa(index)
		must(stream.SendMsg(&wrappers.StringValue{Value: words[index]}))
	}
	must(stream.CloseSend())
	answer, err := receive(stream)
	must(err)
	expect(answer == strings.Join(words, ","), answer)
	_, err = receive(stream)
	expect(err == io.EOF, err)
}

func (c caller) checkBidirectional() {
	ctx, cancel := patient()
	defer cancel()
	// One message at a time, so that each answer must come before the next question.
	stream := c.stream(ctx, "Chat")
	for number := 0; number < 20; number++ {
		question := fmt.Sprintf("q%d", number)
		must(stream.SendMsg(&wrappers.StringValue{Value: question}))
		answer, err := receive(stream)
		must(err)
		expect(answer == "re: "+question, answer)
	}
	must(stream.CloseSend())
	_, err := receive(stream)
	expect(err == io.EOF, err)
}

func (c caller) checkMetadata() {
	ctx, cancel := patient()
	defer cancel()
	bytes := make([]byte, 256)
	for index := range bytes {
		bytes[index] = byte(index)
	}
	ctx = metadata.AppendToOutgoingContext(
		ctx, "x-text", "some text", "x-data-bin", string(bytes),
	)
	var initial, trailing metadata.MD
	_, err := c.ask(ctx, "Greet", "you", grpc.Header(&initial), grpc.Trailer(&trailing))
	must(err)
	back := initial.Get("x-text-back")
	expect(len(back) == 1 && back[0] == "some text", initial)
	back = trailing.Get("x-data-back-bin")
	expect(len(back) == 1 && back[0] == string(bytes), trailing)
}

func (c caller) checkError() {
	ctx, cancel := patient()
	defer cancel()
	_, err := c.ask(ctx, "Fail", "unknown")
	expect(status.Code(err) == codes.Unknown, err)
	expect(!strings.Contains(err.Error(), "secret"), err)
}

func (c caller) checkDetails() {
	ctx, cancel := patient()
	defer cancel()
	var trailing metadata.MD
	_, err := c.ask(ctx, "Fail", "detailed", grpc.Trailer(&trailing))
	failure := status.Convert(err)
	expect(failure.Code() == codes.FailedPrecondition, err)
	expect(failure.Message() == "50 % of it\nfailed: ü", failure.Message())
	details := failure.Proto().GetDetails()
	expect(len(details) == 1, details)
	detail := new(wrappers.StringValue)
	must(ptypes.UnmarshalAny(details[0], detail))
	expect(detail.Value == "why", detail)
	reason := trailing.Get("x-reason")
	expect(len(reason) == 1 && reason[0] == "because", trailing)
}

func (c caller) checkErrorAfterMessages() {
	ctx, cancel := patient()
	defer cancel()
	stream := c.stream(ctx, "BreakOff")
	must(stream.SendMsg(&wrappers.StringValue{Value: "x"}))
	must(stream.CloseSend())
	first, err := receive(stream)
	must(err)
	expect(first == "first", first)
	_, err = receive(stream)
	expect(status.Code(err) == codes.DataLoss, err)
}

func (c caller) checkUnknownMethod() {
	ctx, cancel := patient()
	defer cancel()
	_, err := c.ask(ctx, "Missing", "x")
	expect(status.Code(err) == codes.Unimplemented, err)
}

func (c caller) checkDeadline() {
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	_, err := c.ask(ctx, "Wait", "x")
	expect(status.Code(err) == codes.DeadlineExceeded, err)
}

func (c caller) checkCancellation() {
	ctx, cancel := patient()
	ended := make(chan error)
	go func() {
		_, err := c.ask(ctx, "Wait", "started")
		ended <- err
	}()
	// The server has begun the call when it says so.
	for {
		seen, err := c.ask(context.Background(), "Waiting", "started")
		must(err)
		if seen == "yes" {
			break
		}
		time.Sleep(time.Millisecond)
	}
	cancel()
	err := <-ended
	expect(status.Code(err) == codes.Canceled, err)
}

func (c caller) checkCancelledStream() {
	ctx, cancel := patient()
	stream := c.stream(ctx, "Chat")
	must(stream.SendMsg(&wrappers.StringValue{Value: "one"}))
	_, err := receive(stream)
	must(err)
	cancel()
	_, err = receive(stream)
	expect(status.Code(err) == codes.Canceled, err)
	c.checkUnary()
}

func (c caller) checkLargeMessage() {
	ctx, cancel := patient()
	defer cancel()
	text := strings.Repeat("0123456789", 300_000)
	answer, err := c.ask(ctx, "Echo", text)
	must(err)
	expect(answer == text, "another text of ", len(answer))
}

func (c caller) checkTooLargeMessage() {
	ctx, cancel := patient()
	defer cancel()
	_, err := c.ask(ctx, "Echo", strings.Repeat("x", 4<<20))
	expect(status.Code(err) == codes.ResourceExhausted, err)
	expect(strings.Contains(err.Error(), "4194304"), err)
}

func (c caller) checkCompression() {
	ctx, cancel := patient()
	defer cancel()
	text := strings.Repeat("again and ", 10_000)
	answer, err := c.ask(ctx, "Echo", text, grpc.UseCompressor(gzip.Name))
	must(err)
	expect(answer == text, "another text of ", len(answer))
}
