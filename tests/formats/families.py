"""How the families of models write their answers, each with the templates of llama.cpp's
`models/templates` that belong to it."""
import json
from dataclasses import dataclass


def json_call(call):
    return json.dumps({"name": call[0], "arguments": call[1]})


def hermes(calls):
    return "\n".join(f"<tool_call>\n{json_call(call)}\n</tool_call>" for call in calls)


def tagged(name_open, value_open, value_close, call_open, call_close, between):
    """<function=NAME>, <parameter=KEY>VALUE</parameter> and the like."""
    def write(calls):
        texts = []
        for name, arguments in calls:
            text = call_open.format(name)
            for key, value in arguments.items():
                shown = value if isinstance(value, str) else json.dumps(value)
                text += name_open.format(key) + value_open + shown + value_close
            texts.append(text + call_close)
        return between.join(texts)
    return write


def around(before, write, after):
    return lambda calls: before + write(calls) + after


def each(form, between=""):
    return lambda calls: between.join(
        form(name, json.dumps(arguments), index) for index, (name, arguments) in enumerate(calls))


def array(before, after, item=json_call):
    return lambda calls: before + "[" + ", ".join(item(call) for call in calls) + "]" + after


def gemma(calls):
    def value(one):
        return f'<|"|>{one}<|"|>' if isinstance(one, str) else json.dumps(one)
    return "".join(f"<|tool_call>call:{name}{{"
                   + ",".join(f"{key}:{value(arguments[key])}" for key in sorted(arguments))
                   + "}<tool_call|>" for name, arguments in calls)


def python_calls(calls):
    def write(name, arguments):
        return f"{name}(" + ", ".join(f"{key}={value!r}" for key, value in arguments.items()) + ")"
    return "[" + ", ".join(write(*call) for call in calls) + "]"


def kimi3(calls):
    text = "<|open|>tools<|sep|>"
    for index, (name, arguments) in enumerate(calls, 1):
        text += f'<|open|>call tool="{name}" index="{index}"<|sep|>'
        for key, value in arguments.items():
            kind, shown = ("string", value) if isinstance(value, str) else ("number", json.dumps(value))
            text += (f'<|open|>argument key="{key}" type="{kind}"<|sep|>{shown}'
                     "<|close|>argument<|sep|>")
        text += "<|close|>call<|sep|>"
    return text + "<|close|>tools<|sep|>"


def deepseek_markup(block):
    def write(calls):
        text = f"<｜DSML｜{block}>\n"
        for name, arguments in calls:
            text += f'<｜DSML｜invoke name="{name}">\n'
            for key, value in arguments.items():
                string = isinstance(value, str)
                shown = value if string else json.dumps(value)
                text += (f'<｜DSML｜parameter name="{key}" string="{str(string).lower()}">{shown}'
                         "</｜DSML｜parameter>\n")
            text += "</｜DSML｜invoke>\n"
        return text + f"</｜DSML｜{block}>"
    return write


def cohere(calls):
    items = [json.dumps({"tool_call_id": str(index), "tool_name": name, "parameters": arguments})
             for index, (name, arguments) in enumerate(calls)]
    return "<|START_ACTION|>[\n    " + ",\n    ".join(items) + "\n]<|END_ACTION|>"


def minimax3(calls):
    mark = "]<]minimax[>["
    text = mark + "<tool_call>\n"
    for name, arguments in calls:
        text += f'{mark}<invoke name="{name}">'
        for key, value in arguments.items():
            shown = value if isinstance(value, str) else json.dumps(value)
            text += f"{mark}<{key}>{shown}{mark}</{key}>"
        text += f"{mark}</invoke>\n"
    return text + mark + "</tool_call>"


def harmony(calls):
    return "".join(f"<|channel|>commentary to=functions.{name} <|constrain|>json<|message|>"
                   f"{json.dumps(arguments)}" for name, arguments in calls)


def muse(calls):
    def write(name, arguments):
        text = f' to={name}<|message|><atem:function_calls>\n<atem:invoke name="{name}">\n'
        for key, value in arguments.items():
            shown = value if isinstance(value, str) else json.dumps(value)
            text += f'<atem:parameter name="{key}">{shown}</atem:parameter>\n'
        return text + "</atem:invoke>\n</atem:function_calls>"
    return "<|eom|><|start|>assistant".join(write(*call) for call in calls)


