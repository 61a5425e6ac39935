//! A loaded model: takes requests, hands so many at a time to the engine, and delivers their events
//! on one thread, which alone knows what is live.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::mpsc::{channel, Receiver, Sender};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use mistralrs::{Constraint, NormalRequest, Request, RequestMessage, Response, SamplingParams};
use serde_json::json;
use tokio::runtime::Runtime;
use tokio::sync::mpsc::{channel as engine_channel, Receiver as Responses, Sender as EngineSender};
use tokio::task::AbortHandle;

use crate::events::Callback;
use crate::fault::{fault, guarded, internal, last_panic, Fault, Status};
use crate::guide::ForeignGuide;
use crate::load::{load, Config, SharedPipeline};
use crate::prompt::{Body, Chat, Prompt, Prompts};
use crate::request::{Progress, Report, Sampling, What};
use crate::tokenizer::TextTokens;

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

pub struct Model {
    prompts: Prompts,
    ends: Arc<[u32]>,
    context_length: usize,
    generates: bool,
    pub stats: Arc<Stats>,
    pub panics: Arc<AtomicBool>,
    messages: Sender<Message>,
    event_thread: Option<JoinHandle<()>>,
    requests: EngineSender<Request>,
    engine: Option<mistralrs::Model>,
    pipeline: SharedPipeline,
}

/// A request that has not ended.
pub struct Live {
    sampling: Arc<Sampling>,
    callback: Callback,
    prompt: Option<Prompt>,
    prompt_tokens: usize,
    forwarder: Option<AbortHandle>,
}

impl Model {
    /// The model, and what pcai_mrs_load answers.
    pub fn load(config: &Config) -> Result<(Self, String), Fault> {
        let loaded = load(config)?;
        let sender = loaded.engine.inner().get_sender(None).map_err(internal)?;
        let info = json!({
            "context_length": loaded.context_length,
            "vocabulary_size": loaded.tokens.size(),
            "category": loaded.category_name,
            "chat_template": loaded.template_source,
            "ends": *loaded.ends,
            "sees": loaded.sees,
        });
        let stats = Arc::new(Stats::default());
        let (messages, inbox) = channel();
        let events = Events {
            engine: sender.clone(),
            messages: messages.clone(),
            most_running: config.max_sequences.max(1),
            live: HashMap::new(),
            waiting: VecDeque::new(),
            with_engine: HashSet::new(),
            unseen: HashMap::new(),
            stats: stats.clone(),
        };
        let event_thread = std::thread::Builder::new()
            .name("pcai-mrs-events".to_string())
            .spawn(move || events.run(&inbox))
            .map_err(internal)?;
        let model = Self {
            generates: loaded.category_name != "embedding",
            prompts: Prompts {
                tokens: loaded.tokens,
                chat_template: loaded.chat_template,
                category: loaded.category,
            },
            ends: loaded.ends,
            context_length: loaded.context_length,
            stats,
            panics: Arc::default(),
            messages,
            event_thread: Some(event_thread),
            requests: sender,
            engine: Some(loaded.engine),
            pipeline: loaded.pipeline,
        };
        Ok((model, info.to_string()))
    }

    /// The prompt's tokens, 0 where they are not known yet.
    pub fn submit(
        &self,
        id: u64,
        body: Body,
        images: &[&[u8]],
        guide: Option<ForeignGuide>,
        callback: Callback,
    ) -> Result<usize, Fault> {
        if !self.generates {
            let message = "the model makes embeddings, it generates no text";
            return Err(fault(Status::Unsupported, message, "model"));
        }
        let context_length = match body.context_length {
            0 => self.context_length,
            given => given.min(self.context_length),
        };
        let prompt = self.prompts.prepare(body.prompt, images, context_length)?;
        let most = context_length.saturating_sub(prompt.tokens).max(1);
        let sampling = Arc::new(Sampling {
            id,
            max_tokens: most.min(body.params.max_tokens as usize),
            context_length,
            params: body.params,
            ends: self.ends.clone(),
            reports: self.messages.clone(),
            given_up: AtomicBool::new(false),
            panics: self.panics.clone(),
            progress: Mutex::new(Progress::guided(guide)),
        });
        let prompt_tokens = prompt.tokens;
        let live = Live {
            sampling,
            callback,
            prompt: Some(prompt),
            prompt_tokens,
            forwarder: None,
        };
        self.messages
            .send(Message::Submit(Box::new(live)))
            .map_err(internal)?;
        Ok(prompt_tokens)
    }

    pub fn tokens(&self) -> &TextTokens {
        &self.prompts.tokens
    }

    /// See pcai_mrs_render.
    pub fn render(&self, chat: &Chat) -> Result<String, Fault> {
        let (prompt, begun) = self.prompts.render(chat)?;
        Ok(json!({"prompt": prompt, "begun": begun}).to_string())
    }

    /// The vector of a text. Blocks until the engine has computed it.
    pub fn embed(&self, tokens: Vec<u32>) -> Result<Vec<f32>, Fault> {
        if self.generates {
            let message = "the model generates text; mistral.rs makes embeddings of models for \
                           embeddings alone (embeddinggemma, Qwen3-Embedding)";
            return Err(fault(Status::Unsupported, message, "model"));
        }
        self.prompts
            .check(&tokens, self.context_length + 1, "input")?;
        let (sender, mut responses) = engine_channel(1);
        let message = RequestMessage::EmbeddingTokens { prompt: tokens };
        let sampling = SamplingParams::deterministic();
        let request = NormalRequest::new_simple(message, sampling, sender, 0, None, None);
        let request = Request::Normal(Box::new(request));
        let response = self
            .requests
            .blocking_send(request)
            .ok()
            .and_then(|()| responses.blocking_recv());
        match response {
            Some(Response::Embeddings { embeddings, .. }) => Ok(embeddings),
            Some(Response::InternalError(error) | Response::ValidationError(error)) => {
                Err(internal(format!("mistral.rs: {error}")))
            }
            Some(_) => Err(internal("mistral.rs answered with something else")),
            None => {
                self.stats.dead.store(true, Ordering::Relaxed);
                Err(internal(last_panic()))
            }
        }
    }

    pub fn cancel(&self, id: u64) {
        // Nobody is there only while the model is being unloaded, which ends all requests.
        let _ = self.messages.send(Message::Cancel(id));
    }

    /// See pcai_mrs_unload.
    pub fn unload(mut self, timeout: Duration) {
        let _ = self.messages.send(Message::Stop);
        if let Some(thread) = self.event_thread.take() {
            let _ = thread.join();
        }
        // Tells the engine to end.
        let _ = guarded(|| drop(self.engine.take()));
        let end = Instant::now() + timeout;
        while Arc::strong_count(&self.pipeline) > 1 && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// The event thread's own.
struct Events {
    engine: EngineSender<Request>,
    messages: Sender<Message>,
    most_running: usize,
    live: HashMap<u64, Live>,
    waiting: VecDeque<u64>,
    /// Requests that the engine has not let go of, given up ones too: it goes on with these to the
    /// end of their prompts, so they take a place.
    with_engine: HashSet<u64>,
    /// The prompts among them that are not through.
    unseen: HashMap<u64, u64>,
    stats: Arc<Stats>,
}

impl Events {
    fn run(mut self, inbox: &Receiver<Message>) {
        while let Ok(message) = inbox.recv() {
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
