//! A model's tokenizer, which may be used after the model is gone.

use std::sync::{Arc, OnceLock};

use mistralrs::llguidance::toktrie::TokEnv;
use tokenizers::{DecoderWrapper, Tokenizer};

use crate::fault::{fault, Fault, Status};

/// PCAI_MRS_BEGIN and PCAI_MRS_SPECIAL.
pub const BEGIN: u32 = 1;
pub const SPECIAL: u32 = 2;

/// Of an entry of the vocabulary: a special token.
const SPECIAL_BIT: u32 = 1 << 31;

#[derive(Clone)]
pub struct TextTokens {
    tokenizer: Arc<Tokenizer>,
    /// Takes names of special tokens for text. Made for the first text that needs it.
    plain: Arc<OnceLock<Tokenizer>>,
    /// None for models that generate nothing.
    tokens: Option<TokEnv>,
}

impl TextTokens {
    pub fn new(tokenizer: Arc<Tokenizer>, tokens: Option<TokEnv>) -> Self {
        Self {
            tokenizer,
            plain: Arc::default(),
            tokens,
        }
    }

    pub fn size(&self) -> usize {
        match &self.tokens {
            Some(tokens) => tokens.tok_trie().vocab_size(),
            None => self.tokenizer.get_vocab_size(true),
        }
    }

    pub fn encode(&self, text: &str, flags: u32) -> Result<Vec<u32>, Fault> {
        let tokenizer = if flags & SPECIAL != 0 {
            self.tokenizer.as_ref()
        } else {
            self.plain.get_or_init(|| {
                let mut plain = self.tokenizer.as_ref().clone();
                plain.set_encode_special_tokens(true);
                plain
            })
        };
        tokenizer
            .encode_fast(text, flags & BEGIN != 0)
            .map(|encoding| encoding.get_ids().to_vec())
            .map_err(|error| {
                let message = format!("the text cannot be tokenized: {error}");
                fault(Status::InvalidRequest, message, "prompt")
            })
    }

    /// See pcai_mrs_vocabulary.
    pub fn vocabulary(&self) -> Vec<u8> {
        let mut entries = Vec::new();
        for token in 0..self.size() as u32 {
            let (bytes, special) = self.token(token);
            let mark = if special { SPECIAL_BIT } else { 0 };
            entries.extend_from_slice(&(bytes.len() as u32 | mark).to_le_bytes());
            entries.extend_from_slice(&bytes);
        }
        entries
    }

    /// A token's bytes, or a special token's name.
    fn token(&self, token: u32) -> (Vec<u8>, bool) {
        let Some(tokens) = &self.tokens else {
            return self.spell(token);
        };
        let trie = tokens.tok_trie();
        let bytes = trie.decode_ext(&[token], true);
        if !trie.is_special_token(token) {
            return (bytes, false);
        }
        // Of a GGUF file all are called special that are not usual: bytes and runs of blanks too.
        if let Some(byte) = self
            .tokenizer
            .id_to_token(token)
            .as_deref()
            .and_then(byte_named)
        {
            return (vec![byte], false);
        }
        let blank = !bytes.is_empty() && bytes.iter().all(u8::is_ascii_whitespace);
        (bytes, !blank)
    }

    /// The same by the tokenizer alone.
    fn spell(&self, token: u32) -> (Vec<u8>, bool) {
        let added = self.tokenizer.get_added_tokens_decoder();
        if let Some(added) = added.get(&token) {
            return (added.content.clone().into_bytes(), added.special);
        }
        let name = self.tokenizer.id_to_token(token).unwrap_or_default();
        if let Some(byte) = byte_named(&name) {
            return (vec![byte], false);
        }
        let in_byte_letters = matches!(
            self.tokenizer.get_decoder(),
            Some(DecoderWrapper::ByteLevel(_))
        );
        let bytes = in_byte_letters.then(|| name.chars().map(byte_of_letter).collect());
        let text = || name.replace('\u{2581}', " ").into_bytes();
        (bytes.flatten().unwrap_or_else(text), false)
    }
}

/// The byte that GPT-2 writes as this letter: itself where it can be printed, else one from 256 on.
fn byte_of_letter(letter: char) -> Option<u8> {
    let printed = |byte: u8| matches!(byte, 33..=126 | 161..=172 | 174..=255);
    let code = u32::from(letter);
    if let Some(byte) = u8::try_from(code).ok().filter(|byte| printed(*byte)) {
        return Some(byte);
    }
    let index = usize::try_from(code.checked_sub(256)?).ok()?;
    (0..=u8::MAX).filter(|byte| !printed(*byte)).nth(index)
}

/// The byte that a token such as `<0x0A>` stands for.
fn byte_named(name: &str) -> Option<u8> {
    let digits = name.strip_prefix("<0x")?.strip_suffix('>')?;
    let is_hex = digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_hex.then(|| u8::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_gpt2_are_bytes() {
        assert_eq!(byte_of_letter('a'), Some(b'a'));
        assert_eq!(byte_of_letter('\u{120}'), Some(b' '));
        assert_eq!(byte_of_letter('\u{10a}'), Some(b'\n'));
        assert_eq!(byte_of_letter('\u{143}'), Some(0xad));
        assert_eq!(byte_of_letter('\u{144}'), None);
        let mut all: Vec<u8> = ('\0'..='\u{200}').filter_map(byte_of_letter).collect();
        all.sort_unstable();
        assert_eq!(all, (0..=255).collect::<Vec<u8>>());
    }

    #[test]
    fn names_of_bytes_are_bytes_and_nothing_else_is() {
        assert_eq!(byte_named("<0x0A>"), Some(10));
        assert_eq!(byte_named("<0xff>"), Some(255));
        for name in [
            "<0x0>",
            "<0x0AB>",
            "<0x+1>",
            "0x0A",
            "<|0x0A|>",
            "<0x\u{e4}>",
        ] {
            assert_eq!(byte_named(name), None, "{name}");
        }
    }
}
