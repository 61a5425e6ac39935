// The functions of pcai.h, as function pointers that are bound by name: one way for .NET Framework,
// .NET Standard and .NET, wherever the library lies, and nothing is generated at run time. Fields
// have the names of the functions.
using System;

namespace PcaiInference.Interop;

internal sealed unsafe class NativeMethods
{
    public readonly delegate* unmanaged[Cdecl]<nint> pcai_version;

    public readonly delegate* unmanaged[Cdecl]<nint, nint> pcai_error_message;
    public readonly delegate* unmanaged[Cdecl]<nint, nint> pcai_error_field;
    public readonly delegate* unmanaged[Cdecl]<nint*, void> pcai_error_free;

    public readonly delegate* unmanaged[Cdecl]<NativeEngineOptions*, uint, void> pcai_engine_options_init;
    public readonly delegate* unmanaged[Cdecl]<NativeEngineOptions*, nint*, nint*, int> pcai_engine_create;
    public readonly delegate* unmanaged[Cdecl]<nint, NativeEngineStats*, nint*, int> pcai_engine_get_stats;
    public readonly delegate* unmanaged[Cdecl]<nint*, void> pcai_engine_free;

    public readonly delegate* unmanaged[Cdecl]<NativeModelOptions*, uint, void> pcai_model_options_init;
    public readonly delegate* unmanaged[Cdecl]<nint, NativeModelOptions*, nint*, nint*, int> pcai_model_load;
    public readonly delegate* unmanaged[Cdecl]<nint, int, float*, nint*, int> pcai_model_wait;
    public readonly delegate* unmanaged[Cdecl]<nint, nint*, int> pcai_model_unload;
    public readonly delegate* unmanaged[Cdecl]<nint, NativeModelInfo*, nint*, int> pcai_model_get_info;
    public readonly delegate* unmanaged[Cdecl]<nint, NativeModelStats*, nint*, int> pcai_model_get_stats;
    public readonly delegate* unmanaged[Cdecl]<nint*, void> pcai_model_free;

    public readonly delegate* unmanaged[Cdecl]<NativeRequest*, uint, void> pcai_request_init;
    public readonly delegate* unmanaged[Cdecl]<nint, NativeRequest*, nint*, nint*, int> pcai_generation_start;
    public readonly delegate* unmanaged[Cdecl]<nint, int, NativeEvent*, nint*, int> pcai_generation_next;
    public readonly delegate* unmanaged[Cdecl]<nint, void> pcai_generation_cancel;
    public readonly delegate* unmanaged[Cdecl]<nint*, void> pcai_generation_free;

    public readonly delegate* unmanaged[Cdecl]<nint, nint*, nint*, int> pcai_models_list;
    public readonly delegate* unmanaged[Cdecl]<NativeText*, ulong, nint*, nint*, int> pcai_models_discover;
    public readonly delegate* unmanaged[Cdecl]<nint, ulong> pcai_models_count;
    public readonly delegate* unmanaged[Cdecl]<nint, ulong, NativeModelInfo*, nint*, int> pcai_models_get;
    public readonly delegate* unmanaged[Cdecl]<nint*, void> pcai_models_free;

    public readonly delegate* unmanaged[Cdecl]<nint*, nint*, int> pcai_devices_list;
    public readonly delegate* unmanaged[Cdecl]<nint, ulong> pcai_devices_count;
    public readonly delegate* unmanaged[Cdecl]<nint, ulong, NativeDeviceInfo*, nint*, int> pcai_devices_get;
    public readonly delegate* unmanaged[Cdecl]<nint*, void> pcai_devices_free;

