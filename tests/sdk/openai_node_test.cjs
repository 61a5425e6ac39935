// The official OpenAI SDK for Node against `pcai serve` with the default model.
"use strict";
const assert = require("node:assert/strict");
const { after, before, test } = require("node:test");
const OpenAI = require("openai");
const { startServer } = require("./server.cjs");

// The model is sure of every token of this answer, so rounding cannot change it.
const france = [
  { role: "user", content: "What is the capital of France? Answer with one word." },
];
const paris = "The capital of France is Paris.";
const story = [{ role: "user", content: "Tell me a long story about a lighthouse." }];

let server;
let client;
let model;

before(async () => {
  server = await startServer();
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "any", maxRetries: 0 });
  model = (await client.models.list()).data[0].id;
});

after(async () => {
  if (server) assert.equal(await server.stop(), 0);
});

function chat(messages, parameters = {}, options = {}) {
  return client.chat.completions.create(
    { model, messages, temperature: 0, max_tokens: 24, ...parameters }, options);
}

async function text(messages, parameters) {
  return (await chat(messages, parameters)).choices[0].message.content;
}

async function streamedText(messages, parameters) {
  let all = "";
  for await (const chunk of await chat(messages, { ...parameters, stream: true })) {
    all += chunk.choices[0]?.delta.content ?? "";
  }
  return all;
}

test("the capital of France is Paris", async () => {
  assert.equal(await text(france), paris);
});

test("streamed text equals the whole text", async () => {
  assert.equal(await streamedText(france), await text(france));
  assert.equal(await streamedText(france), paris);
});

test("the stream helper gathers the same answer with its usage", async () => {
  const runner = client.chat.completions.stream(
    { model, messages: france, temperature: 0, max_tokens: 24,
      stream_options: { include_usage: true } });
  const gathered = await runner.finalChatCompletion();
  const whole = await chat(france);
  assert.equal(gathered.choices[0].message.content, whole.choices[0].message.content);
  assert.equal(gathered.usage.total_tokens, whole.usage.total_tokens);
  assert.equal(
    whole.usage.total_tokens, whole.usage.prompt_tokens + whole.usage.completion_tokens);
});

test("logprobs have one entry a token", async () => {
  const answer = await chat(story, { max_tokens: 6, logprobs: true, top_logprobs: 2 });
  const entries = answer.choices[0].logprobs.content;
  assert.equal(entries.length, answer.usage.completion_tokens);
  assert.deepEqual(entries.map((entry) => entry.top_logprobs.length), Array(6).fill(2));
});

test("two choices come back numbered", async () => {
  const answer = await chat(story, { n: 2, temperature: 1, seed: 3 });
  assert.deepEqual(answer.choices.map((choice) => choice.index).sort(), [0, 1]);
});

test("stop ends before its text", async () => {
  const answer = await chat(france, { stop: "ce is Par" });
  assert.equal(answer.choices[0].message.content, "The capital of Fran");
  assert.equal(answer.choices[0].finish_reason, "stop");
});

test("max_tokens ends with length", async () => {
  const answer = await chat(story, { max_tokens: 5 });
  assert.equal(answer.choices[0].finish_reason, "length");
  assert.equal(answer.usage.completion_tokens, 5);
});

test("models can be listed and retrieved", async () => {
  const listed = (await client.models.list()).data;
  assert.deepEqual({ ...(await client.models.retrieve(listed[0].id)) }, listed[0]);
});

test("an unknown model is a NotFoundError", async () => {
  await assert.rejects(chat(france, { model: "no-such-model" }), (error) => {
    assert(error instanceof OpenAI.NotFoundError);
    assert.equal(error.code, "model_not_found");
    return true;
  });
});

test("a bad temperature is a BadRequestError that names it", async () => {
  await assert.rejects(chat(france, { temperature: 5 }), (error) => {
    assert(error instanceof OpenAI.BadRequestError);
    assert.equal(error.param, "temperature");
    return true;
  });
});

test("a prompt over the context is refused with its code", async () => {
  const long = [{ role: "user", content: "lighthouse ".repeat(20_000) }];
  await assert.rejects(chat(long), (error) => {
    assert(error instanceof OpenAI.BadRequestError);
    assert.equal(error.code, "context_length_exceeded");
    return true;
  });
});

test("a whole tool loop over a stream of calls", async () => {
  const weather = {
    type: "function",
    function: {
      name: "get_weather", description: "Says what the weather is.",
      parameters: {
        type: "object", properties: { city: { type: "string", maxLength: 16 } },
        required: ["city"], additionalProperties: false,
      },
    },
  };
  const asked = [{ role: "user", content: "What is the weather in Paris?" }];
  const runner = client.chat.completions.stream({
    model, messages: asked, temperature: 0, max_tokens: 64, tools: [weather],
    tool_choice: "required", parallel_tool_calls: false,
  });
  const done = [];
  runner.on("tool_calls.function.arguments.done", ({ name }) => done.push(name));
  const message = await runner.finalMessage();
  assert.deepEqual(done, ["get_weather"]);
  const { city } = JSON.parse(message.tool_calls[0].function.arguments);
  const answer = await chat([...asked, message, {
    role: "tool", tool_call_id: message.tool_calls[0].id, content: `sunny in ${city}`,
  }], { tools: [weather], tool_choice: "none" });
  assert(answer.choices[0].message.content.length > 0);
});

test("the server goes on after an aborted stream", async () => {
  const abort = new AbortController();
  const chunks = await chat(
    story, { max_tokens: 2000, stream: true }, { signal: abort.signal });
  let seen = 0;
  for await (const _ of chunks) {
    if (++seen === 3) abort.abort();
  }
  assert(seen < 100);
  assert.equal(await text(france), paris);
});
