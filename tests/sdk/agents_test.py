"""OpenAI's Agents SDK for Python against `pcai serve`, over both APIs: scripted answers of the fake
backend, and the default model with a forced call."""
import logging
import unittest

import agents
import openai

from server import Server, skip_without

CALL = 'fake: tokens=0 tool=get_weather args={"city": "Paris"}'
APIS = {"chat": agents.OpenAIChatCompletionsModel, "responses": agents.OpenAIResponsesModel}


class AgentsTest(unittest.IsolatedAsyncioTestCase):
    """A server of the class's own."""
    arguments = ("--backend", "fake")

    @classmethod
    def setUpClass(cls):
        cls.server = Server(*cls.arguments)
        cls.addClassCleanup(cls.server.stop)
        agents.set_tracing_disabled(True)
        logging.getLogger("asyncio").setLevel(logging.ERROR)  # unittest has it tell slow steps

    async def asyncSetUp(self):
        self.client = openai.AsyncOpenAI(base_url=f"{self.server.url}/v1", api_key="any",
                                         max_retries=0, timeout=120)
        self.addAsyncCleanup(self.client.close)
        self.model = (await self.client.models.list()).data[0].id
        self.cities = []

    def agent(self, api, **parameters):
        @agents.function_tool
        def get_weather(city: str) -> str:
            """Says what the weather is."""
            self.cities.append(city)
            return f"sunny in {city}"
        return agents.Agent(name="Weather", instructions="Be brief.", tools=[get_weather],
                            model=APIS[api](model=self.model, openai_client=self.client),
                            **parameters)


class FakeTest(AgentsTest):
    async def test_a_whole_tool_loop(self):
        for api in APIS:
            with self.subTest(api):
                self.cities.clear()
                result = await agents.Runner.run(self.agent(api), CALL)
                self.assertEqual(self.cities, ["Paris"])
                self.assertEqual(result.final_output, "The tool said: sunny in Paris")
                self.assertGreater(result.context_wrapper.usage.output_tokens, 0)

    async def test_a_whole_tool_loop_streamed(self):
        for api in APIS:
            with self.subTest(api):
                self.cities.clear()
                result = agents.Runner.run_streamed(self.agent(api), CALL)
                kinds = [event.name async for event in result.stream_events()
                         if event.type == "run_item_stream_event"]
                self.assertEqual(self.cities, ["Paris"])
                self.assertIn("tool_output", kinds)
                self.assertEqual(result.final_output, "The tool said: sunny in Paris")

    async def test_a_second_turn_goes_on_from_the_first(self):
        for api in APIS:
            with self.subTest(api):
                first = await agents.Runner.run(self.agent(api), CALL)
                second = await agents.Runner.run(
                    self.agent(api), first.to_input_list() + [{"role": "user", "content": "thanks"}])
                self.assertEqual(second.final_output, "You said: thanks")

    async def test_an_agent_hands_over_to_another(self):
        for api in APIS:
            with self.subTest(api):
                other = self.agent(api)
                triage = agents.Agent(
                    name="Triage", handoffs=[other],
                    model=APIS[api](model=self.model, openai_client=self.client))
                result = await agents.Runner.run(
                    triage, "fake: tokens=0 tool=transfer_to_weather args={}")
                self.assertIs(result.last_agent, other)


class DefaultModelTest(AgentsTest):
    arguments = ()

    @classmethod
    def setUpClass(cls):
        skip_without("llamacpp")
        super().setUpClass()

    async def test_a_whole_tool_loop(self):
        for api in APIS:
            with self.subTest(api):
                self.cities.clear()
                settings = agents.ModelSettings(tool_choice="get_weather", temperature=0,
                                                max_tokens=64)
                result = await agents.Runner.run(self.agent(api, model_settings=settings),
                                                 "What is the weather in Paris?", max_turns=3)
                self.assertEqual(len(self.cities), 1)
                self.assertTrue(result.final_output)


del AgentsTest  # it has no tests of its own

if __name__ == "__main__":
    unittest.main()
