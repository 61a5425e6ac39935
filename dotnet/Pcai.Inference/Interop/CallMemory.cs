using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Text;

namespace PcaiInference.Interop;

/// <summary>Unmanaged memory for the arguments of one call; Dispose frees all of it. For one thread.</summary>
internal sealed unsafe class CallMemory : IDisposable
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly List<nint> _blocks = [];

    /// <summary>null becomes "not given". Half a surrogate pair has no UTF-8: throws InvalidRequest, which
    /// names <paramref name="field"/>.</summary>
    public NativeText Text(string? text, string field)
    {
        if (text is null) return default;
        byte[] bytes;
        try
        {
            bytes = s_strict.GetBytes(text);
        }
        catch (EncoderFallbackException error)
        {
            throw new PcaiException(Status.InvalidRequest,
                $"{field}: the character at index {error.Index} is half a surrogate pair, which is not a Unicode character",
                field, error);
        }
        nint data = Allocate(Math.Max(bytes.Length, 1)); // "" is given, so it has an address
        Marshal.Copy(bytes, 0, data, bytes.Length);
        return new NativeText { Data = data, Size = (ulong)bytes.Length };
    }

    /// <summary>Copies to a native array; zero if there are no items.</summary>
    public nint Array<T>(IReadOnlyList<T> items) where T : unmanaged
    {
        if (items.Count == 0) return 0;
        nint array = Allocate(checked(sizeof(T) * items.Count));
        for (int i = 0; i < items.Count; i++) ((T*)array)[i] = items[i];
        return array;
    }

    public void Dispose()
    {
        foreach (nint block in _blocks) Marshal.FreeHGlobal(block);
        _blocks.Clear();
    }

    private nint Allocate(int size)
    {
        nint block = Marshal.AllocHGlobal(size);
        _blocks.Add(block);
        return block;
    }
}
