//! Loads a model with mistral.rs from local files.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mistralrs::core::{
    AddModelConfig, DeviceLayerMapMetadata, DeviceMapMetadata, EngineConfig, GGUFLoaderBuilder,
    GGUFSpecificConfig, Loader, Pipeline, SupportedModality,
};
use mistralrs::{
    best_device,
    model_builder_trait::{build_model_from_pipeline, AnyModelBuilder},
    parse_isq_value, AutoDeviceMapParams, DefaultSchedulerMethod, Device, DeviceMapSetting,
    ModelBuilder, ModelCategory, ModelDType, SchedulerConfig, TokenSource,
    UqffMultimodalModelBuilder, UqffTextModelBuilder,
};
use serde::Deserialize;
use tokio::sync::Mutex;

use crate::chat_template::ChatTemplate;
use crate::fault::{fault, guarded, internal, Fault, Status};
use crate::tokenizer::TextTokens;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    format: Format,
    #[serde(default)]
    folder: PathBuf,
    #[serde(default)]
    files: Vec<PathBuf>,
    isq: Option<String>,
    /// For tests: where the quantized weights are written to.
    #[serde(default)]
    write_uqff: Option<PathBuf>,
    chat_template: Option<String>,
    /// For a model without a template: the first whose mark its vocabulary has.
    #[serde(default)]
    usual_templates: Vec<UsualTemplate>,
    gpu_layers: i64,
    threads: usize,
    pub max_sequences: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UsualTemplate {
    /// Empty: any vocabulary will do.
    mark: String,
    source: String,
}

#[derive(Clone, Copy, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Format {
    Gguf,
    Safetensors,
    Uqff,
}

pub type SharedPipeline = Arc<Mutex<dyn Pipeline>>;

/// What a model needs beside its engine.
pub struct Loaded {
    pub engine: mistralrs::Model,
    pub pipeline: SharedPipeline,
    pub chat_template: Option<ChatTemplate>,
    /// The template's text.
    pub template_source: Option<String>,
    /// Which of the usual templates it is; None: the model's own, or one that was given.
    pub usual_template: Option<usize>,
    pub ends: Arc<[u32]>,
    pub context_length: usize,
    pub category: ModelCategory,
    /// It takes images.
    pub sees: bool,
    pub category_name: &'static str,
    pub tokens: TextTokens,
}

pub fn load(config: &Config) -> Result<Loaded, Fault> {
    choose_threads(config.threads);
    let source = Source::new(config)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(internal)?;
    let pipeline = guarded(|| runtime.block_on(source.read()))
        .map_err(|panic| fault(Status::InvalidModel, panic, "model_path"))?
        .map_err(|error| fault(Status::InvalidModel, format!("{error:#}"), "model_path"))?;
    let most = NonZeroUsize::new(config.max_sequences).unwrap_or(NonZeroUsize::MIN);
    let scheduler = SchedulerConfig::DefaultScheduler {
        method: DefaultSchedulerMethod::Fixed(most),
    };
    // Its prefix cache cannot be kept apart by who asks, and grows by whole sequences.
    let settings = AddModelConfig::new(EngineConfig {
        no_prefix_cache: true,
        throughput_logging_enabled: false,
        ..EngineConfig::default()
    });

    let (metadata, template, category, tokenizer) = {
        let pipeline = pipeline.try_lock().map_err(internal)?;
        (
            pipeline.get_metadata(),
            pipeline.get_chat_template(),
            pipeline.category(),
            pipeline.tokenizer(),
        )
    };
    let category_name = match category {
        ModelCategory::Text => "text",
        ModelCategory::Multimodal { .. } => "multimodal",
        ModelCategory::Embedding => "embedding",
        _ => {
            return Err(fault(
                Status::Unsupported,
                "the model generates no text (it makes images or speech)",
                "model_path",
            ))
        }
    };
    let tokens = template.as_ref().map_or((None, None, None), |t| {
        (t.bos_tok(), t.eos_tok(), t.unk_tok())
    });
    let no_tokenizer = || {
        fault(
            Status::InvalidModel,
            "the model has no tokenizer (tokenizer.json)",
            "model_path",
        )
    };
    let tokenizer = tokenizer.ok_or_else(no_tokenizer)?;
    let own = config
        .chat_template
        .clone()
        .or_else(|| template_source(template.as_deref()));
    let usual_template = match own {
        Some(_) => None,
        None => config.usual_templates.iter().position(|usual| {
            usual.mark.is_empty() || tokenizer.token_to_id(&usual.mark).is_some()
        }),
    };
    let source = own.or_else(|| {
        let usual = config.usual_templates.get(usual_template?)?;
        Some(usual.source.clone())
    });
    let culprit = if config.chat_template.is_some() {
        Status::InvalidRequest
    } else {
        Status::InvalidModel
    };
    let chat_template = source
        .as_deref()
        .map(|source| ChatTemplate::new(source, tokens.0, tokens.1, tokens.2))
        .transpose()
        .map_err(|error| {
            fault(
                culprit,
                format!("the chat template cannot be read: {error:#}"),
                "chat_template",
            )
        })?;

    let tokens = TextTokens::new(tokenizer, metadata.tok_env());

    // MistralRs::new panics where the engine's thread holds the pipeline at that moment.
    const TRIES: usize = 20;
    let mut engine = Err(internal("the engine did not start"));
    for _ in 0..TRIES {
        let start =
            || build_model_from_pipeline(pipeline.clone(), scheduler.clone(), settings.clone());
        engine = guarded(|| runtime.block_on(start())).map_err(internal);
        if engine.is_ok() {
            break;
        }
    }
    Ok(Loaded {
        engine: engine?,
        pipeline,
        chat_template,
        template_source: source,
        usual_template,
        ends: metadata.eos_tok.clone().into(),
        context_length: metadata.max_seq_len,
        category,
        sees: metadata
            .modalities
            .input
            .contains(&SupportedModality::Vision),
        category_name,
        tokens,
    })
}

