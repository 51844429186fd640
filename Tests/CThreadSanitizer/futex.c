// Tells the thread sanitizer of the locks that the kernel hands over.
//
// Swift's Mutex takes its lock with an atomic instruction, which the sanitizer sees; when it is
// contended, a library that is not built with the sanitizer spins and then asks the kernel
// (FUTEX_LOCK_PI). Without this, every Mutex that two threads ever wait for is reported as a race.
// The library calls syscall(), and a program's own definition comes before libc's; likewise its own
// definition of the function that spins, which here asks the kernel at once.

#if defined(__linux__) && defined(__has_feature)
#if __has_feature(thread_sanitizer) && (defined(__x86_64__) || defined(__aarch64__))

#include <errno.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <sys/syscall.h>

void __tsan_acquire(void *address);
void __tsan_release(void *address);

static long enter_kernel(long number, const long *a) {
#if defined(__x86_64__)
    register long r10 __asm__("r10") = a[3];
    register long r8 __asm__("r8") = a[4];
    register long r9 __asm__("r9") = a[5];
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
#else
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a[0];
    register long x1 __asm__("x1") = a[1];
    register long x2 __asm__("x2") = a[2];
    register long x3 __asm__("x3") = a[3];
    register long x4 __asm__("x4") = a[4];
    register long x5 __asm__("x5") = a[5];
    __asm__ volatile("svc 0"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                     : "memory");
    return x0;
#endif
}

long syscall(long number, ...) {
    long arguments[6];
    va_list list;
    va_start(list, number);
    for (int index = 0; index < 6; index++) arguments[index] = va_arg(list, long);
    va_end(list);

    long operation = number == SYS_futex ? (int)arguments[1] & FUTEX_CMD_MASK : -1;
    if (operation == FUTEX_UNLOCK_PI) __tsan_release((void *)arguments[0]);
    long result = enter_kernel(number, arguments);
    if (result >= 0 && (operation == FUTEX_LOCK_PI || operation == FUTEX_TRYLOCK_PI))
        __tsan_acquire((void *)arguments[0]);
    if (result < 0 && result > -4096) {
        errno = (int)-result;
        return -1;
    }
    return result;
}

// Synchronization._MutexHandle._lockSlow(_: UInt32) -> (): self is the address of the futex.
__attribute__((swiftcall)) void lock_slow(unsigned self_id,
                                          __attribute__((swift_context)) void *handle)
    __asm__("$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");

__attribute__((swiftcall)) void lock_slow(unsigned self_id,
                                          __attribute__((swift_context)) void *handle) {
    (void)self_id;
    while (syscall(SYS_futex, handle, FUTEX_LOCK_PI_PRIVATE, 0, 0, 0, 0) != 0) {
        // Interrupted, or the owner is just leaving: try again.
    }
}

#endif
#endif