HERMES = hermes
QWEN_CODER = tagged("<parameter={}>", "\n", "\n</parameter>\n",
                    "<tool_call>\n<function={}>\n", "</function>\n</tool_call>", "\n")
SEED = tagged("<parameter={}>", "", "</parameter>\n", "<seed:tool_call>\n<function={}>\n",
              "</function>\n</seed:tool_call>", "\n")
GLM = tagged("<arg_key>{}</arg_key>\n", "<arg_value>", "</arg_value>\n", "<tool_call>{}\n",
             "</tool_call>", "\n")
GLM_TIGHT = tagged("<arg_key>{}</arg_key>", "<arg_value>", "</arg_value>", "<tool_call>{}",
                   "</tool_call>", "")
LING = tagged("<arg_key>{}</arg_key>\n", "<arg_value>", "</arg_value>", "<tool_call>{}\n",
              "\n</tool_call>", "\n")
MINIMAX2 = around("<minimax:tool_call>\n",
                  tagged('<parameter name="{}">', "", "</parameter>\n", '<invoke name="{}">\n',
                         "</invoke>\n", ""), "</minimax:tool_call>")
MINICPM = tagged('<param name="{}">', "", "</param>", '<function name="{}">', "</function>", "\n")
KIMI = around("<|tool_calls_section_begin|>",
              each(lambda name, text, index: f"<|tool_call_begin|>functions.{name}:{index}"
                   f"<|tool_call_argument_begin|>{text}<|tool_call_end|>"),
              "<|tool_calls_section_end|>")
DEEPSEEK_R1 = around("<｜tool▁calls▁begin｜>",
                     each(lambda name, text, index: f"<｜tool▁call▁begin｜>function<｜tool▁sep｜>{name}\n"
                          f"```json\n{text}\n```<｜tool▁call▁end｜>", "\n"), "<｜tool▁calls▁end｜>")
HY3 = around("<tool_calls:opensource>\n",
             tagged("<arg_key:opensource>{}</arg_key:opensource>\n", "<arg_value:opensource>",
                    "</arg_value:opensource>\n",
                    "<tool_call:opensource>{}<tool_sep:opensource>\n",
                    "</tool_call:opensource>\n", ""), "</tool_calls:opensource>")
SOLAR = around("<|tool_calls|>",
               each(lambda name, text, index: f"<|tool_call:begin|>call00001<|tool_call:name|>{name}"
                    f"<|tool_call:args|>{text}<|tool_call:end|>"), "<|calls|>")

THINK = ("<think>\n", "\n</think>\n\n")
TIGHT = ("<think>", "</think>")


@dataclass
class Family:
    """`thought`: what is around reasoning, None if it has none. `text`: what is around text alone.
    `calls` writes calls, None if the server's own words are used. `between`: text and calls;
    None = it has no text beside calls."""
    end: str
    thought: tuple = None
    text: tuple = ("", "")
    calls: object = HERMES
    between: str = "\n"
    text_before_calls: tuple = None   # `text`, where calls follow
    parallel: bool = True
    special: tuple = ()
    templates: tuple = ()
    in_our_words: bool = False  # its template describes no tools
    fields: tuple = ()          # of every request; without them it does not reason


