//! A model's event thread: hands so many requests at a time to the engine, delivers their events, and
//! alone knows what is live.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use mistralrs::{Constraint, NormalRequest, Request, Response, SamplingParams};
use tokio::runtime::Runtime;
use tokio::sync::mpsc::{channel as engine_channel, Receiver as Responses, Sender as EngineSender};
use tokio::task::AbortHandle;

use crate::events::Callback;
use crate::fault::{last_panic, Status};
use crate::load::SharedPipeline;
use crate::memory::give_back;
use crate::prompt::Prompt;
use crate::request::{Report, Sampling, What};

/// What the event thread hears.
pub enum Message {
    Submit(Box<Live>),
    Cancel(u64),
    Report(Report),
    /// The engine answers no more, perhaps for a reason.
    Closed(u64, Option<String>),
    Stop,
}

#[derive(Default)]
pub struct Stats {
    pub dead: AtomicBool,
    pub running: AtomicU32,
    pub waiting: AtomicU32,
    pub tokens: AtomicU64,
    pub prompt_tokens: AtomicU64,
    pub prompt_tokens_unseen: AtomicU64,
}

/// A request that has not ended.
pub struct Live {
    sampling: Arc<Sampling>,
    callback: Callback,
    /// Until the engine has it.
    prompt: Option<Prompt>,
    prompt_tokens: usize,
    forwarder: Option<AbortHandle>,
}

impl Live {
    pub fn new(sampling: Arc<Sampling>, callback: Callback, prompt: Prompt) -> Self {
        Self {
            sampling,
            callback,
            prompt_tokens: prompt.tokens,
            prompt: Some(prompt),
            forwarder: None,
        }
    }
}

/// What the thread knows.
pub struct Events {
    engine: EngineSender<Request>,
    pipeline: SharedPipeline,
    messages: Sender<Message>,
    most_running: usize,
    live: HashMap<u64, Live>,
    waiting: VecDeque<u64>,
    /// Requests that the engine has not let go of, given up ones too: it goes on with these to the
    /// end of their prompts, so they take a place.
    with_engine: HashSet<u64>,
    /// The prompts among them that are not through.
    unseen: HashMap<u64, u64>,
    /// The engine has let go of a request since it was idle.
    was_busy: bool,
    stats: Arc<Stats>,
}

/// How long the engine has no request before it gives memory back, for which the next one pays.
const IDLE: Duration = Duration::from_secs(1);

impl Events {
    pub fn new(
        engine: EngineSender<Request>,
        pipeline: SharedPipeline,
        messages: Sender<Message>,
        max_sequences: usize,
        stats: Arc<Stats>,
    ) -> Self {
        Self {
            engine,
            pipeline,
            messages,
            most_running: max_sequences.max(1),
            live: HashMap::new(),
            waiting: VecDeque::new(),
            with_engine: HashSet::new(),
            unseen: HashMap::new(),
            was_busy: false,
            stats,
        }
    }

    /// Nothing once nobody can send any more.
    fn next(&mut self, inbox: &Receiver<Message>) -> Option<Message> {
        if self.was_busy && self.with_engine.is_empty() {
            match inbox.recv_timeout(IDLE) {
                Err(RecvTimeoutError::Timeout) => {
                    give_back(&self.pipeline);
                    self.was_busy = false;
                }
                received => return received.ok(),
            }
        }
        inbox.recv().ok()
    }

    pub fn run(mut self, inbox: &Receiver<Message>) {
        while let Some(message) = self.next(inbox) {
            match message {
                Message::Submit(live) => {
                    let id = live.sampling.id;
                    self.live.insert(id, *live);
                    self.waiting.push_back(id);
                }
                Message::Cancel(id) => {
                    self.fail(id, Status::Cancelled, "the request was cancelled")
                }
                Message::Report(report) => self.report(report),
                Message::Closed(id, reason) => self.closed(id, reason),
                Message::Stop => break,
            }
            self.start_waiting();
            self.count();
        }
        let ids: Vec<u64> = self.live.keys().copied().collect();
        for id in ids {
            self.fail(id, Status::Cancelled, "the model was unloaded");
        }
        self.count();
    }

    fn count(&self) {
        let waiting = self.waiting.len();
        self.stats.waiting.store(waiting as u32, Ordering::Relaxed);
        self.stats
            .running
            .store((self.live.len() - waiting) as u32, Ordering::Relaxed);
        self.stats
            .prompt_tokens_unseen
            .store(self.unseen.values().sum(), Ordering::Relaxed);
    }

