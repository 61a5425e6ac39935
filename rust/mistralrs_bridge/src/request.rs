//! One request on its way through the engine.
//!
//! The engine computes logits and calls us with them, as a logits processor; we choose the token,
//! report it, and give back logits that leave the engine no other choice. So seed, penalties and
//! logprobs are ours, and each token is known exactly, whatever the engine makes of its text.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use mistralrs::{CustomLogitsProcessor, Tensor};

use crate::fault::guarded;
use crate::guide::{ForeignGuide, Guide, Step};
use crate::sampler::{choose, Choice, Params, Place, Refusal};

/// What a request's sampling says to its model's event thread.
pub struct Report {
    pub id: u64,
    pub what: What,
}

pub enum What {
    /// The prompt is through; it was so many tokens.
    Prompt(usize),
    Token(Choice),
    Stopped,
    Length,
    Failed(String),
    /// The engine has let go of the request.
    Gone,
}

pub struct Sampling {
    pub id: u64,
    pub params: Params,
    /// The tokens that end an answer.
    pub ends: Arc<[u32]>,
    pub max_tokens: usize,
    /// Most tokens of prompt and answer.
    pub context_length: usize,
    /// Called on the engine's threads.
    pub report: Box<dyn Fn(Report) + Send + Sync>,
    /// No more tokens are wanted.
    pub given_up: AtomicBool,
    /// For tests.
    pub panics: Arc<AtomicBool>,
    pub progress: Mutex<Progress>,
}

#[derive(Default)]
pub struct Progress {
    guide: Option<ForeignGuide>,
    prompt_tokens: Option<usize>,
    /// The context's length when the last token was chosen, and that token.
    last: Option<(usize, u32)>,
    ended: bool,
}

impl CustomLogitsProcessor for Sampling {
    /// Never fails: an error here would take the other sequences of the step with it.
    fn apply(&self, logits: &Tensor, context: &[u32]) -> mistralrs::Result<Tensor> {
        if self.panics.load(Ordering::Relaxed) {
            panic!("a test asked for it");
        }
        let mut values = logits.to_vec1::<f32>()?;
        let token = guarded(|| self.next(&mut values, context)).unwrap_or_else(|panic| {
            self.report(What::Failed(panic));
            self.end_token()
        });
        values.fill(f32::NEG_INFINITY);
        if let Some(value) = values.get_mut(token as usize) {
            *value = 0.0;
        }
        let size = values.len();
        Tensor::from_vec(values, size, logits.device())
    }
}

impl Sampling {
    fn next(&self, logits: &mut [f32], context: &[u32]) -> u32 {
        let Ok(mut progress) = self.progress.lock() else {
            return self.end_token();
        };
        if progress.prompt_tokens.is_none() {
            progress.prompt_tokens = Some(context.len());
            self.report(What::Prompt(context.len()));
        }
        if progress.ended || self.given_up.load(Ordering::Relaxed) {
            return self.end_token();
        }
        if let Some((length, token)) = progress.last {
            if length == context.len() {
                return token;
            }
        }
        let prompt_tokens = progress.prompt_tokens.unwrap_or(0);
        let place = Place {
            ends: &self.ends,
            context,
            prompt_tokens,
        };
        let guide = progress.guide.as_mut().map(|guide| guide as &mut dyn Guide);
        let choice = match choose(&self.params, &place, logits, guide) {
            Ok(choice) => choice,
            Err(refusal) => {
                let reason = progress.reason(&refusal);
                return self.end_with(&mut progress, What::Failed(reason));
            }
        };
        let token = choice.token;
        progress.last = Some((context.len(), token));
        if self.ends.contains(&token) {
            self.end_with(&mut progress, What::Stopped);
            return token;
        }
        let step = progress
            .guide
            .as_mut()
            .map_or(Step::GoesOn, |guide| guide.accept(token));
        if step == Step::Failed {
            let reason = progress.reason(&Refusal::NoneAllowed);
            return self.end_with(&mut progress, What::Failed(reason));
        }
        self.report(What::Token(choice));
        if step == Step::Complete {
            self.end_with(&mut progress, What::Stopped);
        } else if context.len() + 1 - prompt_tokens >= self.max_tokens
            || context.len() + 1 >= self.context_length
        {
            self.end_with(&mut progress, What::Length);
        }
        token
    }

    /// Says the last thing; the token makes the engine let go of the sequence.
    fn end_with(&self, progress: &mut Progress, what: What) -> u32 {
        progress.ended = true;
        self.report(what);
        self.end_token()
    }

    /// What makes the engine let go of the sequence.
    fn end_token(&self) -> u32 {
        self.ends.first().copied().unwrap_or(0)
    }

    fn report(&self, what: What) {
        (self.report)(Report { id: self.id, what });
    }
}

impl Progress {
    pub fn guided(guide: Option<ForeignGuide>) -> Self {
        Self {
            guide,
            ..Self::default()
        }
    }

    fn reason(&mut self, refusal: &Refusal) -> String {
        let guide = self.guide.as_mut().map(|guide| guide.error());
        match guide.filter(|reason| !reason.is_empty()) {
            Some(reason) => reason,
            None if *refusal == Refusal::NoNumber => {
                "the model computed what is no number (NaN)".to_string()
            }
            None => "the grammar allows no token here".to_string(),
        }
    }
}

impl Drop for Sampling {
    fn drop(&mut self) {
        self.report(What::Gone);
    }
}
