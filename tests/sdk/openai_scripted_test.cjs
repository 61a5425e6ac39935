// The official OpenAI SDK for Node against `pcai serve --backend fake`, whose answers are scripted.
"use strict";
const assert = require("node:assert/strict");
const { after, before, test } = require("node:test");
const OpenAI = require("openai");
const { zodFunction, zodResponseFormat, zodTextFormat } = require("openai/helpers/zod");
const { z } = require("zod");
const { startServer } = require("./server.cjs");

const City = z.object({ name: z.string(), people: z.number().int() });
const paris = { name: "Paris", people: 3 };
const reply = `fake: reply=${JSON.stringify(paris)}`;
const call = 'fake: reply=Let me look.\nfake: tool=get_weather args={"city": "Paris"}';

let server;
let client;
let model;

before(async () => {
  server = await startServer("--backend", "fake");
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "any", maxRetries: 0 });
  model = (await client.models.list()).data[0].id;
});

after(async () => {
  if (server) assert.equal(await server.stop(), 0);
});

function user(content) {
  return [{ role: "user", content }];
}

test("parse gives the zod object", async () => {
  const answer = await client.chat.completions.parse({
    model, messages: user(reply), response_format: zodResponseFormat(City, "city"),
  });
  assert.deepEqual(answer.choices[0].message.parsed, paris);
});

test("the stream helper gathers a tool call", async () => {
  const tool = zodFunction({ name: "get_weather", parameters: z.object({ city: z.string() }) });
  const runner = client.chat.completions.stream({ model, messages: user(call), tools: [tool] });
  const names = [];
  runner.on("tool_calls.function.arguments.done", ({ name }) => names.push(name));
  const message = await runner.finalMessage();
  assert.deepEqual(names, ["get_weather"]);
  assert.deepEqual(message.tool_calls[0].function.parsed_arguments, { city: "Paris" });
});

test("runTools calls the function and goes on until it is answered", async () => {
  const cities = [];
  const runner = client.chat.completions.runTools({
    model, messages: user(call),
    tools: [{
      type: "function",
      function: {
        name: "get_weather", parse: JSON.parse, parameters: { type: "object", properties: {} },
        function: ({ city }) => {
          cities.push(city);
          return `sunny in ${city}`;
        },
      },
    }],
  });
  assert.equal(await runner.finalContent(), "The tool said: sunny in Paris");
  assert.deepEqual(cities, ["Paris"]);
});

test("texts are embedded, in base64 as the SDK asks by default and as numbers", async () => {
  const input = ["one two", "two three", "one two"];
  const answer = await client.embeddings.create({ model, input });
  assert.deepEqual(answer.data.map(({ index }) => index), [0, 1, 2]);
  assert.deepEqual(answer.data[0].embedding, answer.data[2].embedding);
  const numbers = await client.embeddings.create({ model, input, encoding_format: "float" });
  numbers.data[1].embedding.forEach((value, i) => {
    assert(Math.abs(value - answer.data[1].embedding[i]) < 1e-6);
  });
});

test("responses are parsed, streamed, retrieved, continued and deleted", async () => {
  const parsed = await client.responses.parse({
    model, input: reply, text: { format: zodTextFormat(City, "city") },
  });
  assert.deepEqual(parsed.output_parsed, paris);

  let text = "";
  const stream = client.responses.stream({ model, input: "hello" });
  stream.on("response.output_text.delta", ({ delta }) => { text += delta; });
  const final = await stream.finalResponse();
  assert.equal(text, "You said: hello");
  assert.equal((await client.responses.retrieve(final.id)).output_text, text);
  const next = await client.responses.create({ model, input: "x", previous_response_id: final.id });
  assert.equal(next.usage.input_tokens, 1 + 3 + 1);
  await client.responses.delete(final.id);
  await assert.rejects(client.responses.retrieve(final.id), OpenAI.NotFoundError);
});

test("a running response can be cancelled", async () => {
  const stream = await client.responses.create({
    model, input: "fake: tokens=9 delay_ms=60000\nx", stream: true,
  });
  let last;
  for await (const event of stream) {
    last = event;
    if (event.type === "response.created") {
      assert.equal((await client.responses.cancel(event.response.id)).status, "cancelled");
    }
  }
  assert.equal(last.type, "response.incomplete");
});

test("completions come whole and streamed", async () => {
  const whole = await client.completions.create({ model, prompt: "Once", logprobs: 1 });
  assert.equal(whole.choices[0].text, "You said: Once");
  assert.equal(whole.choices[0].logprobs.tokens.length, 3);
  let text = "";
  for await (const chunk of await client.completions.create({
    model, prompt: "Once", stream: true })) {
    text += chunk.choices[0].text;
  }
  assert.equal(text, whole.choices[0].text);
});
