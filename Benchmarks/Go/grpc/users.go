package main

import (
	"context"
	"io"
)

// users is the service, written as grpc-go's guides write one.
type users struct{}

func (users) GetUser(_ context.Context, request *UserRequest) (*UserResponse, error) {
	return &UserResponse{Name: "user-" + request.UserId, Age: 30}, nil
}

func (users) GetPerson(context.Context, *UserRequest) (*Person, error) {
	return &Person{
		Id:        42,
		Name:      "Ada Lovelace",
		Email:     "ada@example.com",
		Active:    true,
		Age:       36,
		Score:     98.5,
		Tags:      []string{"math", "engines"},
		City:      "London",
		Country:   "GB",
		CreatedAt: "2026-01-01T00:00:00Z",
	}, nil
}

func (users) Echo(stream UserService_EchoServer) error {
	for {
		message, err := stream.Recv()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := stream.Send(message); err != nil {
			return err
		}
	}
}
