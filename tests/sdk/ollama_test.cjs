// The official Ollama client for JavaScript against `pcai serve`: scripted answers of the fake
// backend, and the default model.
"use strict";
const assert = require("node:assert/strict");
const { after, before, describe, test } = require("node:test");
const { Ollama } = require("ollama");
const { hasBackend, modelOf, startServer } = require("./server.cjs");

const call = 'fake: tokens=0 tool=get_weather args={"city": "Paris"}';
const weather = {
  type: "function",
  function: {
    name: "get_weather", description: "Says what the weather is.",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
};

function user(content) {
  return { role: "user", content };
}

// Collects what a stream brings.
async function all(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return parts;
}

describe("scripted", () => {
  let server;
  let client;
  let model;

  before(async () => {
    server = await startServer("--backend", "fake", "--manage-models", "on");
    client = new Ollama({ host: server.url });
    model = (await client.list()).models[0].name;
  });
  after(async () => { assert.equal(await server.stop(), 0); });

  test("a chat is answered, whole and streamed", async () => {
    const request = { model, messages: [user("hello there")] };
    const whole = await client.chat(request);
    assert.equal(whole.message.content, "You said: hello there");
    assert.deepEqual([whole.done, whole.done_reason], [true, "stop"]);
    assert(whole.eval_count > 0);
    const parts = await all(await client.chat({ ...request, stream: true }));
    assert.equal(parts.map((part) => part.message.content).join(""), whole.message.content);
    assert.deepEqual(parts.map((part) => part.done), [...parts.slice(1).map(() => false), true]);
  });

  for (const stream of [false, true]) {
    test(`a whole tool loop, ${stream ? "streamed" : "in one piece"}`, async () => {
      const ask = async (messages) => {
        const answer = await client.chat({ model, messages, tools: [weather], stream });
        const parts = (stream ? await all(answer) : [answer]).map((part) => part.message);
        return {
          role: "assistant",
          content: parts.map((part) => part.content).join(""),
          tool_calls: parts.flatMap((part) => part.tool_calls ?? []),
        };
      };
      const messages = [user(call)];
      const called = await ask(messages);
      assert.deepEqual(called.tool_calls.map(({ function: { name, arguments: given } }) => [name, given]),
        [["get_weather", { city: "Paris" }]]);
      messages.push(called, { role: "tool", tool_name: "get_weather", content: "sunny in Paris" });
      const answer = await ask(messages);
      assert.equal(answer.content, "The tool said: sunny in Paris");
      assert.deepEqual(answer.tool_calls, []);
    });
  }

  test("thinking comes apart", async () => {
    const { message } = await client.chat(
      { model, messages: [user("fake: reasoning=2 reply=so it is done")], think: true });
    assert.deepEqual([message.thinking, message.content], ["so it", " is done"]);
  });

  test("images reach the model", async () => {
    const image = Buffer.from("\x89PNG\r\n\x1a\n and so on", "latin1");
    const { message } = await client.chat(
      { model, messages: [{ ...user("see"), images: [image] }] });
    assert.match(message.content, /^You said: <image:PNG:18:\w+> see$/);
  });

  test("a text is gone on with by generate, with options", async () => {
    const { response, done_reason: reason } = await client.generate(
      { model, prompt: "one two three four", system: "Be kind.", options: { num_predict: 3 } });
    assert.deepEqual([response, reason], ["You said: one", "length"]);
  });

  test("texts are embedded", async () => {
    const { embeddings } = await client.embed({ model, input: ["one", "two", "one"] });
    assert.equal(embeddings.length, 3);
    assert.deepEqual(embeddings[0], embeddings[2]);
    assert.notDeepEqual(embeddings[0], embeddings[1]);
  });

  test("models are listed, shown, copied and deleted", async () => {
    assert((await client.show({ model })).capabilities.includes("tools"));
    assert.equal((await client.ps()).models[0].name, model);
    await client.create({ model: "mario", from: "fake", system: "Be Mario." });
    await client.copy({ source: "mario", destination: "luigi" });
    await client.delete({ model: "mario" });
    const names = (await client.list()).models.map(({ name }) => name.split(":")[0]);
    assert(names.includes("luigi") && !names.includes("mario"), names.join());
    assert.equal((await client.show({ model: "luigi" })).system, "Be Mario.");
    await client.delete({ model: "luigi" });
  });

  test("a stream that is aborted ends", async () => {
    const stream = await client.chat(
      { model, messages: [user("fake: tokens=5000 delay_ms=20")], stream: true });
    await assert.rejects(async () => {
      for await (const part of stream) {
        assert.equal(part.done, false);
        stream.abort();
      }
    }, { name: "AbortError" });
  });

  test("errors are the client's", async () => {
    await assert.rejects(client.chat({ model: "no-such-model", messages: [user("a")] }),
      { name: "ResponseError", status_code: 404 });
    const failing = await client.chat(
      { model, messages: [user("fake: tokens=9 fail_after=3")], stream: true });
    await assert.rejects(all(failing));
  });
});

describe("the default model", { skip: !hasBackend("llamacpp") && "this build has no llamacpp" },
  () => {
    let server;

    before(async () => { server = await startServer(); });
    after(async () => { assert.equal(await server.stop(), 0); });

    test("an answer keeps to a schema", async () => {
      const client = new Ollama({ host: server.url });
      const { message } = await client.chat({
        model: await modelOf(server), messages: [user("Where is the Eiffel Tower?")],
        format: {
          type: "object", properties: { city: { type: "string", maxLength: 16 } }, required: ["city"],
        },
        options: { temperature: 0, num_predict: 64 },
      });
      assert.equal(typeof JSON.parse(message.content).city, "string");
    });
  });