FAMILIES = {
    "Hermes, Qwen 2.5": Family("<|im_end|>", special=("<|im_start|>",), templates=(
        "NousResearch-Hermes-2-Pro-Llama-3-8B-tool_use",
        "NousResearch-Hermes-3-Llama-3.1-8B-tool_use", "Qwen-Qwen2.5-7B-Instruct", "MiMo-VL")),
    "Qwen 3, QwQ, Bielik": Family("<|im_end|>", THINK, special=("<|im_start|>",), templates=(
        "Qwen-Qwen3-0.6B", "Qwen-QwQ-32B", "Bielik-11B-v3.0-Instruct")),
    "Reka": Family("<sep>", THINK, templates=("Reka-Edge",)),
    "SmolLM 3": Family("<|im_end|>", THINK, special=("<|im_start|>",),
                       templates=("HuggingFaceTB-SmolLM3-3B",), in_our_words=True),
    "Granite 4": Family("<|end_of_text|>", special=("<|start_of_role|>", "<|end_of_role|>"), templates=(
        "ibm-granite-granite-4.0", "ibm-granite-granite-4.1")),
    "Qwen 3 Coder": Family("<|im_end|>", calls=QWEN_CODER, special=("<|im_start|>",),
                           templates=("Qwen3-Coder",)),
    "Qwen 3.5, Nemotron 3, Step": Family(
        "<|im_end|>", THINK, calls=QWEN_CODER, special=("<|im_start|>",),
        templates=("Qwen3.5-4B", "NVIDIA-Nemotron-3-Nano-30B-A3B-BF16", "StepFun3.5-Flash")),
    "Seed-OSS": Family("<seed:eos>", ("<seed:think>", "</seed:think>\n"), calls=SEED, between="\n\n",
                       special=("<seed:bos>", "<seed:think>", "</seed:think>", "<seed:tool_call>",
                                "</seed:tool_call>"),
                       templates=("ByteDance-Seed-OSS",)),
    "GLM 4.5, 4.6": Family("<|observation|>", ("\n<think>", "</think>\n"), calls=GLM,
                           special=("<|assistant|>", "<|user|>"), templates=("GLM-4.6",)),
    "GLM 4.7, Spark": Family("<|observation|>", TIGHT, calls=GLM_TIGHT, between="",
                             special=("<|assistant|>", "<|user|>", "<tool_call>", "</tool_call>",
                                      "<think>", "</think>"),
                             templates=("GLM-4.7-Flash", "Spark2.5")),
    "Laguna": Family("</assistant>", ("<think>", "</think>\n"), calls=GLM,
                     templates=("poolside-Laguna-XS-2.1", "poolside-Laguna-XS.2")),
    "Laguna S 2.1": Family("</assistant>", ("<think>", "</think>\n"), calls=GLM_TIGHT,
                           templates=("poolside-Laguna-S-2.1",)),
    "Ling 3": Family("<|role_end|>", TIGHT, calls=LING, templates=("inclusionai-ling-3.0-flash",)),
    "Hunyuan 3": Family("<｜hy_eos:opensource｜>", ("<think:opensource>", "</think:opensource>"),
                        calls=HY3, between="", templates=("tencent-Hy3",)),
    "Kimi K2": Family("<|im_end|>", calls=KIMI, between="",
                      special=("<|im_middle|>", "<|tool_calls_section_begin|>", "<|tool_call_begin|>",
                               "<|tool_call_argument_begin|>", "<|tool_call_end|>",
                               "<|tool_calls_section_end|>"),
                      templates=("Kimi-K2-Instruct", "moonshotai-Kimi-K2")),
    "Kimi K2 Thinking": Family("<|im_end|>", TIGHT, calls=KIMI, between="",
                               special=("<|im_middle|>", "<|tool_calls_section_begin|>",
                                        "<|tool_call_begin|>", "<|tool_call_argument_begin|>",
                                        "<|tool_call_end|>", "<|tool_calls_section_end|>"),
                               templates=("Kimi-K2-Thinking",)),
    "Kimi K3": Family("<|end_of_msg|>", ("<|open|>think<|sep|>", "<|close|>think<|sep|>"),
                      ("<|open|>response<|sep|>", "<|close|>response<|sep|>"), kimi3, "",
                      special=("<|open|>", "<|close|>", "<|sep|>"), templates=("Kimi-K3",)),
    "LFM 2": Family("<|im_end|>", special=("<|im_start|>",), templates=("LFM2-8B-A1B",),
                    in_our_words=True),
    "LFM 2.5": Family("<|im_end|>", ("<think>", "</think>"), calls=around(
        "<|tool_call_start|>", python_calls, "<|tool_call_end|>"), between="",
        special=("<|im_start|>", "<|tool_call_start|>", "<|tool_call_end|>"),
        templates=("LFM2.5-8B-A1B",)),
    "LFM 2.5 Instruct": Family("<|im_end|>", ("<think>", "</think>"), special=("<|im_start|>",),
                               templates=("LFM2.5-Instruct",), in_our_words=True),
    "MiniMax M1": Family("<end_of_sentence>", calls=lambda calls: "<tool_calls>\n" + "".join(
        json_call(call) + "\n" for call in calls) + "</tool_calls>",
        templates=("MiniMax-M1",)),
    "MiniMax M2": Family("[e~[", THINK, calls=MINIMAX2,
                         special=("<minimax:tool_call>", "</minimax:tool_call>", "<think>", "</think>"),
                         templates=("MiniMax-M2",)),
    "MiniMax M3": Family("[e~[", ("<mm:think>", "</mm:think>"), calls=minimax3, between="",
                         special=("]<]minimax[>[", "<mm:think>", "</mm:think>"),
                         templates=("MiniMax-M3",)),
    "MiniCPM 5": Family("<|im_end|>", THINK, calls=MINICPM, templates=("openbmb-MiniCPM5-1B",)),
    "Mistral Nemo": Family("</s>", calls=array("[TOOL_CALLS]", "", lambda call: json.dumps(
        {"name": call[0], "arguments": call[1], "id": "abcDEF123"})), between="",
        special=("[TOOL_CALLS]", "[INST]", "[/INST]"),
        templates=("mistralai-Mistral-Nemo-Instruct-2407",)),
    "Mistral Small 3.2": Family("</s>", calls=each(
        lambda name, text, index: f"[TOOL_CALLS]{name}[CALL_ID]abcDEF12{index}[ARGS]{text}"), between="",
        special=("[TOOL_CALLS]", "[CALL_ID]", "[ARGS]", "[INST]", "[/INST]"),
        templates=("Mistral-Small-3.2-24B-Instruct-2506",)),
    "Devstral": Family("</s>", calls=each(
        lambda name, text, index: f"[TOOL_CALLS]{name}[ARGS]{text}"), between="",
        special=("[TOOL_CALLS]", "[ARGS]", "[INST]", "[/INST]"),
        templates=("unsloth-mistral-Devstral-Small-2507",)),
    "Magistral, Ministral 3": Family("</s>", ("[THINK]", "[/THINK]"), calls=each(
        lambda name, text, index: f"[TOOL_CALLS]{name}[ARGS]{text}"), between="",
        special=("[TOOL_CALLS]", "[ARGS]", "[INST]", "[/INST]", "[THINK]", "[/THINK]"),
        templates=("mistralai-Ministral-3-14B-Reasoning-2512",)),
    "Nemotron Nano 2": Family("<SPECIAL_12>", THINK, calls=array("<TOOLCALL>", "</TOOLCALL>"),
                              templates=("NVIDIA-Nemotron-Nano-v2",)),
    "Apertus": Family("<|assistant_end|>", ("<|inner_prefix|>", "<|inner_suffix|>"), calls=array(
        "<|tools_prefix|>", "<|tools_suffix|>", lambda call: json.dumps({call[0]: call[1]})), between="",
        special=("<|assistant_start|>", "<|inner_prefix|>", "<|inner_suffix|>", "<|tools_prefix|>",
                 "<|tools_suffix|>"), templates=("Apertus-8B-Instruct",)),
    "Apriel 1.5": Family("<|end|>", calls=array("<tool_calls>", "</tool_calls>"),
                         templates=("unsloth-Apriel-1.5",)),
    "Apriel 1.6": Family("<|end|>", ("", "\n[BEGIN FINAL RESPONSE]\n"),
                         calls=array("<tool_calls>", "</tool_calls>"),
                         templates=("Apriel-1.6-15b-Thinker-fixed",)),
    "Command R7B": Family("<|END_OF_TURN_TOKEN|>", ("<|START_THINKING|>", "<|END_THINKING|>"),
                          ("<|START_RESPONSE|>", "<|END_RESPONSE|>"), cohere, None,
                          special=("<|START_THINKING|>", "<|END_THINKING|>", "<|START_RESPONSE|>",
                                   "<|END_RESPONSE|>", "<|START_ACTION|>", "<|END_ACTION|>"),
                          templates=("CohereForAI-c4ai-command-r7b-12-2024-tool_use",)),
    "Command A, North": Family("<|END_OF_TURN_TOKEN|>", ("<|START_THINKING|>", "<|END_THINKING|>"),
                               ("<|START_TEXT|>", "<|END_TEXT|>"), cohere, None,
                               special=("<|START_THINKING|>", "<|END_THINKING|>", "<|START_TEXT|>",
                                        "<|END_TEXT|>", "<|START_ACTION|>", "<|END_ACTION|>"),
                               templates=("Cohere2MoE",)),
    "DeepSeek R1": Family("<｜end▁of▁sentence｜>", ("<think>\n", "\n</think>\n\n"), calls=DEEPSEEK_R1,
                          between="",
                          special=("<｜tool▁calls▁begin｜>", "<｜tool▁call▁begin｜>", "<｜tool▁sep｜>",
                                   "<｜tool▁call▁end｜>", "<｜tool▁calls▁end｜>"),
                          templates=("llama-cpp-deepseek-r1",)),
    "DeepSeek R1 distilled": Family("<｜end▁of▁sentence｜>", ("<think>\n", "\n</think>\n\n"),
                                    special=("<｜Assistant｜>", "<｜User｜>"),
                                    templates=("deepseek-ai-DeepSeek-R1-Distill-Qwen-32B",
                                               "deepseek-ai-DeepSeek-R1-Distill-Llama-8B"),
                                    in_our_words=True),
    "DeepSeek V3.1": Family("<｜end▁of▁sentence｜>", TIGHT, special=("<｜Assistant｜>", "<｜User｜>"),
                            templates=("deepseek-ai-DeepSeek-V3.1",), in_our_words=True),
    "DeepSeek V3.2": Family("<｜end▁of▁sentence｜>", TIGHT, calls=deepseek_markup("function_calls"),
                            between="\n\n", templates=("deepseek-ai-DeepSeek-V3.2",)),
    "DeepSeek V4": Family("<｜end▁of▁sentence｜>", TIGHT, calls=deepseek_markup("tool_calls"),
                          between="\n\n", templates=("deepseek-ai-DeepSeek-V4-Flash-0731",
                                                     "deepseek-ai-DeepSeek-V4")),
    "Functionary 3.1": Family("<|eot_id|>", calls=each(
        lambda name, text, index: f"<function={name}>{text}</function>"), between="",
        special=("<|start_header_id|>", "<|end_header_id|>", "<|python_tag|>"),
        templates=("meetkai-functionary-medium-v3.1",)),
    "Functionary 3.2": Family("<|eot_id|>", text=("all\n", ""), calls=each(
        lambda name, text, index: f"{name}\n{text}", ">>>"), between=">>>",
        special=("<|start_header_id|>", "<|end_header_id|>"),
        templates=("meetkai-functionary-medium-v3.2",)),
    "Firefunction 2": Family("<|eot_id|>", special=("<|start_header_id|>", "<|end_header_id|>"),
                             templates=("fireworks-ai-llama-3-firefunction-v2",), in_our_words=True),
    "Llama 3": Family("<|eot_id|>", calls=lambda calls: json.dumps(
        {"name": calls[0][0], "parameters": calls[0][1]}), between=None, parallel=False,
        special=("<|start_header_id|>", "<|end_header_id|>", "<|python_tag|>"),
        templates=("meta-llama-Llama-3.1-8B-Instruct", "meta-llama-Llama-3.2-3B-Instruct",
                   "meta-llama-Llama-3.3-70B-Instruct")),
    "Gemma 2": Family("<end_of_turn>", special=("<start_of_turn>",), templates=("google-gemma-2-2b-it",),
                      in_our_words=True),
    "Gemma 4": Family("<turn|>", ("<|channel>thought\n", "\n<channel|>"), calls=gemma, between="",
                      special=("<|turn>", "<|channel>", "<channel|>", "<|tool_call>", "<tool_call|>",
                               '<|"|>', "<|tool>", "<tool|>"),
                      templates=("google-gemma-4-31B-it", "google-gemma-4-31B-it-interleaved")),
    "GigaChat 3": Family("</s>", calls=each(
        lambda name, text, index: "<|message_sep|>\n\nfunction call<|role_sep|>\n"
        f'{{"name": "{name}", "arguments": {text}}}'), between="", parallel=False,
        special=("<|role_sep|>", "<|message_sep|>"), templates=("GigaChat3-10B-A1.8B",)),
    "GigaChat 3.1": Family("<|message_sep|>", calls=each(
        lambda name, text, index: f'<|function_call|>{{"name": "{name}", "arguments": {text}}}'),
        between="", parallel=False, special=("<|role_sep|>", "<|function_call|>"),
        templates=("GigaChat3.1-10B-A1.8B",)),
    "Granite 3.3": Family("<|end_of_text|>", special=("<|start_of_role|>", "<|end_of_role|>"),
                          templates=("ibm-granite-granite-3.3-2B-Instruct",), in_our_words=True),
    "Command R+": Family("<|END_OF_TURN_TOKEN|>", calls=array(
        "Action:\n```json\n", "\n```", lambda call: json.dumps(
            {"tool_name": call[0], "parameters": call[1]})), templates=(
        "CohereForAI-c4ai-command-r-plus-tool_use",)),
    "Phi 3.5": Family("<|end|>", special=("<|assistant|>", "<|user|>"),
                      templates=("microsoft-Phi-3.5-mini-instruct",), in_our_words=True),
    "RWKV": Family("<|end|>", ("<think>", "</think>"), templates=("llama-cpp-rwkv-world",),
                   in_our_words=True),
    "gpt-oss": Family("<|return|>", ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant"),
                      ("<|channel|>final<|message|>", ""), harmony, "<|end|><|start|>assistant",
                      ("<|channel|>commentary<|message|>", ""), False,
                      special=("<|start|>", "<|end|>", "<|channel|>", "<|message|>", "<|constrain|>",
                               "<|call|>"),
                      templates=("openai-gpt-oss-120b",)),
    "Muse": Family("<|eot|>", (" to=self<|message|>", "<|eom|><|start|>assistant"),
                   (" to=user<|message|>", ""), muse, None, special=("<|start|>", "<|message|>", "<|eom|>"),
                   templates=("muse-glimmer",)),
    "Solar Open": Family("<|flush|>", ("<|think|>", "<|end|><|begin|>assistant"), ("<|content|>", ""),
                         SOLAR, None,
                         special=("<|begin|>", "<|end|>", "<|think|>", "<|content|>", "<|tool_calls|>", "<|calls|>",
                                  "<|tool_call:begin|>", "<|tool_call:name|>", "<|tool_call:args|>",
                                  "<|tool_call:end|>"),
                         templates=("upstage-Solar-Open-100B",)),
}

