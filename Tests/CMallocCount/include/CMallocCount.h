#ifndef MARTLET_MALLOC_COUNT_H
#define MARTLET_MALLOC_COUNT_H

#include <stdint.h>

/// How often this process has asked for memory: malloc, calloc, realloc and the aligned ones.
///
/// Zero for ever where nothing is counted: on other systems than Linux, and in a sanitizer's build.
uint64_t martlet_malloc_count(void);

/// Does nothing with memory, where the optimiser cannot see that.
void martlet_keep(const void *memory);

#endif
