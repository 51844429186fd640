// Tells the thread sanitizer of what continuations hand over.
//
// Whoever resumes a continuation before its task has suspended hands the result over with an atomic
// instruction in libswift_Concurrency, which is not built with the sanitizer: the task's going on
// is then reported as a race with whatever made the result. A program's own definitions come before
// a library's; these do as the library's, and tell the sanitizer: to resume is to release the task,
// and it acquires itself before it goes on. (When it has suspended, the runtime's queues tell.)
//
// What is known here of the runtime, Swift 6.3, is where the fields used are in AsyncTask and in
// ContinuationAsyncContext (include/swift/ABI/Task.h), and where a checked continuation has its
// task (CheckedContinuation.swift).

#if defined(__linux__) && defined(__has_feature)
#if __has_feature(thread_sanitizer) && (defined(__x86_64__) || defined(__aarch64__))

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define QUIET __attribute__((disable_sanitizer_instrumentation))
#define SWIFT __attribute__((swiftcall))
#define SWIFT_ASYNC __attribute__((swiftasynccall))
#define SELF __attribute__((swift_context))
#define CONTEXT __attribute__((swift_async_context))

void __tsan_acquire(void *address);
void __tsan_release(void *address);
SWIFT void *swift_task_getCurrent(void);

struct context {
    void *parent;
    SWIFT_ASYNC void (*resume_parent)(CONTEXT struct context *);
    uint64_t flags;  // four bits of them
};

struct task {
    void *header[8];
    struct context *resume_context;
};

// What resumes: a task, a task with an error, the task of a checked continuation.
typedef SWIFT void (*task_resume)(struct task *task);
typedef SWIFT void (*task_fail)(struct task *task, void *error);
typedef SWIFT void (*checked_resume)(void *, void *, void *, void *, void *, void *, SELF void *);

static task_resume resume, throwing_resume;
static task_fail throwing_fail;
static checked_resume checked_returning, checked_throwing;

QUIET __attribute__((constructor)) static void find(void) {
    resume = (task_resume)dlsym(RTLD_NEXT, "swift_continuation_resume");
    throwing_resume = (task_resume)dlsym(RTLD_NEXT, "swift_continuation_throwingResume");
    throwing_fail = (task_fail)dlsym(RTLD_NEXT, "swift_continuation_throwingResumeWithError");
    checked_returning = (checked_resume)dlsym(RTLD_NEXT, "$sScC6resume9returningyxn_tF");
    checked_throwing = (checked_resume)dlsym(RTLD_NEXT, "$sScC6resume8throwingyq_n_tF");
}

QUIET SWIFT_ASYNC static void go_on(CONTEXT struct context *context) {
    context->resume_parent = (void *)(context->flags >> 16);
    context->flags &= 0xffff;
    __tsan_acquire(swift_task_getCurrent());
    __attribute__((musttail)) return context->resume_parent(context);
}

// The function that the task would go on with is kept above the flags in the meantime.
QUIET static void release(struct task *task) {
    struct context *context = task->resume_context;
    if (context->resume_parent != go_on) {
        context->flags = (context->flags & 0xffff) | (uint64_t)context->resume_parent << 16;
        context->resume_parent = go_on;
    }
    __tsan_release(task);
}

QUIET SWIFT void swift_continuation_resume(struct task *task) {
    release(task);
    resume(task);
}

QUIET SWIFT void swift_continuation_throwingResume(struct task *task) {
    release(task);
    throwing_resume(task);
}

QUIET SWIFT void swift_continuation_throwingResumeWithError(struct task *task, void *error) {
    release(task);
    throwing_fail(task, error);
}

// A checked continuation is a reference to an object that has the task behind its header, or null
// once it was resumed; a method gets its address.
QUIET static void release_checked(struct task ***checked) {
    struct task *task = __atomic_load_n(*checked + 2, __ATOMIC_RELAXED);
    if (task) release(task);
}

// CheckedContinuation.resume(returning:): whatever the arguments are, they go on.
QUIET SWIFT void resume_returning(void *a, void *b, void *c, void *d, void *e, void *f,
                                  SELF void *self) __asm__("$sScC6resume9returningyxn_tF");
QUIET SWIFT void resume_returning(void *a, void *b, void *c, void *d, void *e, void *f,
                                  SELF void *self) {
    release_checked(self);
    checked_returning(a, b, c, d, e, f, self);
}

// CheckedContinuation.resume(throwing:)
QUIET SWIFT void resume_throwing(void *a, void *b, void *c, void *d, void *e, void *f,
                                 SELF void *self) __asm__("$sScC6resume8throwingyq_n_tF");
QUIET SWIFT void resume_throwing(void *a, void *b, void *c, void *d, void *e, void *f,
                                 SELF void *self) {
    release_checked(self);
    checked_throwing(a, b, c, d, e, f, self);
}

#endif
#endif
