// OpenAI's Agents SDK for JavaScript against `pcai serve`, over both APIs: scripted answers of the
// fake backend, and the default model with a forced call.
"use strict";
const assert = require("node:assert/strict");
const { after, before, describe, test } = require("node:test");
const {
  Agent, OpenAIChatCompletionsModel, OpenAIResponsesModel, run, setTracingDisabled, tool,
} = require("@openai/agents");
const OpenAI = require("openai");
const { z } = require("zod");
const { hasBackend, modelOf, startServer } = require("./server.cjs");

const call = 'fake: tokens=0 tool=get_weather args={"city": "Paris"}';
const apis = { chat: OpenAIChatCompletionsModel, responses: OpenAIResponsesModel };

setTracingDisabled(true);

async function modelsOf(server) {
  const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "any", maxRetries: 0 });
  const id = await modelOf(server);
  return (api) => new apis[api](client, id);
}

// An agent with a tool that adds to `cities` whom it was called for.
function weatherAgent(model, cities, modelSettings) {
  return new Agent({
    name: "Weather", instructions: "Be brief.", model, modelSettings,
    tools: [tool({
      name: "get_weather", description: "Says what the weather is.",
      parameters: z.object({ city: z.string().max(16) }),
      execute: async ({ city }) => {
        cities.push(city);
        return `sunny in ${city}`;
      },
    })],
  });
}

describe("scripted", () => {
  let server;
  let model;

  before(async () => {
    server = await startServer("--backend", "fake");
    model = await modelsOf(server);
  });
  after(async () => { assert.equal(await server.stop(), 0); });

  for (const api of Object.keys(apis)) {
    test(`${api}: a whole tool loop`, async () => {
      const cities = [];
      const result = await run(weatherAgent(model(api), cities), call);
      assert.deepEqual(cities, ["Paris"]);
      assert.equal(result.finalOutput, "The tool said: sunny in Paris");
    });

    test(`${api}: a whole tool loop, streamed`, async () => {
      const cities = [];
      const result = await run(weatherAgent(model(api), cities), call, { stream: true });
      const kinds = new Set();
      for await (const event of result) kinds.add(event.name);
      await result.completed;
      assert(kinds.has("tool_output"));
      assert.deepEqual(cities, ["Paris"]);
      assert.equal(result.finalOutput, "The tool said: sunny in Paris");
    });

    test(`${api}: a second turn goes on from the first`, async () => {
      const agent = weatherAgent(model(api), []);
      const first = await run(agent, call);
      const second = await run(agent, [...first.history, { role: "user", content: "thanks" }]);
      assert.equal(second.finalOutput, "You said: thanks");
    });
  }
});

describe("the default model", { skip: !hasBackend("llamacpp") && "this build has no llamacpp" },
  () => {
    let server;
    let model;

    before(async () => {
      server = await startServer();
      model = await modelsOf(server);
    });
    after(async () => { assert.equal(await server.stop(), 0); });

    for (const api of Object.keys(apis)) {
      test(`${api}: a whole tool loop`, async () => {
        const cities = [];
        const agent = weatherAgent(model(api), cities,
          { toolChoice: "get_weather", temperature: 0, maxTokens: 64 });
        const { finalOutput } = await run(agent, "What is the weather in Paris?", { maxTurns: 3 });
        assert.equal(cities.length, 1);
        assert(finalOutput.length > 0);
      });
    }
  });
