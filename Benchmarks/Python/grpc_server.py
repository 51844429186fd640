"""`example.UserService` with grpcio, its asynchronous server and its C core: grpc_server.py PORT.

One process, as it runs by default. The messages are made from the file that protoc writes next to
the built servers; it is the one argument after the port.
"""

import asyncio
import sys

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory


def messages(path):
    """The message types of user.proto, by name."""
    files = descriptor_pb2.FileDescriptorSet()
    with open(path, "rb") as file:
        files.ParseFromString(file.read())
    pool = descriptor_pool.DescriptorPool()
    for each in files.file:
        pool.Add(each)
    names = ("UserRequest", "UserResponse", "Person")
    found = (pool.FindMessageTypeByName(f"example.{name}") for name in names)
    return [message_factory.GetMessageClass(each) for each in found]


async def serve(port, path):
    request, response, person = messages(path)
    ada = {
        "id": 42,
        "name": "Ada Lovelace",
        "email": "ada@example.com",
        "active": True,
        "age": 36,
        "score": 98.5,
        "tags": ["math", "engines"],
        "city": "London",
        "country": "GB",
        "created_at": "2026-01-01T00:00:00Z",
    }

    async def get_user(asked, _):
        return response(name=f"user-{asked.user_id}", age=30)

    async def get_person(*_):
        return person(**ada)

    async def echo(asked, _):
        async for message in asked:
            yield message

    def method(make, body):
        return make(
            body,
            request_deserializer=request.FromString,
            response_serializer=lambda message: message.SerializeToString(),
        )

    server = grpc.aio.server()
    handlers = {
        "GetUser": method(grpc.unary_unary_rpc_method_handler, get_user),
        "GetPerson": method(grpc.unary_unary_rpc_method_handler, get_person),
        "Echo": method(grpc.stream_stream_rpc_method_handler, echo),
    }
    service = grpc.method_handlers_generic_handler("example.UserService", handlers)
    server.add_generic_rpc_handlers((service,))
    server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    await server.wait_for_termination()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2]))
