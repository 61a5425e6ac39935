//! From a request's JSON to what the engine takes, on the caller's thread, so that a prompt that does
//! not fit is refused before anything is queued.

use std::io::Cursor;

use image::{DynamicImage, ImageReader, Limits};
use mistralrs::{ModelCategory, MultimodalMessages, RequestLike, RequestMessage, TextMessageRole};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::chat_template::ChatTemplate;
use crate::fault::{fault, Fault, Status};
use crate::sampler::Params;
use crate::tokenizer::TextTokens;

/// A request as pcai_mrs_submit takes it.
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
    Tokens(Vec<u32>),
    /// With images.
    Chat(Chat),
}

/// As OpenAI writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chat {
    /// An image part is {"type": "image"} and takes the next image.
    pub messages: Vec<Value>,
    pub tools: Value,
    /// What the template sees as enable_thinking.
    pub thinking: bool,
    /// What else the template sees.
    pub arguments: Map<String, Value>,
}

pub struct Prompts {
    pub tokens: TextTokens,
    pub chat_template: Option<ChatTemplate>,
    pub category: ModelCategory,
}

/// What the engine takes, and how many tokens it is; unknown (0) with images.
pub struct Prompt {
    pub message: RequestMessage,
    pub tokens: usize,
}

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
        let tokens = match input {
            Input::Tokens(tokens) => tokens,
            Input::Chat(chat) => return self.with_images(chat, images),
        };
        self.check(&tokens, context_length, "messages")?;
        Ok(Prompt {
            tokens: tokens.len(),
            message: RequestMessage::CompletionTokens(tokens),
        })
    }

    /// The prompt, and whether it has the begin-of-text token already.
    pub fn render(&self, chat: &Chat) -> Result<(String, bool), Fault> {
        let template = self.template()?;
        let text = template.render(chat)?;
        let begun = template
            .bos
            .as_deref()
            .is_some_and(|bos| text.starts_with(bos));
        Ok((text, begun))
    }

    pub fn check(
        &self,
        tokens: &[u32],
        context_length: usize,
        field: &'static str,
    ) -> Result<(), Fault> {
        let size = self.tokens.size();
        if let Some(wrong) = tokens.iter().find(|token| **token as usize >= size) {
            let message = format!("token {wrong} is not in the model's vocabulary of {size}");
            return Err(fault(Status::InvalidRequest, message, "prompt"));
        }
        if tokens.is_empty() {
            return Err(fault(Status::InvalidRequest, "the prompt is empty", field));
        }
        if tokens.len() < context_length {
            return Ok(());
        }
        let message = format!(
            "the prompt has {} tokens, which does not fit the context of {context_length} tokens \
             with at least one token of answer; shorten the messages",
            tokens.len()
        );
        Err(fault(Status::ContextOverflow, message, field))
    }

    fn template(&self) -> Result<&ChatTemplate, Fault> {
        self.chat_template.as_ref().ok_or_else(|| {
            let message = "the model has no chat template; give one, or a plain prompt";
            fault(Status::Unsupported, message, "messages")
        })
    }

    /// The engine itself renders these: what an image becomes is the model's own affair.
    fn with_images(&self, chat: Chat, images: &[&[u8]]) -> Result<Prompt, Fault> {
        let bad = |message: String| fault(Status::InvalidRequest, message, "messages");
        if !matches!(self.category, ModelCategory::Multimodal { .. }) {
            let message = "the model takes no images".to_string();
            return Err(fault(Status::Unsupported, message, "messages"));
        }
        self.template()?;
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
