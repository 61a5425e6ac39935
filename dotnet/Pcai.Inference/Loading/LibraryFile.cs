using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;

namespace PcaiInference;

/// <summary>Where the native library may lie: names, places and their order. Thread-safe.</summary>
public static class LibraryFile
{
    /// <summary>The environment variable that names the library's file or folder.</summary>
    public const string Variable = "PCAI_INFERENCE_LIBRARY";

    /// <summary>The library's file names on this system, in the order in which they are tried.</summary>
    public static IReadOnlyList<string> Names { get; } =
        RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? ["pcai_inference.dll", "libpcai_inference.dll"]
        : RuntimeInformation.IsOSPlatform(OSPlatform.OSX) ? ["libpcai_inference.dylib"]
        : ["libpcai_inference.so.0", "libpcai_inference.so"];

    /// <summary>The system and processor of this process, as NuGet names them: "win-x64", "linux-arm64".</summary>
    public static string RuntimeId { get; } =
        (RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? "win"
            : RuntimeInformation.IsOSPlatform(OSPlatform.OSX) ? "osx" : "linux")
        + "-" + RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();

    /// <summary>A path with the home folder instead of a leading <c>~</c>, and absolute: a relative one
    /// begins at <paramref name="folder"/>, or at the current folder if that is null.</summary>
    public static string FullPath(string path, string? folder = null)
    {
        if (path is null) throw new ArgumentNullException(nameof(path));
        if (path == "~" || path.StartsWith("~/", StringComparison.Ordinal) || path.StartsWith("~\\", StringComparison.Ordinal))
        {
            path = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) + path.Substring(1);
        }
        return Path.GetFullPath(folder is null ? path : Path.Combine(folder, path));
    }

    /// <summary>What to try for a file or folder that the user named, and nothing else.</summary>
    internal static IEnumerable<string> Named(string location, string? folder)
    {
        string path = FullPath(location, folder);
        return Directory.Exists(path) ? InFolder(path, always: true) : [path];
    }

    /// <summary>What to try if nothing was named: the files that exist in <paramref name="first"/>, beside
    /// this assembly, beside the program and in the folders that .NET's host knows, each with its
    /// runtimes/RID/native; then the names, for the system to search.</summary>
    internal static IEnumerable<string> Found(string? first)
    {
        var seen = new HashSet<string>();
        foreach (string? place in Places(first))
        {
            if (string.IsNullOrEmpty(place)) continue;
            foreach (string file in InFolder(place!, always: false))
            {
                if (seen.Add(file)) yield return file;
            }
        }
        foreach (string name in Names) yield return name;
    }

    private static IEnumerable<string?> Places(string? first)
    {
        yield return first;
        yield return AssemblyFolder();
        yield return AppContext.BaseDirectory;
        if (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") is not string host) yield break;
        foreach (string place in host.Split(Path.PathSeparator)) yield return place;
    }

    [System.Diagnostics.CodeAnalysis.UnconditionalSuppressMessage("SingleFile", "IL3000",
        Justification = "In a single file the place is \"\", which is skipped.")]
    private static string? AssemblyFolder() => Path.GetDirectoryName(typeof(LibraryFile).Assembly.Location);

    private static IEnumerable<string> InFolder(string folder, bool always)
    {
        bool found = false;
        foreach (string place in new[] { folder, Path.Combine(folder, "runtimes", RuntimeId, "native") })
        {
            foreach (string name in Names)
            {
                string file = Path.GetFullPath(Path.Combine(place, name));
                if (!File.Exists(file)) continue;
                found = true;
                yield return file;
            }
        }
        if (always && !found) yield return Path.Combine(folder, Names[0]); // its absence is the error
    }
}
