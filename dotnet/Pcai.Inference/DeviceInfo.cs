using System.Collections.Generic;
using PcaiInference.Interop;

namespace PcaiInference;

/// <summary>A device that models can run on. Immutable.</summary>
public sealed class DeviceInfo
{
    private DeviceInfo(in NativeDeviceInfo info)
    {
        Kind = (DeviceKind)info.Kind;
        Index = info.Index;
        Name = Utf8.FromText(info.Name) ?? "";
        Cores = info.Cores;
        MemoryTotalBytes = info.MemoryTotalBytes;
        MemoryFreeBytes = info.MemoryFreeBytes;
    }

    /// <summary>The processor, or a GPU.</summary>
    public DeviceKind Kind { get; }

    /// <summary>For <see cref="ModelOptions.GpuDevices"/>; 0 for the processor.</summary>
    public int Index { get; }

    /// <summary>As its driver names it.</summary>
    public string Name { get; }

    /// <summary>Logical processors; 0 = not known, which also applies to the memory.</summary>
    public uint Cores { get; }

    /// <summary>Size of its memory.</summary>
    public ulong MemoryTotalBytes { get; }

    /// <summary>Free memory, when it was asked for.</summary>
    public ulong MemoryFreeBytes { get; }

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    /// <summary>The devices of this machine: the processor first, then the GPUs that the drivers report,
    /// whether or not this build can compute on them.</summary>
    public static unsafe IReadOnlyList<DeviceInfo> List()
    {
        NativeMethods native = Library.Native;
        nint list, error;
        native.Check(native.pcai_devices_list(&list, &error), error);
        using var devices = new DevicesHandle(native, list);
        using NativeHandle.Held held = devices.Hold();
        var all = new List<DeviceInfo>();
        ulong count = native.pcai_devices_count(held.Value);
        for (ulong i = 0; i < count; i++)
        {
            var info = new NativeDeviceInfo { StructSize = (uint)sizeof(NativeDeviceInfo) };
            native.Check(native.pcai_devices_get(held.Value, i, &info, &error), error);
            all.Add(new DeviceInfo(info));
        }
        return all;
    }
}
