//! mistral.rs behind the C interface of pcai_mrs.h. No panic and no exception passes these doors.

mod chat_template;
mod event_thread;
mod events;
mod fault;
mod guide;
mod load;
mod memory;
mod model;
mod prompt;
mod request;
mod sampler;
mod tokenizer;

use std::ffi::{c_char, c_void};
use std::slice::from_raw_parts;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::json;

use crate::chat_template::Chat;
use crate::events::{Callback, OnEvent};
use crate::fault::{answer, fault, free_text, guarded, internal, Fault, Status, Text};
use crate::guide::{ForeignGuide, GuideIn};
use crate::load::Config;
use crate::model::Model;
use crate::prompt::Body;
use crate::tokenizer::TextTokens;

/// PCAI_MRS_ABI_VERSION of pcai_mrs.h.
const ABI_VERSION: u32 = 5;

/// pcai_mrs_stats.
#[repr(C)]
pub struct StatsOut {
    alive: u32,
    running: u32,
    waiting: u32,
    tokens_generated: u64,
    prompt_tokens: u64,
    prompt_tokens_unseen: u64,
}

/// pcai_mrs_image.
#[repr(C)]
pub struct ImageIn {
    data: *const u8,
    size: usize,
}

#[no_mangle]
pub extern "C" fn pcai_mrs_abi_version() -> u32 {
    ABI_VERSION
}

/// # Safety
/// As pcai_mrs.h says of every function here.
#[no_mangle]
pub unsafe extern "C" fn pcai_mrs_version(out: *mut Text) -> i32 {
    answer(out, || {
        let gpu = cfg!(feature = "cuda");
        Ok(json!({"mistralrs": env!("PCAI_MISTRALRS_VERSION"), "gpu": gpu}).to_string())
    })
}

/// # Safety
/// See above.
#[no_mangle]
pub unsafe extern "C" fn pcai_mrs_load(
    config: *const c_char,
    size: usize,
    model: *mut *mut Model,
    out: *mut Text,
) -> i32 {
    answer(out, || {
        let config: Config = read_json(config, size)?;
        let (loaded, info) = Model::load(&config)?;
        model.write(Box::into_raw(Box::new(loaded)));
        Ok(info)
    })
}

/// # Safety
/// See above.
#[no_mangle]
pub unsafe extern "C" fn pcai_mrs_unload(model: *mut Model, timeout_ms: u32) {
    if !model.is_null() {
        let model = Box::from_raw(model);
        let _ = guarded(|| model.unload(Duration::from_millis(timeout_ms.into())));
    }
}

/// # Safety
/// See above.
#[no_mangle]
pub unsafe extern "C" fn pcai_mrs_submit(
    model: *mut Model,
    id: u64,
    request: *const c_char,
    size: usize,
    images: *const ImageIn,
    image_count: usize,
    guide: *const GuideIn,
    on_event: OnEvent,
    user: *mut c_void,
    out: *mut Text,
) -> i32 {
    // Released also where the request is refused.
    let guide = ForeignGuide::new(guide);
    answer(out, || {
        let body: Body = read_json(request, size)?;
        let images: Vec<&[u8]> = slice(images, image_count)
            .iter()
            .map(|image| slice(image.data, image.size))
            .collect();
        let model = model.as_ref().ok_or_else(|| internal("no model"))?;
        let tokens = model.submit(id, body, &images, guide, Callback { on_event, user })?;
        Ok(json!({"prompt_tokens": tokens}).to_string())
    })
}

/// # Safety
/// See above.
#[no_mangle]
pub unsafe extern "C" fn pcai_mrs_render(
    model: *const Model,
    chat: *const c_char,
    size: usize,
    out: *mut Text,
) -> i32 {
    answer(out, || {
        let chat: Chat = read_json(chat, size)?;
        model
            .as_ref()
            .ok_or_else(|| internal("no model"))?
            .render(&chat)
    })
}

/// # Safety
/// See above.
#[no_mangle]
pub unsafe extern "C" fn pcai_mrs_embed(
    model: *const Model,
    tokens: *const u32,
    count: usize,
    out: *mut Text,
) -> i32 {
    answer(out, || {
        let model = model.as_ref().ok_or_else(|| internal("no model"))?;
        let vector = model.embed(slice(tokens, count).to_vec())?;
        Ok(vector
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect::<Vec<u8>>())
    })
}

