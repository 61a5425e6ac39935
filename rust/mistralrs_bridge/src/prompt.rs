//! From a request's JSON to what the engine takes. Text is rendered and tokenized here, on the
//! caller's thread, so that a prompt that does not fit is refused before anything is queued.

use std::io::Cursor;
use std::sync::Arc;

use image::{DynamicImage, ImageReader, Limits};
use mistralrs::{ModelCategory, MultimodalMessages, RequestLike, RequestMessage, TextMessageRole};
use serde::Deserialize;
use serde_json::{Map, Value};
use tokenizers::Tokenizer;

use crate::chat_template::ChatTemplate;
use crate::fault::{fault, Fault, Status};
use crate::sampler::Params;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    pub prompt: Input,
    /// Most tokens of prompt and answer together; 0 = the model's own.
    pub context_length: usize,
    pub params: Params,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Input {
    Chat(Chat),
    Text(String),
    Tokens(Vec<u32>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chat {
    /// As OpenAI writes them; an image part is {"type": "image"} and takes the next image.
    pub messages: Vec<Value>,
    /// What the template sees as enable_thinking.
    pub thinking: bool,
    /// What else the template sees.
    pub arguments: Map<String, Value>,
}

pub struct Prompts {
    pub tokenizer: Arc<Tokenizer>,
    pub vocabulary_size: usize,
    pub chat_template: Option<ChatTemplate>,
    pub category: ModelCategory,
}

/// What the engine takes, and how many tokens it is; unknown (0) with images.
pub struct Prompt {
    pub message: RequestMessage,
    pub tokens: usize,
}

/// Room for text that takes few tokens, such as runs of spaces, yet far from what hurts.
const MOST_BYTES_PER_TOKEN: usize = 16;
const MOST_IMAGES: usize = 8;
const LONGEST_SIDE: u32 = 16_384;
const MOST_IMAGE_BYTES: u64 = 256 << 20; // decoded

impl Prompts {
    pub fn prepare(
        &self,
        input: Input,
        images: &[&[u8]],
        context_length: usize,
    ) -> Result<Prompt, Fault> {
        if !images.is_empty() {
            return self.with_images(input, images);
        }
        let tokens = match input {
            Input::Tokens(tokens) => {
                if let Some(wrong) = tokens.iter().find(|t| **t as usize >= self.vocabulary_size) {
                    let message = format!(
                        "token {wrong} is not in the model's vocabulary of {}",
                        self.vocabulary_size
                    );
                    return Err(fault(Status::InvalidRequest, message, "prompt"));
                }
                tokens
            }
            Input::Text(text) => self.tokenize(&text, true, context_length, "prompt")?,
            Input::Chat(chat) => {
                let template = self.template()?;
                let text = template.render(&chat)?;
                // A template that writes the first token itself must not get a second one.
                let has_first = template
                    .bos
                    .as_deref()
                    .is_some_and(|bos| text.starts_with(bos));
                self.tokenize(&text, !has_first, context_length, "messages")?
            }
        };
        if tokens.is_empty() {
            return Err(fault(
                Status::InvalidRequest,
                "the prompt is empty",
                "messages",
            ));
        }
        if tokens.len() >= context_length {
            return Err(overflow(tokens.len(), "tokens", context_length));
        }
        Ok(Prompt {
            tokens: tokens.len(),
            message: RequestMessage::CompletionTokens(tokens),
        })
    }

    fn template(&self) -> Result<&ChatTemplate, Fault> {
        self.chat_template.as_ref().ok_or_else(|| {
            let message = "the model has no chat template; give one, or a plain prompt";
            fault(Status::Unsupported, message, "messages")
        })
    }

    fn tokenize(
        &self,
        text: &str,
        add_special: bool,
        context_length: usize,
        field: &'static str,
    ) -> Result<Vec<u32>, Fault> {
        if text.len() > MOST_BYTES_PER_TOKEN.saturating_mul(context_length) {
            return Err(overflow(text.len(), "bytes", context_length));
        }
        self.tokenizer
            .encode_fast(text, add_special)
            .map(|e| e.get_ids().to_vec())
            .map_err(|error| {
                let message = format!("the text cannot be tokenized: {error}");
                fault(Status::InvalidRequest, message, field)
            })
    }

    /// The engine itself renders these: what an image becomes is the model's own affair.
    fn with_images(&self, input: Input, images: &[&[u8]]) -> Result<Prompt, Fault> {
        let bad = |message: String| fault(Status::InvalidRequest, message, "messages");
        if !matches!(self.category, ModelCategory::Multimodal { .. }) {
            let message = "the model takes no images".to_string();
            return Err(fault(Status::Unsupported, message, "messages"));
        }
        self.template()?;
        let Input::Chat(chat) = input else {
            return Err(bad("images come in messages".to_string()));
        };
        if !chat.arguments.is_empty() {
            let message = "template arguments cannot be given beside images";
            return Err(fault(Status::Unsupported, message, "chat_template_kwargs"));
        }
        if images.len() > MOST_IMAGES {
            return Err(bad(format!("more than {MOST_IMAGES} images")));
        }
        let mut rest = images.iter().enumerate();
        let mut built = MultimodalMessages::new();
        for message in &chat.messages {
            let role = match message["role"].as_str() {
                Some("system") => TextMessageRole::System,
                Some("assistant") => TextMessageRole::Assistant,
                Some("tool") => TextMessageRole::Tool,
                _ => TextMessageRole::User,
            };
            let mut text = String::new();
            let mut shown = Vec::new();
            match &message["content"] {
                Value::String(content) => text.clone_from(content),
                Value::Array(parts) => {
                    for part in parts {
                        if let Some(piece) = part["text"].as_str() {
                            text.push_str(piece);
                        } else {
                            let (index, bytes) = rest
                                .next()
                                .ok_or_else(|| bad("an image is missing".into()))?;
                            shown.push(decode(bytes).map_err(|reason| {
                                bad(format!("image {index} cannot be read: {reason}"))
                            })?);
                        }
                    }
                }
                _ => {}
            }
            built = if shown.is_empty() {
                built.add_message(role, text)
            } else {
                built.add_image_message(role, text, shown)
            };
        }
        built.resolve_pending_prefixes(&self.category);
        Ok(Prompt {
            message: built.take_messages(),
            tokens: 0,
        })
    }
}

fn overflow(size: usize, unit: &str, context_length: usize) -> Fault {
    let message = format!(
        "the prompt has {size} {unit}, which does not fit the context of {context_length} tokens \
         with at least one token of answer; shorten the messages"
    );
    fault(Status::ContextOverflow, message, "messages")
}

fn decode(bytes: &[u8]) -> Result<DynamicImage, String> {
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|error| error.to_string())?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MOST_IMAGE_BYTES);
    reader.limits(limits);
    reader.decode().map_err(|error| error.to_string())
}
