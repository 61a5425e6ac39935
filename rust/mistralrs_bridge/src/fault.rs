//! Why a call failed, and the doors that no panic passes.

use std::ffi::c_char;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::{Mutex, Once};

use serde_json::json;

/// The pcai_mrs_status values.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(i32)]
pub enum Status {
    Ok = 0,
    InvalidRequest = 1,
    ContextOverflow = 2,
    Unsupported = 3,
    InvalidModel = 4,
    Cancelled = 5,
    Internal = 6,
}

#[derive(Clone, Debug)]
pub struct Fault {
    pub status: Status,
    pub message: String,
    pub field: String,
}

pub fn fault(status: Status, message: impl Into<String>, field: impl Into<String>) -> Fault {
    Fault {
        status,
        message: message.into(),
        field: field.into(),
    }
}

pub fn internal(message: impl std::fmt::Display) -> Fault {
    fault(Status::Internal, message.to_string(), "")
}

/// pcai_mrs_text.
#[repr(C)]
pub struct Text {
    pub data: *mut c_char,
    pub size: usize,
}

impl Text {
    fn new(bytes: Vec<u8>) -> Self {
        let bytes = bytes.into_boxed_slice();
        let size = bytes.len();
        Self {
            data: Box::into_raw(bytes).cast(),
            size,
        }
    }
}

/// Frees what `Text::new` made.
pub fn free_text(text: Text) {
    if !text.data.is_null() {
        let bytes = std::ptr::slice_from_raw_parts_mut(text.data.cast::<u8>(), text.size);
        drop(unsafe { Box::from_raw(bytes) });
    }
}

/// Runs a fallible call; its answer, or the fault's JSON, goes to `answer`.
pub fn answer<T: Into<Vec<u8>>>(answer: *mut Text, call: impl FnOnce() -> Result<T, Fault>) -> i32 {
    watch_panics();
    let result = guarded(call).unwrap_or_else(|message| Err(internal(message)));
    let (status, text) = match result {
        Ok(text) => (Status::Ok, text.into()),
        Err(f) => {
            let said = json!({"message": f.message, "field": f.field});
            (f.status, said.to_string().into_bytes())
        }
    };
    if !answer.is_null() {
        unsafe { answer.write(Text::new(text)) };
    }
    status as i32
}

/// Runs `call`; a panic becomes its message.
pub fn guarded<T>(call: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|payload| {
        // A payload may panic when it is dropped.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(payload)));
        last_panic()
    })
}

static LAST_PANIC: Mutex<String> = Mutex::new(String::new());

/// From now on panics are noted instead of being written to stderr.
fn watch_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|info| {
            let what = info
                .payload()
                .downcast_ref::<&str>()
                .map(ToString::to_string)
                .or_else(|| info.payload().downcast_ref::<String>().cloned())
                .unwrap_or_else(|| "of an unknown kind".to_string());
            let place = info.location().map_or_else(String::new, |place| {
                let file = place.file().rsplit(['/', '\\']).next().unwrap_or("");
                format!(" ({file}:{})", place.line())
            });
            if let Ok(mut last) = LAST_PANIC.lock() {
                *last = format!("{what}{place}");
            }
        }));
    });
}

/// The newest panic of any thread: its message and place.
pub fn last_panic() -> String {
    let message = LAST_PANIC
        .lock()
        .map(|last| last.clone())
        .unwrap_or_default();
    let message = if message.is_empty() {
        "it gave no reason".to_string()
    } else {
        message
    };
    format!("mistral.rs panicked: {message}")
}
