// Loads a server and prints what it counted as JSON.
//
//     netload tcp PORT CONNECTIONS BYTES SECONDS     one message at a time on each connection
//     netload udp PORT SOCKETS BYTES SECONDS         16 datagrams at a time on each socket
//     netload accept PORT THREADS BYTES SECONDS      a new connection for every message
//     netload paced PORT CONNECTIONS RATE SECONDS    RATE times a second GET /hello, come what may
//
// The others echo; paced wants HTTP/1.1 with a Content-Length. Its latencies count from when a
// request was due, not from when it could be sent: a server that stalls does not stop the clock.
//
// Two threads but for accept; the server is on the loopback address.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 256, WINDOW = 16, LATENCIES = 1 << 16, STALL_MILLISECONDS = 20 };

struct Connection {
    int descriptor;
    size_t received;
    double sent_at;
};

struct Worker {
    pthread_t thread;
    int connections;
    uint64_t messages, errors, lost;
    double *latencies;
    uint64_t seen;
};

static struct sockaddr_in server;
static const char *mode;
static size_t bytes;
static double rate, deadline;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static int connected(int type) {
    int descriptor = socket(AF_INET, type, 0), on = 1;
    if (descriptor < 0) fail("socket");
    if (type == SOCK_STREAM)
        setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(descriptor, (struct sockaddr *)&server, sizeof server) != 0) {
        close(descriptor);
        return -1;
    }
    return descriptor;
}

// Keeps a sample of the latencies, of fixed size.
static void note(struct Worker *worker, double latency) {
    if (worker->seen < LATENCIES) worker->latencies[worker->seen] = latency;
    else worker->latencies[worker->seen % LATENCIES] = latency;
    worker->seen++;
}

static void send_message(struct Connection *connection, const char *message) {
    connection->received = 0;
    connection->sent_at = now();
    size_t sent = 0;
    while (sent < bytes) {
        ssize_t count = send(connection->descriptor, message + sent, bytes - sent, MSG_NOSIGNAL);
        if (count < 0) fail("send");
        sent += count;
    }
}

static void stream(struct Worker *worker, const char *message, char *buffer) {
    int epoll = epoll_create1(0);
    struct Connection *all = calloc(worker->connections, sizeof *all);
    struct epoll_event events[EVENTS];
    for (int i = 0; i < worker->connections; i++) {
        all[i].descriptor = connected(SOCK_STREAM);
        if (all[i].descriptor < 0) fail("connect");
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &all[i]};
        epoll_ctl(epoll, EPOLL_CTL_ADD, all[i].descriptor, &event);
        send_message(&all[i], message);
    }
    while (now() < deadline) {
        int count = epoll_wait(epoll, events, EVENTS, 100);
        for (int i = 0; i < count; i++) {
            struct Connection *connection = events[i].data.ptr;
            ssize_t length = recv(connection->descriptor, buffer, bytes, MSG_DONTWAIT);
            if (length <= 0) {
                if (length < 0 && errno == EAGAIN) continue;
                fprintf(stderr, "the server closed a connection\n");
                exit(1);
            }
            connection->received += length;
            if (connection->received < bytes) continue;
            note(worker, now() - connection->sent_at);
            worker->messages++;
            send_message(connection, message);
        }
    }
    for (int i = 0; i < worker->connections; i++) close(all[i].descriptor);
}

