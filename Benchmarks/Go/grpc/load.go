package main

import (
	"context"
	"fmt"
	"log"
	"sort"
	"sync"
	"syscall"
	"time"

	"google.golang.org/grpc"
)

// counted is what one stream has seen.
type counted struct {
	latencies []time.Duration
	errors    int
}

// work asks again and again until the time is over.
type work func(client UserServiceClient, until time.Time, seen *counted)

// load has every stream of every connection work, and prints what came of it.
func load(work work, address string, connections, streams, seconds int) {
	seen := make([]counted, connections*streams)
	clients := make([]UserServiceClient, connections)
	for index := range clients {
		connection, err := grpc.Dial(address, grpc.WithInsecure(), grpc.WithBlock())
		if err != nil {
			log.Fatal(err)
		}
		defer connection.Close()
		clients[index] = NewUserServiceClient(connection)
	}
	user, system := processorTime()
	started := time.Now()
	until := started.Add(time.Duration(seconds) * time.Second)
	var workers sync.WaitGroup
	for index := range seen {
		workers.Add(1)
		go func(client UserServiceClient, seen *counted) {
			defer workers.Done()
			work(client, until, seen)
		}(clients[index%connections], &seen[index])
	}
	workers.Wait()
	elapsed := time.Since(started)
	userAfter, systemAfter := processorTime()
	report(seen, elapsed, userAfter-user, systemAfter-system)
}

func unary(client UserServiceClient, until time.Time, seen *counted) {
	for {
		asked := time.Now()
		if asked.After(until) {
			return
		}
		answer, err := client.GetUser(context.Background(), &UserRequest{UserId: "42"})
		if err != nil || answer.Name != "user-42" || answer.Age != 30 {
			seen.errors++
			return
		}
		seen.latencies = append(seen.latencies, time.Since(asked))
	}
}

func echo(client UserServiceClient, until time.Time, seen *counted) {
	stream, err := client.Echo(context.Background())
	if err != nil {
		seen.errors++
		return
	}
	message := &UserRequest{UserId: "42"}
	for {
		asked := time.Now()
		if asked.After(until) {
			break
		}
		if err := stream.Send(message); err != nil {
			seen.errors++
			return
		}
		if back, err := stream.Recv(); err != nil || back.UserId != "42" {
			seen.errors++
			return
		}
		seen.latencies = append(seen.latencies, time.Since(asked))
	}
	if err := stream.CloseSend(); err != nil {
		seen.errors++
	}
}

func report(seen []counted, elapsed, user, system time.Duration) {
	var latencies []time.Duration
	errors := 0
	for _, each := range seen {
		latencies = append(latencies, each.latencies...)
		errors += each.errors
	}
	if len(latencies) == 0 {
		log.Fatal("no message came back")
	}
	sort.Slice(latencies, func(a, b int) bool { return latencies[a] < latencies[b] })
	microseconds := func(share float64) float64 {
		return float64(latencies[int(share*float64(len(latencies)-1))]) / 1e3
	}
	fmt.Printf(
		`{"messages":%d,"seconds":%.6f,"p50_us":%.1f,"p99_us":%.1f,"errors":%d,`+
			`"user_us":%.0f,"system_us":%.0f}`+"\n",
		len(latencies), elapsed.Seconds(), microseconds(0.5), microseconds(0.99), errors,
		float64(user)/1e3, float64(system)/1e3,
	)
}

// processorTime is the user and the system time of this process.
func processorTime() (user, system time.Duration) {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		log.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano()), time.Duration(usage.Stime.Nano())
}