# What clients do not get yet, by template: why, and which cases. A case here that is read fails the
# tests.
NOT_READ = {}

# Read and held by a table of marks, src/backend/answer/marked/family_marks.cpp.
BY_MARKS = {"Apertus", "Command R+", "Functionary 3.2", "Gemma 4", "Hunyuan 3", "Kimi K3", "MiniCPM 5",
            "MiniMax M1", "MiniMax M2", "Solar Open"}

FAMILY_OF = {template: name for name, family in FAMILIES.items() for template in family.templates}


def reads(name, family):
    if name in BY_MARKS:
        return "our own, by its marks"
    if family.calls is harmony:
        return "our own, of channels"
    if family.in_our_words:
        return "our own; tools are described in our words"
    return "our own, as the template writes calls in it" if family.calls is HERMES else "llama.cpp's"


def table():
    """The table of docs/answer-formats.md."""
    lines = ["| family | reasoning | calls in one answer | text beside calls | parser and grammar |",
             "|---|---|---|---|---|"]
    for name, family in sorted(FAMILIES.items(), key=lambda item: item[0].lower()):
        lines.append(f"| {name} | {'yes' if family.thought else 'no'} "
                     f"| {'several' if family.parallel else 'one'} "
                     f"| {'no' if family.between is None else 'yes'} | {reads(name, family)} |")
    return "\n".join(lines) + "\n"


def not_read():
    """The list of docs/answer-formats.md."""
    return "".join(f"- {FAMILY_OF[template]} (`{template}`): {why}. Cases: {', '.join(cases)}.\n"
                   for template, (why, cases) in sorted(NOT_READ.items()))


if __name__ == "__main__":
    print(table(), not_read(), sep="\n", end="")
