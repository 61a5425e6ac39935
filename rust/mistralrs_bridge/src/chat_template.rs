//! Renders messages. Our own, because the engine renders under the lock that a running step holds.

use std::io::{Error as IoError, ErrorKind as IoErrorKind, Result as IoResult, Write};

use minijinja::value::Kwargs;
use minijinja::{context, Environment, Error, ErrorKind, Value};
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use crate::fault::{fault, Fault, Status};

/// As OpenAI writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chat {
    /// An image part is {"type": "image"} and takes the next image.
    pub messages: Vec<Json>,
    pub tools: Json,
    /// What the template sees as enable_thinking.
    pub reasoning: bool,
    /// What else the template sees.
    pub arguments: Map<String, Json>,
}

/// A model's template and the texts of the tokens that templates name.
pub struct ChatTemplate {
    environment: Environment<'static>,
    pub bos: Option<String>,
    eos: Option<String>,
    unk: Option<String>,
}

const NAME: &str = "chat template";

impl ChatTemplate {
    pub fn new(
        source: &str,
        bos: Option<String>,
        eos: Option<String>,
        unk: Option<String>,
    ) -> Result<Self, Error> {
        let mut environment = Environment::new();
        environment
            .set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        environment.set_lstrip_blocks(true);
        environment.set_trim_blocks(true);
        environment.add_function(
            "raise_exception",
            |message: String| -> Result<String, Error> {
                Err(Error::new(ErrorKind::InvalidOperation, message))
            },
        );
        environment.add_function("strftime_now", |format: String| -> String {
            chrono::Utc::now().format(&format).to_string()
        });
        environment.add_filter("tojson", to_json);
        environment.add_template_owned(NAME, without_python(source))?;
        Ok(Self {
            environment,
            bos,
            eos,
            unk,
        })
    }

    /// The prompt, up to where the answer begins.
    pub fn render(&self, chat: &Chat) -> Result<String, Fault> {
        let rendered = self.environment.get_template(NAME).and_then(|template| {
            template.render(context! {
                ..Value::from_serialize(&chat.arguments),
                ..context! {
                messages => Value::from_serialize(&chat.messages),
                tools => Value::from_serialize(&chat.tools),
                add_generation_prompt => true,
                bos_token => self.bos,
                eos_token => self.eos,
                unk_token => self.unk,
                date_string => chrono::Utc::now().format("%d, %B, %Y").to_string(),
                enable_thinking => chat.reasoning,
                reasoning_effort => "medium",
                }
            })
        });
        rendered.map_err(|error| {
            let reason = error
                .detail()
                .map_or_else(|| error.to_string(), ToString::to_string);
            fault(
                Status::InvalidRequest,
                format!("the model's chat template refuses these messages: {reason}"),
                "messages",
            )
        })
    }
}

/// What templates use of Python and minijinja does not know.
fn without_python(source: &str) -> String {
    source
        .replace("[::-1]", "|reverse")
        .replace("{% generation %}", "")
        .replace("{% endgeneration %}", "")
}

/// As Python's json.dumps, which templates are written for.
fn to_json(value: &Value, kwargs: Kwargs) -> Result<Value, Error> {
    let failed = |error: IoError| Error::new(ErrorKind::BadSerialization, error.to_string());
    let mut bytes = Vec::new();
    let indent: Option<usize> = kwargs.get("indent")?;
    if let Some(indent) = indent.filter(|indent| *indent <= 16) {
        let spaces = b" ".repeat(indent);
        let formatter = serde_json::ser::PrettyFormatter::with_indent(&spaces);
        let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, formatter);
        serde::Serialize::serialize(value, &mut serializer)
            .map_err(|error| failed(error.into()))?;
    } else {
        let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, Spaced);
        serde::Serialize::serialize(value, &mut serializer)
            .map_err(|error| failed(error.into()))?;
    }
    let text = String::from_utf8(bytes)
        .map_err(|error| failed(IoError::new(IoErrorKind::InvalidData, error)))?;
    Ok(Value::from_safe_string(text))
}

/// A blank after each comma and colon.
struct Spaced;

impl serde_json::ser::Formatter for Spaced {
    fn begin_array_value<W: ?Sized + Write>(&mut self, to: &mut W, first: bool) -> IoResult<()> {
        to.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, to: &mut W, first: bool) -> IoResult<()> {
        to.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, to: &mut W) -> IoResult<()> {
        to.write_all(b": ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn render(source: &str, messages: &Json) -> Result<String, Fault> {
        let chat = json!({"messages": messages, "tools": null, "reasoning": false, "arguments": {"tone": "kind"}});
        ChatTemplate::new(source, Some("<s>".into()), Some("</s>".into()), None)
            .unwrap()
            .render(&serde_json::from_value(chat).unwrap())
    }

    #[test]
    fn a_template_sees_messages_and_tokens() {
        let source =
            "{{ bos_token }}{% for m in messages %}[{{ m.role }}]{{ m['content'].strip() }}\
                      {% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}";
        let messages = json!([{"role": "user", "content": " hi "}]);
        assert_eq!(render(source, &messages).unwrap(), "<s>[user]hi[assistant]");
    }

    #[test]
    fn a_template_sees_its_arguments() {
        let source = "{{ tone }} {{ enable_thinking }}";
        assert_eq!(render(source, &json!([])).unwrap(), "kind False");
    }

    #[test]
    fn no_tools_are_none() {
        let source = "{{ tools is none }}{% if tools %}some{% endif %}";
        assert_eq!(render(source, &json!([])).unwrap(), "True");
    }

    #[test]
    fn what_a_template_raises_is_the_message() {
        let fault = render("{{ raise_exception('no system role') }}", &json!([])).unwrap_err();
        assert_eq!(fault.status, Status::InvalidRequest);
        assert!(
            fault.message.contains("no system role"),
            "{}",
            fault.message
        );
    }

    #[test]
    fn json_is_as_python_writes_it() {
        let messages = json!([{"a": "<&'>", "b": [1, {}]}]);
        assert_eq!(
            render("{{ messages[0] | tojson }}", &messages).unwrap(),
            r#"{"a": "<&'>", "b": [1, {}]}"#
        );
    }

    #[test]
    fn members_keep_their_order() {
        let messages = json!([{"type": "function", "name": "f", "a": {"y": 1, "x": 2}}]);
        assert_eq!(
            render("{{ messages[0] | tojson }}", &messages).unwrap(),
            r#"{"type": "function", "name": "f", "a": {"y": 1, "x": 2}}"#
        );
        let each = "{% for key, value in messages[0].a.items() %}{{ key }}{{ value }} {% endfor %}";
        assert_eq!(render(each, &messages).unwrap(), "y1 x2 ");
    }
}
