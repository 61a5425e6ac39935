using System;
using System.IO;
using System.Runtime.InteropServices;

namespace PcaiInference.Loading;

/// <summary>The system and processor that a library was made for, read from the first bytes of its file.</summary>
internal sealed class BinaryHeader
{
    private BinaryHeader(string system, string processor)
    {
        System = system;
        Processor = processor;
    }

    /// <summary>"Linux", "Windows" or "macOS".</summary>
    public string System { get; }

    /// <summary>As in a runtime id: "x64"; "another processor" if it is not known here.</summary>
    public string Processor { get; }

    /// <summary>null if the file is not a library of any system, or cannot be read.</summary>
    public static BinaryHeader? Read(string file)
    {
        byte[] start = new byte[4096];
        int size;
        try
        {
            using FileStream stream = File.OpenRead(file);
            size = stream.Read(start, 0, start.Length);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
        if (size < 64) return null;
        return Word(start, 0) switch
        {
            0x464C457F => new BinaryHeader("Linux", OfElf(start)),
            0xFEEDFACF => new BinaryHeader("macOS", OfMachO(start)),
            _ => OfPe(start, size),
        };
    }

    /// <summary>The processor of this process.</summary>
    public static string ThisProcessor => RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();

    /// <summary>The system of this process.</summary>
    public static string ThisSystem =>
        RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? "Windows"
        : RuntimeInformation.IsOSPlatform(OSPlatform.OSX) ? "macOS" : "Linux";

    private static string OfElf(byte[] start) => (start[18] | start[19] << 8) switch
    {
        3 => "x86",
        40 => "arm",
        62 => "x64",
        183 => "arm64",
        243 => "riscv64",
        _ => "another processor",
    };

    private static string OfMachO(byte[] start) => Word(start, 4) switch
    {
        0x01000007 => "x64",
        0x0100000C => "arm64",
        _ => "another processor",
    };

    private static BinaryHeader? OfPe(byte[] start, int size)
    {
        if (start[0] != 'M' || start[1] != 'Z') return null;
        uint at = Word(start, 60);
        if (at > size - 6 || Word(start, (int)at) != 0x00004550) return null;
        string processor = (start[at + 4] | start[at + 5] << 8) switch
        {
            0x014C => "x86",
            0x8664 => "x64",
            0xAA64 => "arm64",
            _ => "another processor",
        };
        return new BinaryHeader("Windows", processor);
    }

    private static uint Word(byte[] bytes, int at) =>
        (uint)(bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16 | bytes[at + 3] << 24);
}
