//! What an idle engine holds for nothing.

use crate::fault::guarded;
use crate::load::SharedPipeline;

/// Frees the cache of the engine's last step, which mistral.rs keeps until the next prompt, and gives
/// freed memory back to the system, where the allocator can. Call it while the engine has no request.
pub fn give_back(pipeline: &SharedPipeline) {
    if let Ok(pipeline) = pipeline.try_lock() {
        let _ = guarded(|| pipeline.set_none_cache(&mut [], false, false, false));
    }
    // It takes caches from its arenas, and small blocks between them keep these from shrinking.
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        extern "C" {
            fn malloc_trim(pad: usize) -> i32;
        }
        unsafe { malloc_trim(0) };
    }
}
