// Vercel's AI SDK against `pcai serve`: scripted answers of the fake backend, and the default model.
"use strict";
const assert = require("node:assert/strict");
const { after, before, describe, test } = require("node:test");
const { createOpenAICompatible } = require("@ai-sdk/openai-compatible");
const { Output, embedMany, generateText, stepCountIs, streamText, tool } = require("ai");
const { z } = require("zod");
const { hasBackend, modelOf, startServer } = require("./server.cjs");

const City = z.object({ name: z.string().max(16), capital: z.boolean() });
const call = 'fake: tokens=0 tool=get_weather args={"city": "Paris"}';

// Adds to `cities` whom it was called for.
function weather(cities) {
  return tool({
    description: "Says what the weather is.",
    inputSchema: z.object({ city: z.string().max(16) }),
    execute: async ({ city }) => {
      cities.push(city);
      return `sunny in ${city}`;
    },
  });
}

function provider(server) {
  return createOpenAICompatible({
    name: "pcai", baseURL: `${server.url}/v1`, apiKey: "any", supportsStructuredOutputs: true,
    includeUsage: true,
  });
}

describe("scripted", () => {
  let server;
  let pcai;
  let model;

  before(async () => {
    server = await startServer("--backend", "fake");
    pcai = provider(server);
    model = pcai(await modelOf(server));
  });
  after(async () => { assert.equal(await server.stop(), 0); });

  test("a text is generated with its usage", async () => {
    const { text, usage, finishReason } = await generateText({ model, prompt: "hello there" });
    assert.equal(text, "You said: hello there");
    assert.equal(finishReason, "stop");
    assert.equal(usage.totalTokens, usage.inputTokens + usage.outputTokens);
  });

  test("streamed text equals the whole text", async () => {
    const result = streamText({ model, prompt: "hello there" });
    let text = "";
    let pieces = 0;
    for await (const piece of result.textStream) {
      text += piece;
      pieces += 1;
    }
    assert.equal(text, "You said: hello there");
    assert(pieces > 1);
    assert((await result.usage).outputTokens > 0);
  });

  test("reasoning comes apart", async () => {
    const { reasoningText, text } = await generateText({
      model, prompt: "fake: reasoning=2 reply=well then yes",
    });
    assert.equal(reasoningText, "well then");
    assert.equal(text, " yes");
  });

  test("structured output is the object", async () => {
    const { output } = await generateText({
      model, prompt: 'fake: reply={"name": "Paris", "capital": true}',
      output: Output.object({ schema: City }),
    });
    assert.deepEqual(output, { name: "Paris", capital: true });
  });

  test("a whole tool loop, generated", async () => {
    const cities = [];
    const { text, steps } = await generateText({
      model, prompt: call, tools: { get_weather: weather(cities) }, stopWhen: stepCountIs(4),
    });
    assert.deepEqual(cities, ["Paris"]);
    assert.equal(steps.length, 2);
    assert.equal(text, "The tool said: sunny in Paris");
  });

  test("a whole tool loop, streamed", async () => {
    const cities = [];
    const result = streamText({
      model, prompt: call, tools: { get_weather: weather(cities) }, stopWhen: stepCountIs(4),
    });
    assert.equal(await result.text, "The tool said: sunny in Paris");
    assert.deepEqual(cities, ["Paris"]);
  });

  test("texts are embedded", async () => {
    const { embeddings } = await embedMany({
      model: pcai.embeddingModel(await modelOf(server)), values: ["one two", "two", "one two"],
    });
    assert.deepEqual(embeddings[0], embeddings[2]);
    assert.notDeepEqual(embeddings[0], embeddings[1]);
  });
});

describe("the default model", { skip: !hasBackend("llamacpp") && "this build has no llamacpp" }, () => {
  let server;
  let model;

  before(async () => {
    server = await startServer();
    model = provider(server)(await modelOf(server));
  });
  after(async () => { assert.equal(await server.stop(), 0); });

  test("the capital of France is Paris, whole and streamed", async () => {
    const prompt = "What is the capital of France? Answer with one word.";
    const { text } = await generateText({ model, prompt, temperature: 0, maxOutputTokens: 24 });
    assert.equal(text, "The capital of France is Paris.");
    const streamed = streamText({ model, prompt, temperature: 0, maxOutputTokens: 24 });
    assert.equal(await streamed.text, text);
  });

  test("structured output is the object", async () => {
    const { output } = await generateText({
      model, prompt: "Describe Paris.", temperature: 1.5, seed: 1, maxOutputTokens: 96,
      output: Output.object({ schema: City }),
    });
    assert(City.safeParse(output).success);
  });

  test("a whole tool loop", async () => {
    const cities = [];
    const { steps, text } = await generateText({
      model, prompt: "What is the weather in Paris?", temperature: 0, maxOutputTokens: 64,
      tools: { get_weather: weather(cities) }, stopWhen: stepCountIs(2),
      prepareStep: ({ stepNumber }) => (
        { toolChoice: stepNumber === 0 ? { type: "tool", toolName: "get_weather" } : "none" }),
    });
    assert.equal(cities.length, 1);
    assert.equal(steps.length, 2);
    assert(text.length > 0);
  });
});
