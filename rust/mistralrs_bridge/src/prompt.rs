//! From a request's JSON to what the engine takes, on the caller's thread, so that a prompt that does
//! not fit is refused before anything is queued.

use std::fmt::Display;
use std::io::Cursor;

use either::Either;
use image::{DynamicImage, ImageReader, Limits};
use indexmap::IndexMap;
use mistralrs::{ModelCategory, RequestMessage};
use serde::Deserialize;
use serde_json::Value;

use crate::chat_template::{Chat, ChatTemplate};
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
const SHORTEST_SIDE: u32 = 32;
const MOST_STRETCHED: u32 = 100;
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
            Input::Chat(chat) => return self.with_images(&chat, images),
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

    /// The engine itself renders these: what an image becomes is the model's own affair. So the
    /// prompt's length is known later.
    fn with_images(&self, chat: &Chat, images: &[&[u8]]) -> Result<Prompt, Fault> {
        let ModelCategory::Multimodal { prefixer } = &self.category else {
            let message = "the model takes no images";
            return Err(fault(Status::Unsupported, message, "messages"));
        };
        if images.len() > MOST_IMAGES {
            let message = format!("there are more than {MOST_IMAGES} images");
            return Err(fault(Status::InvalidRequest, message, "messages"));
        }
        let mut shown = Vec::new();
        let mut messages = Vec::new();
        for (index, message) in chat.messages.iter().enumerate() {
            let mut written = IndexMap::new();
            for (key, value) in message.as_object().into_iter().flatten() {
                if let Some(text) = value.as_str() {
                    written.insert(key.clone(), Either::Left(text.to_string()));
                }
            }
            if let Some(parts) = message["content"].as_array() {
                let field = format!("messages[{index}].content");
                let mark = |image| prefixer.prefix_image(vec![image], "");
                let content = content_of(parts, images, &mark, &mut shown).map_err(|reason| {
                    let message = format!("{field}: {reason}");
                    fault(Status::InvalidRequest, message, field.as_str())
                })?;
                written.insert("content".to_string(), Either::Right(content));
            }
            messages.push(written);
        }
        Ok(Prompt {
            message: RequestMessage::MultimodalChat {
                images: shown,
                audios: Vec::new(),
                videos: Vec::new(),
                messages,
                enable_thinking: Some(chat.reasoning),
                reasoning_effort: None,
            },
            tokens: 0,
        })
    }
}

/// A message's parts as the engine takes them. `mark`: the text that stands for an image where the
/// chat template writes none; such templates see all text as one part.
fn content_of(
    parts: &[Value],
    images: &[&[u8]],
    mark: &dyn Fn(usize) -> String,
    shown: &mut Vec<DynamicImage>,
) -> Result<Vec<IndexMap<String, Value>>, String> {
    let part = |fields: &[(&str, &str)]| -> IndexMap<String, Value> {
        fields
            .iter()
            .map(|(key, value)| ((*key).to_string(), Value::from(*value)))
            .collect()
    };
    let marked = !mark(0).is_empty();
    let mut content = Vec::new();
    let mut text = String::new();
    for piece in parts {
        if let Some(said) = piece["text"].as_str() {
            text.push_str(said);
            if !marked {
                content.push(part(&[("type", "text"), ("text", said)]));
            }
            continue;
        }
        let bytes = images.get(shown.len()).ok_or("an image is missing")?;
        text.push_str(&mark(shown.len()));
        content.push(part(&[("type", "image")]));
        shown.push(decode(bytes)?);
    }
    if marked {
        content.push(part(&[("type", "text"), ("text", &text)]));
    }
    Ok(content)
}

/// What some models' processors panic about, or would make huge.
fn check_size(width: u32, height: u32) -> Result<(), String> {
    let (short, long) = (width.min(height), width.max(height));
    if short < SHORTEST_SIDE || long > LONGEST_SIDE || long / short > MOST_STRETCHED {
        return Err(format!(
            "the image has {width}x{height} pixels; a side must have {SHORTEST_SIDE} to \
             {LONGEST_SIDE}, and be at most {MOST_STRETCHED} times the other"
        ));
    }
    Ok(())
}

fn decode(bytes: &[u8]) -> Result<DynamicImage, String> {
    let unreadable = |error: &dyn Display| format!("the image cannot be read: {error}");
    let open = || {
        ImageReader::new(Cursor::new(bytes))
            .with_guessed_format()
            .map_err(|error| unreadable(&error))
    };
    let (width, height) = open()?
        .into_dimensions()
        .map_err(|error| unreadable(&error))?;
    check_size(width, height)?;
    let mut reader = open()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MOST_IMAGE_BYTES);
    reader.limits(limits);
    reader.decode().map_err(|error| unreadable(&error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(width, height)
            .write_to(&mut bytes, image::ImageFormat::Png)
            .unwrap();
        bytes.into_inner()
    }

    fn text_of(content: &[IndexMap<String, Value>]) -> Vec<&str> {
        content
            .iter()
            .map(|part| part.get("text").map_or("*", |text| text.as_str().unwrap()))
            .collect()
    }

    #[test]
    fn parts_keep_their_order_where_the_template_shows_images() {
        let image = png(40, 40);
        let parts = json!([{"type": "text", "text": "a"}, {"type": "image"},
                           {"type": "text", "text": "b"}]);
        let mut shown = Vec::new();
        let parts = parts.as_array().unwrap();
        let content = content_of(parts, &[&image], &|_| String::new(), &mut shown).unwrap();
        assert_eq!(text_of(&content), ["a", "*", "b"]);
        assert_eq!(shown.len(), 1);
    }

    #[test]
    fn marks_stand_where_the_images_do() {
        let image = png(40, 40);
        let parts = json!([{"type": "text", "text": "a"}, {"type": "image"},
                           {"type": "text", "text": "b"}, {"type": "image"}]);
        let mut shown = Vec::new();
        let mark = |index| format!("<{index}>");
        let parts = parts.as_array().unwrap();
        let content = content_of(parts, &[&image, &image], &mark, &mut shown).unwrap();
        assert_eq!(text_of(&content), ["*", "*", "a<0>b<1>"]);
        assert_eq!(shown.len(), 2);
    }

    #[test]
    fn images_are_bounded_before_they_are_decoded() {
        assert!(decode(&png(SHORTEST_SIDE, 100)).is_ok());
        for (width, height) in [(SHORTEST_SIDE - 1, 100), (100, 16), (32, 3300)] {
            let reason = decode(&png(width, height)).unwrap_err();
            assert!(reason.contains(&format!("{width}x{height}")), "{reason}");
        }
        // A header that promises more than there is.
        let mut huge = png(40, 40);
        huge[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
        assert!(decode(&huge).is_err());
    }

    #[test]
    fn what_is_no_image_says_so() {
        for bytes in [&b""[..], b"no image", &png(40, 40)[..60]] {
            let reason = decode(bytes).unwrap_err();
            assert!(reason.contains("cannot be read"), "{reason}");
        }
    }
}
