// The functions of pcai.h that this module calls. A field is named like its function and is bound to
// it by that name, so that one way serves .NET Framework, .NET and Mono, wherever the library lies.
//
// Handles go in as SafeHandles: the runtime keeps them alive for as long as a call runs. They come
// out as IntPtr and are wrapped at once. Text is never a string here: a string would be marshalled in
// the ANSI code page on Windows.
using System;
using System.Reflection;
using System.Runtime.InteropServices;

namespace PcaiInference
{
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr GetStatic();

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void FreeHandle(ref IntPtr handle);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int ErrorCode(IntPtr error);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr ErrorText(IntPtr error);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void EngineOptionsInit(ref NativeEngineOptions options, uint structSize);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int EngineCreate(ref NativeEngineOptions options, out IntPtr engine,
        out IntPtr error);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int EngineGetStats(EngineHandle engine, ref NativeEngineStats stats,
        out IntPtr error);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void ModelOptionsInit(ref NativeModelOptions options, uint structSize);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int ModelLoad(EngineHandle engine, ref NativeModelOptions options,
        out IntPtr model, out IntPtr error);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int ModelWait(ModelHandle model, int timeoutMs, ref float progress,
        out IntPtr error);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int ModelGetInfo(ModelHandle model, ref NativeModelInfo info,
        out IntPtr error);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void RequestInit(ref NativeRequest request, uint structSize);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int GenerationStart(ModelHandle model, ref NativeRequest request,
        out IntPtr generation, out IntPtr error);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int GenerationNext(GenerationHandle generation, int timeoutMs,
        ref NativeEvent happened, out IntPtr error);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void GenerationCancel(GenerationHandle generation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int ModelsDiscover(IntPtr folders, ulong folderCount, out IntPtr models,
        out IntPtr error);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate ulong ModelsCount(ModelsHandle models);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int ModelsGet(ModelsHandle models, ulong index, ref NativeModelInfo info,
        out IntPtr error);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int DevicesList(out IntPtr devices, out IntPtr error);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate ulong DevicesCount(DevicesHandle devices);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int DevicesGet(DevicesHandle devices, ulong index, ref NativeDeviceInfo info,
        out IntPtr error);

#pragma warning disable 0649 // the fields are set by name, in the constructor
    internal sealed class NativeMethods
    {
        public readonly GetStatic pcai_version;

        public readonly ErrorCode pcai_error_code;
        public readonly ErrorText pcai_error_message;
        public readonly ErrorText pcai_error_field;
        public readonly FreeHandle pcai_error_free;

        public readonly EngineOptionsInit pcai_engine_options_init;
        public readonly EngineCreate pcai_engine_create;
        public readonly EngineGetStats pcai_engine_get_stats;
        public readonly FreeHandle pcai_engine_free;

        public readonly ModelOptionsInit pcai_model_options_init;
        public readonly ModelLoad pcai_model_load;
        public readonly ModelWait pcai_model_wait;
        public readonly ModelGetInfo pcai_model_get_info;
        public readonly FreeHandle pcai_model_free;

        public readonly RequestInit pcai_request_init;
        public readonly GenerationStart pcai_generation_start;
        public readonly GenerationNext pcai_generation_next;
        public readonly GenerationCancel pcai_generation_cancel;
        public readonly FreeHandle pcai_generation_free;

        public readonly ModelsDiscover pcai_models_discover;
        public readonly ModelsCount pcai_models_count;
        public readonly ModelsGet pcai_models_get;
        public readonly FreeHandle pcai_models_free;

        public readonly DevicesList pcai_devices_list;
        public readonly DevicesCount pcai_devices_count;
        public readonly DevicesGet pcai_devices_get;
        public readonly FreeHandle pcai_devices_free;

        /// <summary>`find` gives a function's address, or throws.</summary>
        public NativeMethods(Func<string, IntPtr> find)
        {
            foreach (FieldInfo field in GetType().GetFields())
            {
                field.SetValue(this,
                    Marshal.GetDelegateForFunctionPointer(find(field.Name), field.FieldType));
            }
        }
    }
#pragma warning restore 0649
}