    fn start_waiting(&mut self) {
        while self.with_engine.len() < self.most_running {
            let Some(id) = self.waiting.pop_front() else {
                return;
            };
            if !self.start(id) {
                self.stats.dead.store(true, Ordering::Relaxed);
                self.fail(id, Status::Internal, &last_panic());
            }
        }
    }

    /// False when the engine is gone.
    fn start(&mut self, id: u64) -> bool {
        let Some(live) = self.live.get_mut(&id) else {
            return true;
        };
        let Some(prompt) = live.prompt.take() else {
            return true;
        };
        // Drained at once, by the forwarder.
        let (sender, responses) = engine_channel(64);
        let sampling = SamplingParams {
            max_len: Some(live.sampling.max_tokens),
            ..SamplingParams::deterministic()
        };
        let mut request =
            NormalRequest::new_simple(prompt.message, sampling, sender, id as usize, None, None);
        request.is_streaming = true;
        request.constraint = Constraint::None;
        request.logits_processors = Some(vec![live.sampling.clone()]);
        if self
            .engine
            .try_send(Request::Normal(Box::new(request)))
            .is_err()
        {
            return false;
        }
        self.with_engine.insert(id);
        self.unseen.insert(id, prompt.tokens.max(1) as u64);
        let forwarding = forward(id, responses, self.messages.clone());
        live.forwarder = Some(runtime().spawn(forwarding).abort_handle());
        true
    }

    fn report(&mut self, report: Report) {
        let id = report.id;
        match report.what {
            What::Prompt(tokens) => {
                if self.unseen.remove(&id).is_some() {
                    self.stats
                        .prompt_tokens
                        .fetch_add(tokens as u64, Ordering::Relaxed);
                }
                if let Some(live) = self.live.get_mut(&id) {
                    live.prompt_tokens = tokens;
                }
            }
            What::Gone => {
                self.with_engine.remove(&id);
                self.unseen.remove(&id);
                self.was_busy = true;
            }
            What::Token(choice) => {
                self.stats.tokens.fetch_add(1, Ordering::Relaxed);
                let Some(live) = self.live.get(&id) else {
                    return;
                };
                let prompt_tokens = live.prompt_tokens as u32;
                let goes_on = live
                    .callback
                    .token(prompt_tokens, choice.token, &choice.logprobs);
                if !goes_on {
                    self.take(id);
                }
            }
            What::Stopped => self.end(id, |live| live.callback.stopped(live.prompt_tokens as u32)),
            What::Length => self.end(id, |live| live.callback.length(live.prompt_tokens as u32)),
            What::Failed(reason) => self.fail(id, Status::Internal, &reason),
        }
    }

    fn closed(&mut self, id: u64, reason: Option<String>) {
        self.unseen.remove(&id);
        let Some(live) = self.live.get(&id) else {
            return;
        };
        let mut reason = reason.unwrap_or_else(|| {
            self.stats.dead.store(true, Ordering::Relaxed);
            last_panic()
        });
        if live.prompt_tokens == 0 {
            reason += "; perhaps the images make the prompt longer than the model's context";
        }
        self.fail(id, Status::Internal, &reason);
    }

    fn fail(&mut self, id: u64, status: Status, reason: &str) {
        self.end(id, |live| {
            live.callback
                .failed(live.prompt_tokens as u32, status, reason)
        });
    }

    fn end(&mut self, id: u64, last_event: impl FnOnce(&Live)) {
        if let Some(live) = self.take(id) {
            last_event(&live);
        }
    }

    /// Forgets a request and gives it up in the engine.
    fn take(&mut self, id: u64) -> Option<Live> {
        let live = self.live.remove(&id)?;
        if live.prompt.is_some() {
            self.waiting.retain(|waiting| *waiting != id);
        }
        live.sampling.given_up.store(true, Ordering::Relaxed);
        if let Some(forwarder) = &live.forwarder {
            forwarder.abort();
        }
        Some(live)
    }
}

/// Drains what the engine says. Its tokens are known from the sampling; what is left are errors.
async fn forward(id: u64, mut responses: Responses<Response>, messages: Sender<Message>) {
    let mut reason = None;
    while let Some(response) = responses.recv().await {
        let said = match response {
            Response::InternalError(error) | Response::ValidationError(error) => error.to_string(),
            Response::ModelError(message, _) | Response::CompletionModelError(message, _) => {
                message
            }
            _ => continue,
        };
        // What follows is a stack.
        let first = said.lines().next().unwrap_or_default();
        reason = Some(format!("mistral.rs: {first}"));
        break;
    }
    let _ = messages.send(Message::Closed(id, reason));
}

/// For the forwarders of all models.
fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("pcai-mrs-io")
            .build()
            .expect("a thread can be started")
    })
}
