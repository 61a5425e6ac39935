//! A loaded model: checks requests on the caller's thread and hands them to its event thread.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{channel, Sender};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use mistralrs::{NormalRequest, Request, RequestMessage, Response, SamplingParams};
use serde_json::json;
use tokio::sync::mpsc::{channel as engine_channel, Sender as EngineSender};

use crate::chat_template::Chat;
use crate::event_thread::{Events, Live, Message, Stats};
use crate::events::Callback;
use crate::fault::{fault, guarded, internal, last_panic, Fault, Status};
use crate::guide::ForeignGuide;
use crate::load::{load, Config, SharedPipeline};
use crate::prompt::{Body, Prompts};
use crate::request::{Progress, Report, Sampling};
use crate::tokenizer::TextTokens;

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
            "usual_template": loaded.usual_template,
            "ends": *loaded.ends,
            "sees": loaded.sees,
        });
        let stats = Arc::new(Stats::default());
        let (messages, inbox) = channel();
        let events = Events::new(
            sender.clone(),
            loaded.pipeline.clone(),
            messages.clone(),
            config.max_sequences,
            stats.clone(),
        );
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
            report: self.reports(),
            given_up: AtomicBool::new(false),
            panics: self.panics.clone(),
            progress: Mutex::new(Progress::guided(guide)),
        });
        let prompt_tokens = prompt.tokens;
        let live = Live::new(sampling, callback, prompt);
        self.messages
            .send(Message::Submit(Box::new(live)))
            .map_err(internal)?;
        Ok(prompt_tokens)
    }

    /// Hands a request's reports to the event thread. Nobody hears them while the model is being
    /// unloaded.
    fn reports(&self) -> Box<dyn Fn(Report) + Send + Sync> {
        let messages = self.messages.clone();
        Box::new(move |report| {
            let _ = messages.send(Message::Report(report));
        })
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
