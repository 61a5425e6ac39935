//! What C sees of a request's events: the structs of pcai_mrs.h, and the callback they go to.

use std::ffi::{c_char, c_void};
use std::ptr::null;

use crate::fault::Status;
use crate::sampler::Scored;

#[repr(C)]
struct Token {
    token: i32,
    logprob: f32,
}

#[repr(C)]
pub struct Event {
    kind: u32,
    status: i32,
    prompt_tokens: u32,
    token: i32,
    text: *const c_char,
    size: usize,
    chosen: *const Token,
    top: *const Token,
    top_count: usize,
}

const TOKEN: u32 = 0;
const STOPPED: u32 = 1;
const LENGTH: u32 = 2;
const FAILED: u32 = 3;

pub type OnEvent = unsafe extern "C" fn(*mut c_void, *const Event) -> i32;

/// Where one request's events go.
pub struct Callback {
    pub on_event: OnEvent,
    pub user: *mut c_void,
}

// The caller promises that `user` may be used on the event thread.
unsafe impl Send for Callback {}

impl Callback {
    /// False when the receiver wants no more.
    pub fn token(&self, prompt_tokens: u32, token: u32, logprobs: &[Scored]) -> bool {
        let scored: Vec<Token> = logprobs
            .iter()
            .map(|scored| Token {
                token: scored.token as i32,
                logprob: scored.logprob,
            })
            .collect();
        let (chosen, top) = match scored.split_first() {
            Some((chosen, top)) => (std::ptr::from_ref(chosen), top),
            None => (null(), &[] as &[Token]),
        };
        self.send(&Event {
            token: token as i32,
            chosen,
            top: top.as_ptr(),
            top_count: top.len(),
            ..event(TOKEN, Status::Ok, prompt_tokens, &[])
        })
    }

    pub fn stopped(&self, prompt_tokens: u32) {
        self.send(&event(STOPPED, Status::Ok, prompt_tokens, &[]));
    }

    pub fn length(&self, prompt_tokens: u32) {
        self.send(&event(LENGTH, Status::Ok, prompt_tokens, &[]));
    }

    pub fn failed(&self, prompt_tokens: u32, status: Status, message: &str) {
        self.send(&event(FAILED, status, prompt_tokens, message.as_bytes()));
    }

    fn send(&self, event: &Event) -> bool {
        unsafe { (self.on_event)(self.user, event) == 0 }
    }
}

/// `text` must outlive the event.
fn event(kind: u32, status: Status, prompt_tokens: u32, text: &[u8]) -> Event {
    Event {
        kind,
        status: status as i32,
        prompt_tokens,
        token: -1,
        text: text.as_ptr().cast(),
        size: text.len(),
        chosen: null(),
        top: null(),
        top_count: 0,
    }
}
