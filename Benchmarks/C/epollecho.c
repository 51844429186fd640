// Echoes over TCP and UDP with nothing but system calls: the floor that no runtime can go under.
// Argument: the port on the loopback address. One thread a core.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS = 256, BUFFER = 64 * 1024, BATCH = 32, DATAGRAM = 2048 };

static uint16_t port;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

// A socket of one thread; the kernel spreads connections and datagrams over those of a port.
static int bound(int type) {
    int descriptor = socket(AF_INET, type | SOCK_NONBLOCK, 0);
    int on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    if (bind(descriptor, (struct sockaddr *)&address, sizeof address) != 0) fail("bind");
    if (type == SOCK_STREAM && listen(descriptor, 4096) != 0) fail("listen");
    return descriptor;
}

static void watch(int epoll, int descriptor) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) != 0) fail("epoll_ctl");
}

static void accept_all(int epoll, int listener) {
    int descriptor, on = 1;
    while ((descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        watch(epoll, descriptor);
    }
}

// Loopback peers read what they sent before they send more, so that a write is never short.
static void echo_stream(int descriptor, char *buffer) {
    ssize_t count = read(descriptor, buffer, BUFFER);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0 || write(descriptor, buffer, count) != count) close(descriptor);
}

static void echo_datagrams(int descriptor) {
    static __thread char buffers[BATCH][DATAGRAM];
    static __thread struct sockaddr_in peers[BATCH];
    struct iovec pieces[BATCH];
    struct mmsghdr messages[BATCH];
    for (int i = 0; i < BATCH; i++) {
        pieces[i] = (struct iovec){buffers[i], DATAGRAM};
        messages[i] = (struct mmsghdr){0};
        messages[i].msg_hdr.msg_name = &peers[i];
        messages[i].msg_hdr.msg_namelen = sizeof peers[i];
        messages[i].msg_hdr.msg_iov = &pieces[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    int count = recvmmsg(descriptor, messages, BATCH, 0, NULL);
    for (int i = 0; i < count; i++) pieces[i].iov_len = messages[i].msg_len;
    if (count > 0) sendmmsg(descriptor, messages, count, 0);
}

static void *serve(void *unused) {
    (void)unused;
    char *buffer = malloc(BUFFER);
    int epoll = epoll_create1(0), listener = bound(SOCK_STREAM), datagrams = bound(SOCK_DGRAM);
    struct epoll_event events[EVENTS];
    watch(epoll, listener);
    watch(epoll, datagrams);
    for (;;) {
        int count = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            int descriptor = events[i].data.fd;
            if (descriptor == listener) accept_all(epoll, listener);
            else if (descriptor == datagrams) echo_datagrams(datagrams);
            else echo_stream(descriptor, buffer);
        }
    }
    return NULL;
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: epollecho PORT\n");
        return 2;
    }
    port = (uint16_t)atoi(argv[1]);
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    for (long i = 1; i < cores; i++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, serve, NULL) != 0) fail("pthread_create");
    }
    serve(NULL);
}
