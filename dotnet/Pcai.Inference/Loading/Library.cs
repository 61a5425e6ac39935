using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using PcaiInference.Interop;
using PcaiInference.Loading;

namespace PcaiInference;

/// <summary>A file that was tried and is not the library.</summary>
public sealed class LibraryProblem
{
    internal LibraryProblem(string file, string reason)
    {
        File = file;
        Reason = reason;
    }

    /// <summary>The absolute path, or the name that the system searched for.</summary>
    public string File { get; }

    /// <summary>Why it cannot be used: another processor, another version, a missing dependency, blocked.</summary>
    public string Reason { get; }

    /// <summary>File and reason.</summary>
    public override string ToString() => File + ": " + Reason;
}

/// <summary>The native library of this process. It is opened once, by the first call that needs it, and
/// stays until the process ends. Any thread may call any method.</summary>
/// <remarks>It is looked for in this order: the file or folder given to <see cref="Open(string)"/>, and
/// then nothing else; the file or folder that the environment variable PCAI_INFERENCE_LIBRARY names, and
/// then nothing else; beside this assembly; beside the program; in the folders that .NET's host knows, each
/// of these also with its <c>runtimes/RID/native</c>; by name, where the system searches. A file that
/// cannot be used is passed over.</remarks>
public static class Library
{
    private static readonly object s_mutex = new();
    private static volatile NativeMethods? s_native;
    private static string? s_file;
    private static IReadOnlyList<LibraryProblem> s_problems = [];

    /// <summary>The file, or the name, that was opened; null before.</summary>
    public static string? File
    {
        get
        {
            lock (s_mutex) return s_file;
        }
    }

    /// <summary>The library's own version, "0.1.0". Opens the library.</summary>
    public static unsafe string Version => Utf8.FromZeroTerminated(Native.pcai_version());

    /// <summary>The files that the latest search passed over, with the reasons.</summary>
    public static IReadOnlyList<LibraryProblem> Problems
    {
        get
        {
            lock (s_mutex) return s_problems;
        }
    }

    /// <summary>Opens the library. Does nothing if it is open. After a failure it may be called again.</summary>
    /// <exception cref="PcaiException">Nothing could be opened; the message names each file that was tried
    /// and its reason.</exception>
    public static void Open() => Open(location: null, currentFolder: null, firstFolder: null);

    /// <summary>Opens the library at <paramref name="location"/>, a file or a folder. A relative path begins
    /// at the current folder, <c>~</c> is the home folder.</summary>
    /// <exception cref="PcaiException">It could not be opened, or another file is open already.</exception>
    public static void Open(string location)
    {
        if (location is null) throw new ArgumentNullException(nameof(location));
        Open(location, currentFolder: null, firstFolder: null);
    }

    /// <summary>As the two above. Relative paths begin at <paramref name="currentFolder"/>, if it is given;
    /// <paramref name="firstFolder"/> is searched before the assembly's.</summary>
    internal static void Open(string? location, string? currentFolder, string? firstFolder)
    {
        lock (s_mutex)
        {
            if (s_native is not null)
            {
                if (location is not null) RefuseAnother(location, currentFolder);
                return;
            }
            string? named = location ?? Environment.GetEnvironmentVariable(LibraryFile.Variable);
            IEnumerable<string> candidates = string.IsNullOrEmpty(named)
                ? LibraryFile.Found(firstFolder) : LibraryFile.Named(named!, currentFolder);
            var problems = new List<LibraryProblem>();
            s_problems = problems;
            var loader = LibraryLoader.Create();
            foreach (string file in candidates)
            {
                NativeMethods? native = TryOpen(loader, file, problems);
                if (native is null) continue;
                s_file = file;
                s_native = native;
                return;
            }
            throw new PcaiException(Status.Unsupported, Message(named, location is null, problems), LibraryFile.Variable);
        }
    }

    internal static NativeMethods Native
    {
        get
        {
            if (s_native is null) Open();
            return s_native!;
        }
    }

    private static NativeMethods? TryOpen(LibraryLoader loader, string file, List<LibraryProblem> problems)
    {
        nint library = loader.Open(file, out string problem);
        if (library == 0)
        {
            problems.Add(new LibraryProblem(file, problem));
            return null;
        }
        string? missing = null;
        try
        {
            return new NativeMethods(name =>
            {
                nint address = loader.Find(library, name);
                if (address == 0) missing = name;
                return address != 0 ? address : throw new MissingMethodException(name);
            });
        }
        catch (MissingMethodException)
        {
            problems.Add(new LibraryProblem(file, $"it has no function {missing}, so it is another library or an older version"));
            return null;
        }
    }

    private static void RefuseAnother(string location, string? currentFolder)
    {
        if (LibraryFile.Named(location, currentFolder).Contains(s_file)) return;
        throw new PcaiException(Status.InvalidRequest,
            $"this process already uses the library {s_file}; another one needs a new process", "location");
    }

    private static string Message(string? named, bool byVariable, List<LibraryProblem> problems)
    {
        string list = string.Join("", problems.Select(problem => "\n  " + problem));
        if (string.IsNullOrEmpty(named))
        {
            return "the native library pcai_inference was not found. Put it beside the program, or set "
                + $"{LibraryFile.Variable} to its path. Tried:{list}";
        }
        string who = byVariable ? $"{LibraryFile.Variable} is '{named}'" : $"'{named}' was given";
        return $"the native library cannot be opened: {who}, and nothing else is tried then. Tried:{list}";
    }
}
