"""llama.cpp's own greedy answers: llama_reference.py MODEL < [[token, …], …] > [[token, …], …]

xllamacpp is llama.cpp's server in a Python package. An answer's tokens are {"token": its text,
"logprob": …, "top_logprobs": …}. One thread each way: two wait for each other.
"""
import json
import sys
from concurrent.futures import ThreadPoolExecutor

import xllamacpp

TOKENS = 12
SIDE_BY_SIDE = 4


def main():
    params = xllamacpp.CommonParams()
    params.model.path = sys.argv[1]
    params.n_ctx = 512 * SIDE_BY_SIDE
    params.n_parallel = SIDE_BY_SIDE
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.warmup = False
    server = xllamacpp.Server(params)

    def answer(prompt):
        said = server.handle_completions({"prompt": prompt, "max_tokens": TOKENS, "temperature": 0,
                                          "logprobs": 5, "cache_prompt": False})
        if "choices" not in said:
            raise SystemExit(f"llama.cpp says: {said}")
        return said["choices"][0]["logprobs"]["content"]

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        answers = list(pool.map(answer, json.load(sys.stdin)))
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
