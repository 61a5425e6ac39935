#!/usr/bin/env python3
"""One question to a model, the answer as it comes: the seven functions of pcai.h from Python.

  PCAI_INFERENCE_LIBRARY=.../libpcai_inference.so ./chat.py model.gguf "Why is the sky blue?" [backend]
"""
import ctypes
import os
import sys


class FfiResult(ctypes.Structure):
    # A c_char_p would be copied and lose the pointer that pcai_free_result needs.
    _fields_ = [("success", ctypes.c_bool), ("error_message", ctypes.c_void_p)]


OnToken = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_char_p, ctypes.c_void_p)


def open_library():
    library = ctypes.CDLL(os.environ.get("PCAI_INFERENCE_LIBRARY", "libpcai_inference.so.0"))
    library.pcai_init.argtypes = [ctypes.c_char_p]
    library.pcai_init.restype = FfiResult
    library.pcai_load_model.argtypes = [ctypes.c_char_p, ctypes.c_int32]
    library.pcai_load_model.restype = FfiResult
    library.pcai_generate_streaming_cancellable.argtypes = [
        ctypes.c_char_p, ctypes.c_uint32, ctypes.c_float, OnToken, ctypes.c_void_p]
    library.pcai_generate_streaming_cancellable.restype = FfiResult
    library.pcai_free_result.argtypes = [ctypes.POINTER(FfiResult)]
    library.pcai_free_result.restype = None
    library.pcai_shutdown.restype = None
    return library


def check(library, result):
    """Raises what went wrong, and frees its message."""
    if result.success:
        return
    message = ctypes.string_at(result.error_message).decode("utf-8")
    library.pcai_free_result(ctypes.byref(result))
    raise RuntimeError(message)


def main():
    if len(sys.argv) < 3:
        sys.exit(f"usage: {sys.argv[0]} MODEL QUESTION [BACKEND]")
    model, question = sys.argv[1], sys.argv[2]
    backend = sys.argv[3].encode() if len(sys.argv) > 3 else None

    @OnToken
    def on_token(token, _):
        sys.stdout.write(token.decode("utf-8"))  # whole code points, always
        sys.stdout.flush()
        return 1  # 0 would stop

    library = open_library()
    check(library, library.pcai_init(backend))
    check(library, library.pcai_load_model(model.encode("utf-8"), -1))
    check(library, library.pcai_generate_streaming_cancellable(
        question.encode("utf-8"), 256, 0.7, on_token, None))
    print()
    library.pcai_shutdown()


if __name__ == "__main__":
    try:
        main()
    except (RuntimeError, OSError) as error:
        sys.exit(str(error))