/// # Safety
/// See above.
#[no_mangle]
pub unsafe extern "C" fn pcai_mrs_get_tokenizer(model: *const Model) -> *mut TextTokens {
    model.as_ref().map_or(std::ptr::null_mut(), |model| {
        Box::into_raw(Box::new(model.tokens().clone()))
    })
}

/// # Safety
/// See above.
#[no_mangle]
pub unsafe extern "C" fn pcai_mrs_free_tokenizer(tokenizer: *mut TextTokens) {
    if !tokenizer.is_null() {
        let tokenizer = Box::from_raw(tokenizer);
        let _ = guarded(|| drop(tokenizer));
    }
}

/// # Safety
/// See above.
#[no_mangle]
pub unsafe extern "C" fn pcai_mrs_vocabulary(tokenizer: *const TextTokens, out: *mut Text) -> i32 {
    answer(out, || {
        Ok(tokenizer
            .as_ref()
            .ok_or_else(|| internal("no tokenizer"))?
            .vocabulary())
    })
}

/// # Safety
/// See above.
#[no_mangle]
pub unsafe extern "C" fn pcai_mrs_tokenize(
    tokenizer: *const TextTokens,
    text: *const c_char,
    size: usize,
    flags: u32,
    out: *mut Text,
) -> i32 {
    answer(out, || {
        let tokenizer = tokenizer.as_ref().ok_or_else(|| internal("no tokenizer"))?;
        let text = std::str::from_utf8(slice(text.cast(), size)).map_err(|_| {
            let message = "the text is not valid UTF-8";
            fault(Status::InvalidRequest, message, "prompt")
        })?;
        let tokens = tokenizer.encode(text, flags)?;
        Ok(tokens
            .iter()
            .flat_map(|token| token.to_le_bytes())
            .collect::<Vec<u8>>())
    })
}

/// # Safety
/// See above.
#[no_mangle]
pub unsafe extern "C" fn pcai_mrs_cancel(model: *mut Model, id: u64) {
    let _ = guarded(|| {
        if let Some(model) = model.as_ref() {
            model.cancel(id);
        }
    });
}

/// # Safety
/// See above.
#[no_mangle]
pub unsafe extern "C" fn pcai_mrs_get_stats(model: *const Model, stats: *mut StatsOut) {
    let Some(from) = model.as_ref().map(|model| &model.stats) else {
        return;
    };
    stats.write(StatsOut {
        alive: u32::from(!from.dead.load(Ordering::Relaxed)),
        running: from.running.load(Ordering::Relaxed),
        waiting: from.waiting.load(Ordering::Relaxed),
        tokens_generated: from.tokens.load(Ordering::Relaxed),
        prompt_tokens: from.prompt_tokens.load(Ordering::Relaxed),
        prompt_tokens_unseen: from.prompt_tokens_unseen.load(Ordering::Relaxed),
    });
}

/// # Safety
/// See above.
#[no_mangle]
pub unsafe extern "C" fn pcai_mrs_free(text: Text) {
    free_text(text);
}

/// # Safety
/// See above.
#[no_mangle]
pub unsafe extern "C" fn pcai_mrs_test_panic(model: *mut Model) {
    if let Some(model) = model.as_ref() {
        model.panics.store(true, Ordering::Relaxed);
    }
}

/// # Safety
/// `data` holds `size` bytes.
unsafe fn read_json<'a, T: serde::Deserialize<'a>>(
    data: *const c_char,
    size: usize,
) -> Result<T, Fault> {
    serde_json::from_slice(slice(data.cast(), size)).map_err(|error| {
        fault(
            Status::InvalidRequest,
            format!("the bridge was asked wrongly: {error}"),
            "",
        )
    })
}

/// # Safety
/// `data` holds `count` values, or is null and holds none.
unsafe fn slice<'a, T>(data: *const T, count: usize) -> &'a [T] {
    if data.is_null() || count == 0 {
        &[]
    } else {
        from_raw_parts(data, count)
    }
}
