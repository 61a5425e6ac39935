// The enumerations of pcai.h, with its numbers.
namespace PcaiInference;

/// <summary>The result of a native call, and the code of a failure. A negative number is a failure.</summary>
public enum Status
{
    /// <summary>Success.</summary>
    Ok = 0,
    /// <summary>Nothing came in time.</summary>
    Timeout = 1,
    /// <summary>Nothing more will come.</summary>
    End = 2,
    /// <summary>An argument is missing, wrong or out of range.</summary>
    InvalidRequest = -1,
    /// <summary>The prompt does not fit the context.</summary>
    ContextOverflow = -2,
    /// <summary>For servers only.</summary>
    Unauthorized = -3,
    /// <summary>For servers only.</summary>
    Forbidden = -4,
    /// <summary>No model has that id.</summary>
    ModelNotFound = -5,
    /// <summary>For servers only.</summary>
    RouteNotFound = -6,
    /// <summary>For servers only.</summary>
    MethodNotAllowed = -7,
    /// <summary>More than a documented limit.</summary>
    PayloadTooLarge = -8,
    /// <summary>Valid, but this build, backend or model does not support it; or the native library cannot
    /// be used.</summary>
    Unsupported = -9,
    /// <summary>The model file is missing, damaged or of an unknown kind.</summary>
    InvalidModel = -10,
    /// <summary>The queue is full. Try again later.</summary>
    Overloaded = -11,
    /// <summary>The model is not loaded yet. Try again later.</summary>
    Loading = -12,
    /// <summary>The engine is ending.</summary>
    Draining = -13,
    /// <summary>The request's time ran out.</summary>
    DeadlineExceeded = -14,
    /// <summary>The request was cancelled, or its model or engine was closed.</summary>
    Cancelled = -15,
    /// <summary>The model's process ended.</summary>
    WorkerDied = -16,
    /// <summary>A fault of the library or of a backend.</summary>
    Internal = -17,
    /// <summary>There is not enough memory.</summary>
    OutOfMemory = -18,
}

/// <summary>The speaker of a message.</summary>
public enum Role
{
    /// <summary>Instructions for the whole chat.</summary>
    System = 1,
    /// <summary>The person, or the program, that asks.</summary>
    User = 2,
    /// <summary>The model.</summary>
    Assistant = 3,
    /// <summary>The result of a tool call.</summary>
    Tool = 4,
}

/// <summary>Whether a model can be used now.</summary>
public enum ModelState
{
    /// <summary>Not in memory.</summary>
    Unloaded = 0,
    /// <summary>Being loaded.</summary>
    Loading = 1,
    /// <summary>Answers.</summary>
    Ready = 2,
    /// <summary>Loading failed.</summary>
    Failed = 3,
}

/// <summary>What a model file is for.</summary>
public enum ModelKind
{
    /// <summary>Not known.</summary>
    Unknown = 0,
    /// <summary>Generates text.</summary>
    Text = 1,
    /// <summary>Turns text into vectors or scores.</summary>
    Embedding = 2,
    /// <summary>The image or sound part of a model.</summary>
    Projector = 3,
    /// <summary>LoRA weights for a model.</summary>
    Adapter = 4,
}

/// <summary>What an event of a generation is. Later versions may add kinds; skip those that you do not know.</summary>
public enum EventKind
{
    /// <summary>The model took the request.</summary>
    Accepted = 1,
    /// <summary>A piece of the answer.</summary>
    Text = 2,
    /// <summary>A piece of the model's reasoning.</summary>
    Reasoning = 3,
    /// <summary>A piece of a tool call.</summary>
    ToolCall = 4,
    /// <summary>The last event: the answer is complete.</summary>
    Finished = 5,
    /// <summary>The last event: the request failed. It is thrown as a <see cref="PcaiException"/>.</summary>
    Failed = 6,
    /// <summary>Parts of the request that are not enforced, one warning per line.</summary>
    Warned = 7,
}

/// <summary>Why an answer ended.</summary>
public enum FinishReason
{
    /// <summary>The model was done, or a stop text came.</summary>
    Stop = 1,
    /// <summary>The maximum number of tokens, or the end of the context, was reached.</summary>
    Length = 2,
    /// <summary>The model calls tools.</summary>
    ToolCalls = 3,
}

/// <summary>What a device is.</summary>
public enum DeviceKind
{
    /// <summary>The processor.</summary>
    Cpu = 1,
    /// <summary>A graphics processor.</summary>
    Gpu = 2,
}