    /// <summary><paramref name="find"/> gives a function's address, or throws.</summary>
    public NativeMethods(Func<string, nint> find)
    {
        pcai_version = (delegate* unmanaged[Cdecl]<nint>)find(nameof(pcai_version));
        pcai_error_message = (delegate* unmanaged[Cdecl]<nint, nint>)find(nameof(pcai_error_message));
        pcai_error_field = (delegate* unmanaged[Cdecl]<nint, nint>)find(nameof(pcai_error_field));
        pcai_error_free = (delegate* unmanaged[Cdecl]<nint*, void>)find(nameof(pcai_error_free));
        pcai_engine_options_init = (delegate* unmanaged[Cdecl]<NativeEngineOptions*, uint, void>)find(nameof(pcai_engine_options_init));
        pcai_engine_create = (delegate* unmanaged[Cdecl]<NativeEngineOptions*, nint*, nint*, int>)find(nameof(pcai_engine_create));
        pcai_engine_get_stats = (delegate* unmanaged[Cdecl]<nint, NativeEngineStats*, nint*, int>)find(nameof(pcai_engine_get_stats));
        pcai_engine_free = (delegate* unmanaged[Cdecl]<nint*, void>)find(nameof(pcai_engine_free));
        pcai_model_options_init = (delegate* unmanaged[Cdecl]<NativeModelOptions*, uint, void>)find(nameof(pcai_model_options_init));
        pcai_model_load = (delegate* unmanaged[Cdecl]<nint, NativeModelOptions*, nint*, nint*, int>)find(nameof(pcai_model_load));
        pcai_model_wait = (delegate* unmanaged[Cdecl]<nint, int, float*, nint*, int>)find(nameof(pcai_model_wait));
        pcai_model_unload = (delegate* unmanaged[Cdecl]<nint, nint*, int>)find(nameof(pcai_model_unload));
        pcai_model_get_info = (delegate* unmanaged[Cdecl]<nint, NativeModelInfo*, nint*, int>)find(nameof(pcai_model_get_info));
        pcai_model_get_stats = (delegate* unmanaged[Cdecl]<nint, NativeModelStats*, nint*, int>)find(nameof(pcai_model_get_stats));
        pcai_model_free = (delegate* unmanaged[Cdecl]<nint*, void>)find(nameof(pcai_model_free));
        pcai_request_init = (delegate* unmanaged[Cdecl]<NativeRequest*, uint, void>)find(nameof(pcai_request_init));
        pcai_generation_start = (delegate* unmanaged[Cdecl]<nint, NativeRequest*, nint*, nint*, int>)find(nameof(pcai_generation_start));
        pcai_generation_next = (delegate* unmanaged[Cdecl]<nint, int, NativeEvent*, nint*, int>)find(nameof(pcai_generation_next));
        pcai_generation_cancel = (delegate* unmanaged[Cdecl]<nint, void>)find(nameof(pcai_generation_cancel));
        pcai_generation_free = (delegate* unmanaged[Cdecl]<nint*, void>)find(nameof(pcai_generation_free));
        pcai_models_list = (delegate* unmanaged[Cdecl]<nint, nint*, nint*, int>)find(nameof(pcai_models_list));
        pcai_models_discover = (delegate* unmanaged[Cdecl]<NativeText*, ulong, nint*, nint*, int>)find(nameof(pcai_models_discover));
        pcai_models_count = (delegate* unmanaged[Cdecl]<nint, ulong>)find(nameof(pcai_models_count));
        pcai_models_get = (delegate* unmanaged[Cdecl]<nint, ulong, NativeModelInfo*, nint*, int>)find(nameof(pcai_models_get));
        pcai_models_free = (delegate* unmanaged[Cdecl]<nint*, void>)find(nameof(pcai_models_free));
        pcai_devices_list = (delegate* unmanaged[Cdecl]<nint*, nint*, int>)find(nameof(pcai_devices_list));
        pcai_devices_count = (delegate* unmanaged[Cdecl]<nint, ulong>)find(nameof(pcai_devices_count));
        pcai_devices_get = (delegate* unmanaged[Cdecl]<nint, ulong, NativeDeviceInfo*, nint*, int>)find(nameof(pcai_devices_get));
        pcai_devices_free = (delegate* unmanaged[Cdecl]<nint*, void>)find(nameof(pcai_devices_free));
    }

    /// <summary>Throws if <paramref name="status"/> is an error, and frees <paramref name="error"/>.</summary>
    public void Check(int status, nint error)
    {
        if (status >= 0) return;
        var failure = new PcaiException((Status)status,
            Utf8.FromZeroTerminated(pcai_error_message(error)), Utf8.FromZeroTerminated(pcai_error_field(error)));
        pcai_error_free(&error);
        throw failure;
    }
}
