//! Who may say which tokens an answer goes on with: pcai_mrs_guide of pcai_mrs.h.

use std::ffi::{c_char, c_void, CStr};

/// pcai_mrs_guide.
#[repr(C)]
pub struct GuideIn {
    user: *mut c_void,
    forced: unsafe extern "C" fn(*mut c_void) -> i32,
    allows: unsafe extern "C" fn(*mut c_void, i32) -> i32,
    mask: unsafe extern "C" fn(*mut c_void, *mut usize) -> *const u32,
    accept: unsafe extern "C" fn(*mut c_void, i32) -> i32,
    error: unsafe extern "C" fn(*mut c_void) -> *const c_char,
    release: unsafe extern "C" fn(*mut c_void),
}

/// How an answer goes on after a token.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    GoesOn,
    /// Nothing but its end can follow.
    Complete,
    Failed,
}

pub trait Guide: Send {
    /// The token that must come next, where something other than the logits says so.
    fn forced(&mut self) -> Option<u32>;
    fn allows(&mut self, token: u32) -> bool;
    /// Keeps the logits of tokens that may come next, and puts the others out of reach.
    fn restrict(&mut self, logits: &mut [f32]);
    fn accept(&mut self, token: u32) -> Step;
    fn error(&mut self) -> String;
}

/// A guide on the other side of the interface.
pub struct ForeignGuide(GuideIn);

// The caller promises that one thread at a time may use it, whichever it is.
unsafe impl Send for ForeignGuide {}

impl ForeignGuide {
    /// Takes over what `guide` points at; None for null.
    ///
    /// # Safety
    /// As pcai_mrs.h says.
    pub unsafe fn new(guide: *const GuideIn) -> Option<Self> {
        (!guide.is_null()).then(|| Self(guide.read()))
    }
}

impl Guide for ForeignGuide {
    fn forced(&mut self) -> Option<u32> {
        u32::try_from(unsafe { (self.0.forced)(self.0.user) }).ok()
    }

    fn allows(&mut self, token: u32) -> bool {
        unsafe { (self.0.allows)(self.0.user, token as i32) != 0 }
    }

    fn restrict(&mut self, logits: &mut [f32]) {
        let mut words = 0;
        let mask = unsafe { (self.0.mask)(self.0.user, &mut words) };
        let mask = if mask.is_null() {
            &[]
        } else {
            unsafe { std::slice::from_raw_parts(mask, words) }
        };
        keep(mask, logits);
    }

    fn accept(&mut self, token: u32) -> Step {
        match unsafe { (self.0.accept)(self.0.user, token as i32) } {
            0 => Step::GoesOn,
            1 => Step::Complete,
            _ => Step::Failed,
        }
    }

    fn error(&mut self) -> String {
        let reason = unsafe { (self.0.error)(self.0.user) };
        if reason.is_null() {
            return String::new();
        }
        unsafe { CStr::from_ptr(reason) }
            .to_string_lossy()
            .into_owned()
    }
}

impl Drop for ForeignGuide {
    fn drop(&mut self) {
        unsafe { (self.0.release)(self.0.user) };
    }
}

/// `mask`: a bit a token, 32 to a word, lowest first.
fn keep(mask: &[u32], logits: &mut [f32]) {
    for (token, logit) in logits.iter_mut().enumerate() {
        let word = mask.get(token / 32).copied().unwrap_or(0);
        if word >> (token % 32) & 1 == 0 {
            *logit = f32::NEG_INFINITY;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_keeps_what_it_has_a_bit_for() {
        let mut logits = vec![1.0; 70];
        keep(&[0b101, 1 << 31], &mut logits);
        let kept: Vec<usize> = (0..70).filter(|i| logits[*i].is_finite()).collect();
        assert_eq!(kept, [0, 2, 63]);
    }
}
