// What the process guard needs from Linux and Swift cannot say: prctl and syscall are variadic, and
// what a child does between fork and exec must be nothing but system calls.
#ifndef MARTLET_CPROCESS_SHIM_H
#define MARTLET_CPROCESS_SHIM_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/// Makes this process the parent of every orphan among its descendants; 0 or -1 with errno.
static inline int martlet_adopt_orphans(void) {
    return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

/// Marks every open descriptor from `first` on as close-on-exec; 0 or -1 with errno.
static inline int martlet_close_on_exec_from(unsigned int first) {
    return (int)syscall(SYS_close_range, first, ~0U, 1U << 2 /* CLOSE_RANGE_CLOEXEC */);
}

/// Names the calling thread in `top -H`; at most 15 bytes count.
static inline void martlet_name_thread(const char *name) {
    prctl(PR_SET_NAME, name, 0, 0, 0);
}

/// A pipe whose ends no other program inherits; 0 or -1 with errno.
static inline int martlet_pipe(int ends[2]) {
    return (int)syscall(SYS_pipe2, ends, O_CLOEXEC);
}

/// The process id of a child that has exited and was not waited for yet, which stays so; 0 when
/// there is none, -1 when there is no child at all.
static inline pid_t martlet_exited_child(void) {
    siginfo_t info;
    info.si_pid = 0;
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0) return -1;
    return info.si_pid;
}

/// Starts `argv[0]` (looked up in PATH) in a process group of its own, with default signal
/// dispositions, and such that the kernel kills it when the calling thread dies.
///
/// Before the program runs, `group N` is written to `control`, so that whoever reads it knows the
/// group even when this process is killed at once. Only for a process with one thread. Returns the
/// process id, or the negated errno of what failed, exec included.
static inline pid_t martlet_spawn_tied(char *const argv[], int control) {
    int report[2];
    if (martlet_pipe(report) != 0) return -errno;
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0) {
        setpgid(0, 0);
        prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        if (getppid() != parent) _exit(127);
        for (int number = 1; number < 32; number++) signal(number, SIG_DFL);
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, (sigset_t *)0);
        dprintf(control, "group %d\n", (int)getpid());
        execvp(argv[0], argv);
        int code = errno;
        ssize_t ignored = write(report[1], &code, sizeof code);
        (void)ignored;
        _exit(127);
    }
    int code = child < 0 ? errno : 0;
    close(report[1]);
    if (child > 0) {
        setpgid(child, child);
        ssize_t count;
        do count = read(report[0], &code, sizeof code);
        while (count < 0 && errno == EINTR);
        if (count > 0) waitpid(child, (int *)0, 0);
    }
    close(report[0]);
    return code != 0 ? -code : child;
}

#endif
