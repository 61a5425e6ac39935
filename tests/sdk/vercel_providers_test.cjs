// Vercel's AI SDK through its own providers for OpenAI (both APIs), Anthropic and Ollama: the same
// loops against each, by scripted answers of the fake backend and by the default model.
"use strict";
const assert = require("node:assert/strict");
const { after, before, describe, test } = require("node:test");
const { createAnthropic } = require("@ai-sdk/anthropic");
const { createOpenAI } = require("@ai-sdk/openai");
const { createOllama } = require("ollama-ai-provider-v2");
const { generateText, stepCountIs, streamText, tool } = require("ai");
const { z } = require("zod");
const { hasBackend, modelOf, startServer } = require("./server.cjs");

const call = 'fake: tokens=0 tool=get_weather args={"city": "Paris"}';
const providers = {
  "openai, responses": (url, id) => openai(url).responses(id),
  "openai, chat": (url, id) => openai(url).chat(id),
  "anthropic": (url, id) => createAnthropic({ baseURL: `${url}/v1`, apiKey: "any" })(id),
  "ollama": (url, id) => createOllama({ baseURL: `${url}/api` })(id),
};

function openai(url) {
  return createOpenAI({ baseURL: `${url}/v1`, apiKey: "any" });
}

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

function loop(run, model, prompt, cities, more) {
  return run({
    model, prompt, tools: { get_weather: weather(cities) }, stopWhen: stepCountIs(4), maxRetries: 0,
    ...more,
  });
}

describe("scripted", () => {
  let server;
  let id;

  before(async () => {
    server = await startServer("--backend", "fake");
    id = await modelOf(server);
  });
  after(async () => { assert.equal(await server.stop(), 0); });

  for (const [name, provide] of Object.entries(providers)) {
    test(`${name}: a text, whole and streamed, with its usage`, async () => {
      const model = provide(server.url, id);
      const { text, usage, finishReason } = await generateText({ model, prompt: "hello there" });
      assert.equal(text, "You said: hello there");
      assert.equal(finishReason, "stop");
      assert(usage.outputTokens > 0);
      assert.equal(await streamText({ model, prompt: "hello there" }).text, text);
    });

    test(`${name}: a whole tool loop, generated`, async () => {
      const cities = [];
      const { text, steps } = await loop(generateText, provide(server.url, id), call, cities);
      assert.deepEqual(cities, ["Paris"]);
      assert.equal(steps.length, 2);
      assert.match(text, /^The tool said: .*sunny in Paris/);
    });

    test(`${name}: a whole tool loop, streamed`, async () => {
      const cities = [];
      const result = loop(streamText, provide(server.url, id), call, cities);
      assert.match(await result.text, /^The tool said: .*sunny in Paris/);
      assert.deepEqual(cities, ["Paris"]);
    });

    test(`${name}: a text before the call comes back with it`, async () => {
      const cities = [];
      const { steps } = await loop(
        generateText, provide(server.url, id), `fake: reply=Let me look.\n${call.replace("tokens=0 ", "")}`, cities);
      assert.equal(steps[0].text, "Let me look.");
      assert.equal(steps.length, 2);
      assert.deepEqual(cities, ["Paris"]);
    });
  }
});

describe("the default model", { skip: !hasBackend("llamacpp") && "this build has no llamacpp" },
  () => {
    let server;
    let id;

    before(async () => {
      server = await startServer();
      id = await modelOf(server);
    });
    after(async () => { assert.equal(await server.stop(), 0); });

    for (const [name, provide] of Object.entries(providers)) {
      test(`${name}: a whole tool loop`, async () => {
        const cities = [];
        const { steps, text } = await loop(
          generateText, provide(server.url, id), "What is the weather in Paris?", cities, {
            temperature: 0, maxOutputTokens: 64, stopWhen: stepCountIs(2),
            prepareStep: ({ stepNumber }) => (stepNumber === 0
              ? { toolChoice: { type: "tool", toolName: "get_weather" } } : { toolChoice: "none" }),
          });
        assert.equal(cities.length, 1);
        assert.equal(steps.length, 2);
        assert(text.length > 0);
      });
    }
  });
