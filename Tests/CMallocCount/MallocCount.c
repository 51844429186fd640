// Counts what the process asks of glibc's allocator by standing in front of it. Link it only into
// the program that counts: it takes the place of malloc in all of it.

#include "CMallocCount.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>

static _Atomic uint64_t count;

uint64_t martlet_malloc_count(void) {
    return atomic_load_explicit(&count, memory_order_relaxed);
}

void martlet_keep(const void *memory) { (void)memory; }

#if defined(__GLIBC__) && !__has_feature(thread_sanitizer) && !__has_feature(address_sanitizer)

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t members, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static void tick(void) { atomic_fetch_add_explicit(&count, 1, memory_order_relaxed); }

void *malloc(size_t size) { tick(); return __libc_malloc(size); }
void *calloc(size_t members, size_t size) { tick(); return __libc_calloc(members, size); }
void *realloc(void *old, size_t size) { tick(); return __libc_realloc(old, size); }
void *memalign(size_t alignment, size_t size) { tick(); return __libc_memalign(alignment, size); }
void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **result, size_t alignment, size_t size) {
    void *memory = memalign(alignment, size);
    if (!memory) return ENOMEM;
    *result = memory;
    return 0;
}

#endif
