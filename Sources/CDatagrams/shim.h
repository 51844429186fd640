// What sending datagrams in batches needs from Linux: Swift does not see sendmmsg(2) and its types.
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

#endif
