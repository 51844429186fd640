"""Calls generated and standard services with grpcio: services.py PORT.

It knows their messages from the server's reflection alone. Prints a line for every check that holds,
and leaves with another status than 0 at the first that does not.
"""

import sys

import grpc
from caller import PATIENCE, failure
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from google.protobuf.wrappers_pb2 import StringValue
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

SERVICE = "test.everything.Everything"


class Services:
    """What the server says that it has."""

    def __init__(self, channel):
        self.channel = channel
        self.database = ProtoReflectionDescriptorDatabase(channel)
        self.pool = DescriptorPool(self.database)
        self.health = health_pb2_grpc.HealthStub(channel)

    def message(self, full_name, /, **fields):
        return GetMessageClass(self.pool.FindMessageTypeByName(full_name))(**fields)

    def name(self, name):
        return self.message("test.everything.Name", name=name)

    def method(self, name):
        """A method of the generated service, of the kind that its description says."""
        method = self.pool.FindServiceByName(SERVICE).FindMethodByName(name)
        sends = "stream" if method.client_streaming else "unary"
        receives = "stream" if method.server_streaming else "unary"
        return getattr(self.channel, f"{sends}_{receives}")(
            f"/{SERVICE}/{name}",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=GetMessageClass(method.output_type).FromString,
        )

    def set_status(self, service, status):
        self.channel.unary_unary(
            "/test.Service/SetStatus",
            request_serializer=StringValue.SerializeToString,
            response_deserializer=StringValue.FromString,
        )(StringValue(value=f"{service} {status}"), timeout=PATIENCE)


def check_services(services):
    names = set(services.database.get_services())
    assert names == {
        "grpc.health.v1.Health",
        "grpc.reflection.v1.ServerReflection",
        "test.Service",
        SERVICE,
    }, names


def check_reflection_by_its_name_of_today(services):
    ask = services.channel.stream_stream(
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        request_serializer=lambda message: message.SerializeToString(),
        response_deserializer=reflection_pb2.ServerReflectionResponse.FromString,
    )
    request = reflection_pb2.ServerReflectionRequest(file_by_filename="none.proto")
    (answer,) = ask(iter([request]), timeout=PATIENCE)
    assert answer.error_response.error_code == grpc.StatusCode.NOT_FOUND.value[0], answer


def check_extensions(services):
    numbers = services.database.FindAllExtensionNumbers("test.parts.Part")
    assert sorted(numbers) == [100, 101], numbers
    part = services.pool.FindMessageTypeByName("test.parts.Part")
    assert services.pool.FindExtensionByNumber(part, 101).full_name == "test.parts.uses"


def check_annotations_are_described(services):
    file = services.pool.FindFileByName("google/api/annotations.proto")
    assert file.extensions_by_name["http"].number == 72295728


def check_unary(services):
    greeting = services.method("Greet")(services.name("Anna"), timeout=PATIENCE)
    assert greeting.text == f"Hello, Anna, from {SERVICE}/Greet", greeting


def check_server_streaming(services):
    limit = services.message("google.protobuf.Int32Value", value=100)
    numbers = services.method("Count")(limit, timeout=PATIENCE)
    assert [number.value for number in numbers] == list(range(100))


def check_client_streaming(services):
    names = iter([services.name("Anna"), services.name("Berta")])
    assert services.method("Join")(names, timeout=PATIENCE).text == "Anna and Berta"


def check_bidirectional(services):
    names = iter([services.name("Anna"), services.name("Berta")])
    answers = services.method("Chat")(names, timeout=PATIENCE)
    assert [answer.text for answer in answers] == ["re: Anna", "re: Berta"]


def check_message_of_another_file(services):
    part = services.message("test.parts.Part", name="wheel")
    name = "ReplaceAllPartsOfTheWholeThingThatHaveBecomeTooOldForFurtherUse"
    assert services.method(name)(part, timeout=PATIENCE).name == "wheel"


def check_error(services):
    less = services.message("google.protobuf.Int32Value", value=-1)
    error = failure(lambda: list(services.method("Count")(less, timeout=PATIENCE)))
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT, error


def check_health(services):
    def status(service):
        request = health_pb2.HealthCheckRequest(service=service)
        return services.health.Check(request, timeout=PATIENCE).status

    response = health_pb2.HealthCheckResponse
    assert status("") == response.SERVING
    error = failure(lambda: status("a.B"))
    assert error.code() is grpc.StatusCode.NOT_FOUND, error
    services.set_status("a.B", "down")
    assert status("a.B") == response.NOT_SERVING
    everything = services.health.List(health_pb2.HealthListRequest(), timeout=PATIENCE).statuses
    assert {name: answer.status for name, answer in everything.items()} == {
        "": response.SERVING,
        "a.B": response.NOT_SERVING,
    }


def check_watching_health(services):
    response = health_pb2.HealthCheckResponse
    request = health_pb2.HealthCheckRequest(service="a.C")
    answers = services.health.Watch(request, timeout=PATIENCE)
    assert next(answers).status == response.SERVICE_UNKNOWN
    services.set_status("a.C", "up")
    assert next(answers).status == response.SERVING
    services.set_status("a.C", "down")
    assert next(answers).status == response.NOT_SERVING
    answers.cancel()


def main():
    checks = [value for name, value in globals().items() if name.startswith("check_")]
    with grpc.insecure_channel(f"127.0.0.1:{sys.argv[1]}") as channel:
        services = Services(channel)
        for check in checks:
            check(services)
            print(check.__name__, flush=True)


if __name__ == "__main__":
    main()
