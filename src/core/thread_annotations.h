#pragma once

/// What a mutex guards, for clang's -Wthread-safety; nothing for other compilers. On members:
/// GUARDED_BY(mutex_). On functions: REQUIRES(mutex_), the caller holds it; EXCLUDES(mutex_), the
/// caller must not. The others are for classes that are locks (core/mutex.h).

#if defined(__clang__)
#define PCAI_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define PCAI_THREAD_ANNOTATION(x)
#endif

#define GUARDED_BY(x) PCAI_THREAD_ANNOTATION(guarded_by(x))
#define REQUIRES(...) PCAI_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#define EXCLUDES(...) PCAI_THREAD_ANNOTATION(locks_excluded(__VA_ARGS__))

#define CAPABILITY(x) PCAI_THREAD_ANNOTATION(capability(x))
#define SCOPED_CAPABILITY PCAI_THREAD_ANNOTATION(scoped_lockable)
#define ACQUIRE(...) PCAI_THREAD_ANNOTATION(acquire_capability(__VA_ARGS__))
#define RELEASE(...) PCAI_THREAD_ANNOTATION(release_capability(__VA_ARGS__))
#define NO_THREAD_SAFETY_ANALYSIS PCAI_THREAD_ANNOTATION(no_thread_safety_analysis)
