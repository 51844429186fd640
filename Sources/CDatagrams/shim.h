// What datagrams in batches need from Linux: Swift does not see sendmmsg(2), recvmmsg(2) and their
// types.
#ifndef MARTLET_CDATAGRAMS_SHIM_H
#define MARTLET_CDATAGRAMS_SHIM_H

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#define MARTLET_BATCH_SIZE 64

/// `struct mmsghdr`, which <sys/socket.h> hides from whoever does not ask for GNU extensions.
struct martlet_message {
    struct msghdr header;
    unsigned int length;
};

/// Datagrams that leave with one system call. An address of size 0 means the connected peer.
struct martlet_batch {
    struct martlet_message messages[MARTLET_BATCH_SIZE];
    struct iovec pieces[MARTLET_BATCH_SIZE];
    struct sockaddr_in6 addresses[MARTLET_BATCH_SIZE];
};

/// sendmmsg(2), hidden for the same reason.
extern int martlet_sendmmsg(int, struct martlet_message *, unsigned int, int) __asm__("sendmmsg");

/// Makes datagram `index` of the batch: `size` bytes to an IPv4 or IPv6 address.
static inline void martlet_batch_set(
    struct martlet_batch *batch, int index, void *bytes, size_t size,
    const struct sockaddr *address, socklen_t address_size
) {
    struct iovec *piece = &batch->pieces[index];
    piece->iov_base = bytes;
    piece->iov_len = size;
    struct msghdr *header = &batch->messages[index].header;
    memset(header, 0, sizeof *header);
    header->msg_iov = piece;
    header->msg_iovlen = 1;
    if (address_size > 0 && address_size <= sizeof batch->addresses[index]) {
        memcpy(&batch->addresses[index], address, address_size);
        header->msg_name = &batch->addresses[index];
        header->msg_namelen = address_size;
    }
}

/// Sends datagrams `first..<end` of the batch without waiting; how many were sent, or the negated
/// errno of the first.
static inline int martlet_batch_send(int socket, struct martlet_batch *batch, int first, int end) {
    int sent;
    do {
        sent = martlet_sendmmsg(
            socket, &batch->messages[first], (unsigned int)(end - first),
            MSG_DONTWAIT | MSG_NOSIGNAL
        );
    } while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : sent;
}

#define MARTLET_ARRIVALS_SIZE 32

/// Datagrams that arrived with one system call.
struct martlet_arrivals {
    struct martlet_message messages[MARTLET_ARRIVALS_SIZE];
    struct iovec pieces[MARTLET_ARRIVALS_SIZE];
    struct sockaddr_in6 addresses[MARTLET_ARRIVALS_SIZE];
    struct sockaddr_in6 sender;
    socklen_t sender_size;
};

/// recvmmsg(2), hidden for the same reason.
extern int martlet_recvmmsg(
    int, struct martlet_message *, unsigned int, int, struct timespec *
) __asm__("recvmmsg");

/// Receives what has arrived, each datagram into `stride` bytes of its own from `bytes` on, without
/// waiting; how many datagrams, or the negated errno.
static inline int martlet_arrivals_receive(
    int socket, struct martlet_arrivals *arrivals, char *bytes, size_t stride
) {
    for (int index = 0; index < MARTLET_ARRIVALS_SIZE; index++) {
        arrivals->pieces[index].iov_base = bytes + (size_t)index * stride;
        arrivals->pieces[index].iov_len = stride;
        struct msghdr *header = &arrivals->messages[index].header;
        header->msg_name = &arrivals->addresses[index];
        header->msg_namelen = sizeof arrivals->addresses[index];
        header->msg_iov = &arrivals->pieces[index];
        header->msg_iovlen = 1;
    }
    int count;
    do {
        count = martlet_recvmmsg(
            socket, arrivals->messages, MARTLET_ARRIVALS_SIZE, MSG_DONTWAIT, NULL
        );
    } while (count < 0 && errno == EINTR);
    return count < 0 ? -errno : count;
}

/// The size of datagram `index`.
static inline unsigned int martlet_arrivals_length(
    const struct martlet_arrivals *arrivals, int index
) {
    return arrivals->messages[index].length;
}

/// Whether datagram `index` has another sender than the one that was last asked about; that one is
/// then `sender`.
static inline int martlet_arrivals_has_new_sender(struct martlet_arrivals *arrivals, int index) {
    const struct sockaddr_in6 *address = &arrivals->addresses[index];
    socklen_t size = arrivals->messages[index].header.msg_namelen;
    if (size > sizeof *address) size = sizeof *address;
    if (size == arrivals->sender_size && memcmp(address, &arrivals->sender, size) == 0) return 0;
    memset(&arrivals->sender, 0, sizeof arrivals->sender);
    memcpy(&arrivals->sender, address, size);
    arrivals->sender_size = size;
    return 1;
}

/// The family of `sender`.
static inline int martlet_arrivals_sender_family(const struct martlet_arrivals *arrivals) {
    return arrivals->sender_size == 0 ? AF_UNSPEC : arrivals->sender.sin6_family;
}

/// `sender`, which is a `struct sockaddr_in` or a `struct sockaddr_in6`.
static inline const void *martlet_arrivals_sender(const struct martlet_arrivals *arrivals) {
    return &arrivals->sender;
}

#endif