static void send_datagrams(int descriptor, char *message, int count) {
    struct iovec piece = {message, bytes};
    struct mmsghdr messages[WINDOW];
    for (int i = 0; i < count; i++) {
        messages[i] = (struct mmsghdr){0};
        messages[i].msg_hdr.msg_iov = &piece;
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    sendmmsg(descriptor, messages, count, 0);
}

static void datagrams(struct Worker *worker, char *message) {
    int epoll = epoll_create1(0);
    struct epoll_event events[EVENTS];
    static __thread char buffers[WINDOW][65536];
    int *sockets = calloc(worker->connections, sizeof *sockets);
    double *heard = calloc(worker->connections, sizeof *heard);
    for (int i = 0; i < worker->connections; i++) {
        sockets[i] = connected(SOCK_DGRAM);
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
        epoll_ctl(epoll, EPOLL_CTL_ADD, sockets[i], &event);
        heard[i] = now();
        send_datagrams(sockets[i], message, WINDOW);
    }
    for (double time = now(); time < deadline; time = now()) {
        int count = epoll_wait(epoll, events, EVENTS, STALL_MILLISECONDS);
        for (int i = 0; i < count; i++) {
            int index = events[i].data.u32;
            struct iovec pieces[WINDOW];
            struct mmsghdr messages[WINDOW];
            for (int j = 0; j < WINDOW; j++) {
                pieces[j] = (struct iovec){buffers[j], sizeof buffers[j]};
                messages[j] = (struct mmsghdr){0};
                messages[j].msg_hdr.msg_iov = &pieces[j];
                messages[j].msg_hdr.msg_iovlen = 1;
            }
            int got = recvmmsg(sockets[index], messages, WINDOW, MSG_DONTWAIT, NULL);
            if (got <= 0) continue;
            worker->messages += got;
            note(worker, time - heard[index]);
            heard[index] = time;
            send_datagrams(sockets[index], message, got);
        }
        // A window that was lost as a whole begins anew.
        for (int i = 0; i < worker->connections; i++) {
            if (time - heard[i] < STALL_MILLISECONDS / 1e3) continue;
            worker->lost += WINDOW;
            heard[i] = time;
            send_datagrams(sockets[i], message, WINDOW);
        }
    }
}

static void accepts(struct Worker *worker, const char *message, char *buffer) {
    struct linger reset = {1, 0};
    while (now() < deadline) {
        double start = now();
        struct Connection connection = {.descriptor = connected(SOCK_STREAM)};
        if (connection.descriptor < 0) {
            worker->errors++;
            continue;
        }
        send_message(&connection, message);
        size_t received = 0;
        while (received < bytes) {
            ssize_t count = recv(connection.descriptor, buffer, bytes - received, 0);
            if (count <= 0) break;
            received += count;
        }
        if (received == bytes) worker->messages++;
        else worker->errors++;
        note(worker, now() - start);
        // Without TIME_WAIT, or the ports run out.
        setsockopt(connection.descriptor, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        close(connection.descriptor);
    }
}

static const char request[] = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n";

// The length of the answer to one request, which is that of all others.
static size_t answer_length(int descriptor) {
    char text[4096];
    size_t length = 0;
    if (send(descriptor, request, sizeof request - 1, MSG_NOSIGNAL) < 0) fail("send");
    for (;;) {
        ssize_t count = recv(descriptor, text + length, sizeof text - 1 - length, 0);
        if (count <= 0) fail("no whole answer");
        text[length += count] = 0;
        const char *end = strstr(text, "\r\n\r\n");
        if (end == NULL) continue;
        const char *field = strcasestr(text, "\r\ncontent-length:");
        if (field == NULL || field > end || strncmp(text, "HTTP/1.1 200", 12) != 0) {
            fprintf(stderr, "not a 200 with a Content-Length: %.60s\n", text);
            exit(1);
        }
        size_t whole = end + 4 - text + strtoul(field + 17, NULL, 10);
        if (length == whole) return whole;
    }
}

static void paced(struct Worker *worker) {
    prctl(PR_SET_TIMERSLACK, 1);
    int epoll = epoll_create1(0), idle = worker->connections;
    struct Connection *all = calloc(worker->connections, sizeof *all);
    struct Connection **free_ones = calloc(worker->connections, sizeof *free_ones);
    struct epoll_event events[EVENTS];
    static __thread char buffer[65536];
    size_t length = 0;
    for (int i = 0; i < worker->connections; i++) {
        all[i].descriptor = connected(SOCK_STREAM);
        if (all[i].descriptor < 0) fail("connect");
        length = answer_length(all[i].descriptor);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &all[i]};
        epoll_ctl(epoll, EPOLL_CTL_ADD, all[i].descriptor, &event);
        free_ones[i] = &all[i];
    }
    double due = now();
    for (double time = due; time < deadline; time = now()) {
        for (; due <= time && idle > 0; due += 1 / rate) {
            struct Connection *connection = free_ones[--idle];
            connection->received = 0;
            connection->sent_at = due;
            if (send(connection->descriptor, request, sizeof request - 1, MSG_NOSIGNAL) < 0)
                fail("send");
        }
        // With every connection busy, only an answer lets the next one go.
        double wait = idle > 0 ? due - now() : 0.1;
        if (wait < 0) wait = 0;
        struct timespec most = {.tv_nsec = wait * 1e9};
        int count = epoll_pwait2(epoll, events, EVENTS, &most, NULL);
        for (int i = 0; i < count; i++) {
            struct Connection *connection = events[i].data.ptr;
            ssize_t got = recv(connection->descriptor, buffer, sizeof buffer, MSG_DONTWAIT);
            if (got <= 0) {
                fprintf(stderr, "the server closed a connection\n");
                exit(1);
            }
            connection->received += got;
            if (connection->received < length) continue;
            note(worker, now() - connection->sent_at);
            worker->messages++;
            free_ones[idle++] = connection;
        }
    }
    for (int i = 0; i < worker->connections; i++) close(all[i].descriptor);
}

static void *work(void *argument) {
    struct Worker *worker = argument;
    char *message = malloc(bytes), *buffer = malloc(bytes);
    memset(message, 'x', bytes);
    worker->latencies = malloc(LATENCIES * sizeof *worker->latencies);
    if (strcmp(mode, "paced") == 0) paced(worker);
    else if (strcmp(mode, "tcp") == 0) stream(worker, message, buffer);
    else if (strcmp(mode, "udp") == 0) datagrams(worker, message);
    else accepts(worker, message, buffer);
    return NULL;
}

static int by_value(const void *left, const void *right) {
    double difference = *(const double *)left - *(const double *)right;
    return (difference > 0) - (difference < 0);
}

int main(int argc, char **argv) {
    if (argc != 6) {
        fprintf(stderr, "usage: netload tcp|udp|accept|paced PORT COUNT BYTES|RATE SECONDS\n");
        return 2;
    }
    mode = argv[1];
    int count = atoi(argv[3]), threads = strcmp(mode, "accept") == 0 ? count : 2;
    bytes = strtoul(argv[4], NULL, 10);
    server = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(atoi(argv[2]))};
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    rate = bytes / (double)threads;
    double start = now();
    deadline = start + atof(argv[5]);
    struct Worker *workers = calloc(threads, sizeof *workers);
    for (int i = 0; i < threads; i++) {
        workers[i].connections = count / threads;
        pthread_create(&workers[i].thread, NULL, work, &workers[i]);
    }
    uint64_t messages = 0, errors = 0, lost = 0, kept = 0;
    double *latencies = malloc(threads * LATENCIES * sizeof *latencies);
    for (int i = 0; i < threads; i++) {
        pthread_join(workers[i].thread, NULL);
        messages += workers[i].messages;
        errors += workers[i].errors;
        lost += workers[i].lost;
        uint64_t sample = workers[i].seen < LATENCIES ? workers[i].seen : LATENCIES;
        memcpy(latencies + kept, workers[i].latencies, sample * sizeof *latencies);
        kept += sample;
    }
    qsort(latencies, kept, sizeof *latencies, by_value);
    double p50 = kept ? latencies[kept / 2] : 0, p99 = kept ? latencies[kept * 99 / 100] : 0;
    printf("{\"messages\": %lu, \"seconds\": %f, \"errors\": %lu, \"lost\": %lu, "
           "\"p50_us\": %f, \"p99_us\": %f}\n",
           messages, now() - start, errors, lost, p50 * 1e6, p99 * 1e6);
}
