// The official OpenAI SDK for Node with images and audio: what came where, as the fake backend shows
// it, and the default model with a projector of random weights.
"use strict";
const assert = require("node:assert/strict");
const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { after, before, describe, test } = require("node:test");
const OpenAI = require("openai");
const { hasBackend, startServer } = require("./server.cjs");

// 1 x 1, transparent.
const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
  + "rkJggg==";
const image = { type: "image_url", image_url: { url: `data:image/png;base64,${png}` } };
const text = (words) => ({ type: "text", text: words });

async function connect(server) {
  const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "any", maxRetries: 0 });
  const model = (await client.models.list()).data[0].id;
  return (content, more = {}) =>
    client.chat.completions.create({ model, messages: [{ role: "user", content }], ...more });
}

describe("the fake backend", () => {
  let server;
  let chat;
  before(async () => {
    server = await startServer("--backend", "fake");
    chat = await connect(server);
  });
  after(async () => assert.equal(await server.stop(), 0));

  test("parts come in their order", async () => {
    const answer = await chat([text("one"), image, text("two"), image]);
    assert.match(answer.choices[0].message.content,
                 /^You said: one <image:PNG:\d+:\w+> two <image:PNG:\d+:\w+>$/);
    assert.equal(answer.usage.prompt_tokens, 4);
  });

  test("what is no recording is an error with its place", async () => {
    const part = { type: "input_audio", input_audio: { data: png, format: "wav" } };
    await assert.rejects(chat([part]), (error) =>
      error instanceof OpenAI.BadRequestError
      && error.param === "messages[0].content[0].input_audio.data");
  });
});

describe("a projector of random weights", { skip: !hasBackend("llamacpp") && "no llamacpp" }, () => {
  let server;
  let chat;
  let folder;
  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "pcai-media-"));
    const file = path.join(folder, "mmproj.gguf");
    execFileSync("python3", [path.resolve(__dirname, "../media/make_projector.py"), file]);
    server = await startServer("--mmproj", file, "--context", "2048");
    chat = await connect(server);
  });
  after(async () => {
    assert.equal(await server.stop(), 0);
    fs.rmSync(folder, { recursive: true });
  });

  test("a stream of an answer about an image ends with its usage", async () => {
    const stream = await chat([text("What is this?"), image], {
      temperature: 0, max_tokens: 8, stream: true, stream_options: { include_usage: true },
    });
    let usage;
    for await (const chunk of stream) usage = chunk.usage ?? usage;
    assert.ok(usage.prompt_tokens > 64, JSON.stringify(usage));
  });
});
