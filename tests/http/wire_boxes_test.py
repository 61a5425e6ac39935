"""Which test proves which part of the OpenAI contract. Each line of BOXES is a promise to clients;
this test fails if one of its tests is gone."""
import re
import unittest
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
TRANSPORT = "http/wire_transport_test.py"
CHAT = "http/wire_chat_test.py"

BOXES = {
    "an error body has message, type, param and code, and the status its SDK class": [
        (TRANSPORT, "test_every_error_has_the_four_members_and_its_status"),
        ("openai/error_body_test.cpp", "TheTableIsTheContracts")],
    "only what may pass by itself is tried again, with a time to come back": [
        (TRANSPORT, "test_what_fails_every_time_is_not_tried_again"),
        (TRANSPORT, "test_a_full_server_says_when_to_come_back"),
        ("openai/error_body_test.cpp", "OnlyWhatMayPassByItselfAsksForARetry")],
    "codes: model_not_found, invalid_api_key, context_length_exceeded": [
        (TRANSPORT, "test_errors_have_the_codes_that_programs_look_for")],
    "headers of answers and of requests, and CORS for them": [
        (TRANSPORT, "test_every_answer_has_the_headers_that_sdks_read"),
        (TRANSPORT, "test_headers_of_the_sdks_are_taken_and_the_clients_id_is_logged"),
        (TRANSPORT, "test_a_page_may_send_and_read_what_the_sdks_send_and_read")],
    "bytes within a client's time-out; any key without keys; slashes and no /v1": [
        ("http/chat_test.cpp", "PingsComeWhileThePromptIsComputed"),
        (TRANSPORT, "test_any_key_is_fine_and_paths_may_lack_the_version_or_end_in_a_slash")],
    "chat: model and messages, and the roles": [
        (CHAT, "test_messages_of_every_role_are_taken_and_must_be_there"),
        ("openai/messages_test.cpp", "DeveloperIsSystemAndTheOthersAreThemselves")],
    "chat: content as text, null or parts": [
        (CHAT, "test_content_is_text_or_parts_of_every_kind"),
        ("http/media_fetch_test.cpp", "ANameMustNotLeadToAPrivateAddress")],
    "chat: calls of the assistant and results of tools": [
        (CHAT, "test_a_call_and_its_result_are_given_back")],
    "chat: sampling fields and their ranges": [
        (CHAT, "test_sampling_fields_have_their_ranges"),
        ("openai/field_test.cpp", "TheRangesAreThoseOfTheApi")],
    "chat: max_completion_tokens wins, hints are accepted, null equals absent": [
        (CHAT, "test_the_newer_limit_wins_and_hints_have_no_effect"),
        ("openai/field_test.cpp", "NullEqualsAbsentForEveryOptionalField")],
    "chat: tools, with and without parameters, and the older functions": [
        (CHAT, "test_tools_of_every_shape_are_taken")],
    "chat: tool_choice and parallel_tool_calls": [(CHAT, "test_tool_choice_has_its_forms")],
    "chat: response_format": [(CHAT, "test_formats_of_answers_need_their_schema")],
    "an answer's members": [(CHAT, "test_an_answer_has_every_member")],
    "finish_reason": [(CHAT, "test_the_reason_of_the_end_is_true")],
    "logprobs": [
        (CHAT, "test_logprobs_have_their_members"),
        ("openai/chat_response_test.cpp", "LogprobsAreFlooredAndAlwaysNumbers")],
    "a stream's frames": [(CHAT, "test_a_stream_begins_and_ends_as_the_sdks_expect")],
    "calls in a stream": [
        (CHAT, "test_a_call_sends_its_id_and_name_once"),
        ("openai/chat_stream_test.cpp", "ToolCallsSendIdAndNameOnceUnderContiguousIndices")],
    "a failure in the middle of a stream": [
        (CHAT, "test_a_failure_in_the_middle_is_told_and_nothing_follows")],
    "comment lines while a client waits": [
        ("http/chat_test.cpp", "PingsComeWhileARequestWaitsInTheQueue"),
        ("http/chat_test.cpp", "PingsTellHowFarALoadIsAndItsFailureIsAnErrorFrame")],
    "whole letters, no stop text, and a client that leaves": [
        (CHAT, "test_no_letter_is_split_and_a_stop_text_never_shows"),
        (CHAT, "test_a_client_that_leaves_ends_its_request")],
    "reasoning": [
        (CHAT, "test_reasoning_is_apart_and_may_be_given_back"),
        ("http/chat_test.cpp", "ReasoningHasTheNameThatTheServerWasGiven")],
    "completions": [
        (TRANSPORT, "test_a_completion_has_its_shape_whole_and_streamed"),
        (TRANSPORT, "test_a_completion_takes_every_form_of_prompt_and_its_fields"),
        ("http/completion_test.cpp", "AnEchoWithLogprobsHasThoseOfThePromptWholeAndStreamed")],
    "models": [(TRANSPORT, "test_models_are_listed_and_found_under_every_spelling_of_their_id")],
    "embeddings": [(TRANSPORT, "test_embeddings_take_every_form_and_keep_their_order")],
    "responses: the request": [
        (TRANSPORT, "test_items_of_every_kind_are_taken_and_what_is_unknown_is_refused"),
        ("http/responses_test.cpp", "AConversationGoesOnFromAStoredResponse")],
    "responses: the members": [(TRANSPORT, "test_a_response_has_every_required_member")],
    "responses: the events": [
        (TRANSPORT, "test_a_streams_events_are_numbered_and_in_order"),
        ("openai/responses_answer_test.cpp", "ReasoningTextAndCallsAreItemsOfTheirOwn")],
    "metrics: counters, gauges and histograms": [
        ("http/metrics_test.py", "test_histograms_count_the_requests_of_each_model")],
}


def tests_of(file):
    pattern = r"def (test_\w+)" if file.endswith(".py") else r"^TEST(?:_[FP])?\(\w+, (\w+)\)"
    return re.findall(pattern, (TESTS / file).read_text(), re.MULTILINE)


class BoxesTest(unittest.TestCase):
    def test_every_box_has_a_test_that_exists(self):
        for box, proofs in BOXES.items():
            self.assertTrue(proofs, box)
            for file, name in proofs:
                with self.subTest(box, file=file):
                    self.assertIn(name, tests_of(file))

    def test_every_test_of_the_wire_is_in_a_box(self):
        named = {proof for proofs in BOXES.values() for proof in proofs}
        for file in (TRANSPORT, CHAT):
            for name in tests_of(file):
                with self.subTest(name):
                    self.assertIn((file, name), named)


if __name__ == "__main__":
    unittest.main()
