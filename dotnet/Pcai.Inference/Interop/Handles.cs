// The library's handles. Each is freed exactly once: by Dispose, or by the garbage collector, and
// never while a native call uses it.
using System;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PcaiInference.Interop;

/// <summary>A handle and the functions of the library that made it.</summary>
internal abstract class NativeHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    protected NativeHandle(NativeMethods native, nint handle) : base(ownsHandle: true)
    {
        Native = native;
        SetHandle(handle);
    }

    public NativeMethods Native { get; }

    /// <summary>Keeps the handle from being freed until the result is disposed of. Throws
    /// ObjectDisposedException if it is closed.</summary>
    public Held Hold() => new Held(this);

    internal readonly ref struct Held
    {
        private readonly SafeHandle _handle;

        public Held(SafeHandle handle)
        {
            bool held = false;
            handle.DangerousAddRef(ref held);
            _handle = handle;
            Value = handle.DangerousGetHandle();
        }

        public nint Value { get; }

        public void Dispose() => _handle.DangerousRelease();
    }
}

internal sealed unsafe class EngineHandle(NativeMethods native, nint engine) : NativeHandle(native, engine)
{
    protected override bool ReleaseHandle()
    {
        nint engine = handle;
        Native.pcai_engine_free(&engine);
        return true;
    }
}

internal sealed unsafe class ModelHandle(NativeMethods native, nint model) : NativeHandle(native, model)
{
    protected override bool ReleaseHandle()
    {
        nint model = handle;
        Native.pcai_model_free(&model);
        return true;
    }
}

internal sealed unsafe class GenerationHandle(NativeMethods native, nint generation) : NativeHandle(native, generation)
{
    protected override bool ReleaseHandle()
    {
        nint generation = handle;
        Native.pcai_generation_free(&generation);
        return true;
    }
}

internal sealed unsafe class ModelsHandle(NativeMethods native, nint models) : NativeHandle(native, models)
{
    protected override bool ReleaseHandle()
    {
        nint models = handle;
        Native.pcai_models_free(&models);
        return true;
    }
}

internal sealed unsafe class DevicesHandle(NativeMethods native, nint devices) : NativeHandle(native, devices)
{
    protected override bool ReleaseHandle()
    {
        nint devices = handle;
        Native.pcai_devices_free(&devices);
        return true;
    }
}
