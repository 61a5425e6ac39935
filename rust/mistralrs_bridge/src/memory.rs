//! What the engine frees and the allocator keeps. A request's cache is hundreds of kilobytes a layer, a
//! step copies the caches of all its requests, and where small things lie between, glibc keeps what
//! such a step took for good.

/// Gives freed memory back to the system, where the allocator can.
pub fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        extern "C" {
            fn malloc_trim(pad: usize) -> i32;
        }
        unsafe { malloc_trim(0) };
    }
}
