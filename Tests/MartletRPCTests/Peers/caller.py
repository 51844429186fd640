"""Calls the test server with grpcio: caller.py PORT.

Prints a line for every check that holds, and leaves with another status than 0 at the first that
does not.
"""

import queue
import sys

import grpc
from google.protobuf.wrappers_pb2 import Int32Value, StringValue

SERVICE = "/test.Service/"
PATIENCE = 30


class Caller:
    """The methods of the test server."""

    def __init__(self, channel):
        def method(make, name, response=StringValue):
            return make(
                SERVICE + name,
                request_serializer=lambda message: message.SerializeToString(),
                response_deserializer=response.FromString,
            )

        self.greet = method(channel.unary_unary, "Greet")
        self.echo = method(channel.unary_unary, "Echo")
        self.fail = method(channel.unary_unary, "Fail")
        self.wait = method(channel.unary_unary, "Wait")
        self.missing = method(channel.unary_unary, "Missing")
        self.count = method(channel.unary_stream, "Count", Int32Value)
        self.break_off = method(channel.unary_stream, "BreakOff")
        self.join = method(channel.stream_unary, "Join")
        self.chat = method(channel.stream_stream, "Chat")


def failure(call):
    """The error that `call` ends with."""
    try:
        call()
    except grpc.RpcError as error:
        return error
    raise AssertionError("the call succeeded")


def check_unary(caller):
    assert caller.greet(StringValue(value="you"), timeout=PATIENCE).value == "Hello, you"


def check_many_calls_at_once(caller):
    calls = [caller.greet.future(StringValue(value=str(n)), timeout=PATIENCE) for n in range(200)]
    assert [call.result().value for call in calls] == [f"Hello, {n}" for n in range(200)]


def check_server_streaming(caller):
    numbers = caller.count(Int32Value(value=1000), timeout=PATIENCE)
    assert [number.value for number in numbers] == list(range(1, 1001))


def check_client_streaming(caller):
    words = (StringValue(value=str(n)) for n in range(500))
    joined = caller.join(words, timeout=PATIENCE).value
    assert joined == ",".join(str(n) for n in range(500))


def check_bidirectional(caller):
    # One message at a time, so that each answer must come before the next question.
    questions = queue.Queue()
    answers = caller.chat(iter(questions.get, None), timeout=PATIENCE)
    for n in range(20):
        questions.put(StringValue(value=f"q{n}"))
        assert next(answers).value == f"re: q{n}"
    questions.put(None)
    assert list(answers) == []
    assert answers.code() is grpc.StatusCode.OK


def check_metadata(caller):
    sent = (("x-text", "some text"), ("x-data-bin", bytes(range(256))))
    _, call = caller.greet.with_call(StringValue(value="you"), metadata=sent, timeout=PATIENCE)
    initial = dict(call.initial_metadata())
    trailing = dict(call.trailing_metadata())
    assert initial["x-text-back"] == "some text", initial
    assert trailing["x-data-back-bin"] == bytes(range(256)), trailing


def check_error(caller):
    error = failure(lambda: caller.fail(StringValue(value="known"), timeout=PATIENCE))
    assert error.code() is grpc.StatusCode.FAILED_PRECONDITION, error
    assert error.details() == "50 % of it\nfailed: ü", error.details()
    trailing = dict(error.trailing_metadata())
    assert trailing["grpc-status-details-bin"] == b"\x08\x09", trailing
    assert trailing["x-reason"] == "because", trailing


def check_error_details(caller):
    error = failure(lambda: caller.fail(StringValue(value="detailed"), timeout=PATIENCE))
    trailing = dict(error.trailing_metadata())
    # A google.rpc.Status: the code, the message, and an Any that ends in the text "why".
    details = trailing["grpc-status-details-bin"]
    assert details.startswith(b"\x08\x09\x12"), details
    assert error.details().encode() in details, details
    assert details.endswith(b"\x0a\x03why"), details


def check_unexpected_error(caller):
    error = failure(lambda: caller.fail(StringValue(value="unknown"), timeout=PATIENCE))
    assert error.code() is grpc.StatusCode.UNKNOWN, error
    assert "secret" not in error.details(), error.details()


def check_error_after_messages(caller):
    answers = caller.break_off(StringValue(value="x"), timeout=PATIENCE)
    assert next(answers).value == "first"
    error = failure(lambda: next(answers))
    assert error.code() is grpc.StatusCode.DATA_LOSS, error


def check_unknown_method(caller):
    error = failure(lambda: caller.missing(StringValue(value="x"), timeout=PATIENCE))
    assert error.code() is grpc.StatusCode.UNIMPLEMENTED, error
    assert "/test.Service/Missing" in error.details(), error.details()


def check_deadline(caller):
    error = failure(lambda: caller.wait(StringValue(value="x"), timeout=0.2))
    assert error.code() is grpc.StatusCode.DEADLINE_EXCEEDED, error


def check_cancellation(caller):
    call = caller.wait.future(StringValue(value="started"), timeout=PATIENCE)
    # An answer on the same connection comes after the call before it was begun.
    check_unary(caller)
    call.cancel()
    assert call.cancelled()


def check_cancelled_stream(caller):
    answers = caller.chat(iter(queue.Queue().get, None), timeout=PATIENCE)
    answers.cancel()
    error = failure(lambda: next(answers))
    assert error.code() is grpc.StatusCode.CANCELLED, error
    check_unary(caller)


def check_large_message(caller):
    text = "0123456789" * 300_000
    assert caller.echo(StringValue(value=text), timeout=PATIENCE).value == text


def check_too_large_message(caller):
    text = "x" * (4 * 1024 * 1024)
    error = failure(lambda: caller.echo(StringValue(value=text), timeout=PATIENCE))
    assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED, error
    assert "4194304" in error.details(), error.details()


def check_compression(caller):
    for compression in (grpc.Compression.Gzip, grpc.Compression.Deflate):
        text = "again and " * 10_000
        answer = caller.echo(StringValue(value=text), compression=compression, timeout=PATIENCE)
        assert answer.value == text


def main():
    checks = [value for name, value in globals().items() if name.startswith("check_")]
    # Some of the checks send more than grpcio takes by itself.
    options = [("grpc.max_receive_message_length", 8 * 1024 * 1024)]
    with grpc.insecure_channel(f"127.0.0.1:{sys.argv[1]}", options=options) as channel:
        caller = Caller(channel)
        for check in checks:
            check(caller)
            print(check.__name__, flush=True)


if __name__ == "__main__":
    main()