/// rayon's pool is the process's: the first model decides. mistral.rs and candle compute in it.
fn choose_threads(threads: usize) {
    if threads > 0 {
        let _ = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build_global();
    }
}

/// What can be read.
enum Source {
    Gguf {
        loader: Box<dyn Loader>,
        dtype: ModelDType,
        device: Device,
        mapping: DeviceMapSetting,
    },
    Folder(Box<AnyModelBuilder>),
}

impl Source {
    fn new(config: &Config) -> Result<Self, Fault> {
        for path in config.files.iter().chain([&config.folder]) {
            // What is no local path would be taken for a name on the Hugging Face hub.
            let is_local = path.is_absolute() && path.exists();
            if !(is_local || path.as_os_str().is_empty()) {
                let message = format!("no such file: {}", path.display());
                return Err(fault(Status::InvalidModel, message, "model_path"));
            }
        }
        let isq = config
            .isq
            .as_deref()
            .map(|name| parse_isq_value(name, None))
            .transpose()
            .map_err(|reason| fault(Status::InvalidRequest, reason, "isq"))?;
        let device = best_device(config.gpu_layers == 0).map_err(internal)?;
        let mapping = match config.gpu_layers {
            // There is nothing to map; the automatic way would still measure the memory.
            _ if device.is_cpu() => DeviceMapSetting::dummy(),
            layers @ 1.. => DeviceMapSetting::Map(DeviceMapMetadata::from_num_device_layers(vec![
                DeviceLayerMapMetadata {
                    ordinal: 0,
                    layers: layers as usize,
                },
            ])),
            _ => DeviceMapSetting::Auto(AutoDeviceMapParams::default_text()),
        };
        // On a processor bf16, which it would choose by itself, is computed by hand.
        let dtype = if device.is_cpu() {
            ModelDType::F32
        } else {
            ModelDType::Auto
        };
        if config.format == Format::Gguf {
            if isq.is_some() {
                let message = "a GGUF file is quantized already; isq is for safetensors";
                return Err(fault(Status::InvalidRequest, message, "isq"));
            }
            let folder = config
                .files
                .first()
                .and_then(|file| file.parent())
                .unwrap_or(Path::new("/"));
            let names = config.files.iter().filter_map(|file| file.file_name());
            let loader = GGUFLoaderBuilder::new(
                None,
                None,
                folder.display().to_string(),
                names
                    .map(|name| name.to_string_lossy().into_owned())
                    .collect(),
                GGUFSpecificConfig::default(),
                false,
                None,
            );
            return Ok(Self::Gguf {
                loader: loader.build(),
                dtype,
                device,
                mapping,
            });
        }
        macro_rules! configured {
            ($builder:expr) => {{
                let builder = $builder
                    .with_token_source(TokenSource::None)
                    .with_dtype(dtype)
                    .with_device_mapping(mapping);
                match isq {
                    Some(isq) => builder.with_isq(isq).into(),
                    None => builder.into(),
                }
            }};
        }
        let folder = config.folder.display();
        if config.format == Format::Safetensors {
            let mut builder = ModelBuilder::new(folder).with_device(device);
            if let Some(path) = &config.write_uqff {
                builder = builder.write_uqff(path.clone());
            }
            let builder = configured!(builder);
            return Ok(Self::Folder(Box::new(builder)));
        }
        if isq.is_some() {
            let message = "a UQFF file is quantized already; isq is for safetensors";
            return Err(fault(Status::InvalidRequest, message, "isq"));
        }
        let files = config.files.clone();
        let sees = std::fs::read_to_string(config.folder.join("config.json"))
            .is_ok_and(|text| text.contains("\"vision_config\""));
        let builder: AnyModelBuilder = if sees {
            configured!(UqffMultimodalModelBuilder::new(folder, files)
                .into_inner()
                .with_device(device))
        } else {
            configured!(UqffTextModelBuilder::new(folder, files).into_inner())
        };
        Ok(Self::Folder(Box::new(builder)))
    }

    async fn read(self) -> anyhow::Result<SharedPipeline> {
        match self {
            Self::Gguf {
                loader,
                dtype,
                device,
                mapping,
            } => Ok(loader.load_model_from_hf(
                None,
                TokenSource::None,
                &dtype,
                &device,
                true,
                mapping,
                None,
                None,
            )?),
            Self::Folder(builder) => Ok(builder.build_pipeline().await?.0),
        }
    }
}

/// None where it is blank.
fn template_source(template: Option<&mistralrs::core::ChatTemplate>) -> Option<String> {
    let value = template?.chat_template.as_ref()?;
    let source = match &value.0 {
        either::Either::Left(source) => Some(source.clone()),
        either::Either::Right(named) => named
            .iter()
            .find(|entry| entry.get("name").is_some_and(|name| name == "default"))
            .and_then(|entry| entry.get("template").cloned())
            .or_else(|| named.iter().find_map(|entry| entry.get("default").cloned())),
    };
    source.filter(|text| !text.trim().is_empty())
}
