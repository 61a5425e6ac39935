using System;
using System.IO;

namespace PcaiInference.Loading;

/// <summary>Says in plain words why a library could not be opened.</summary>
internal static class LoadFailure
{
    /// <summary><paramref name="said"/> is what the system or .NET said.</summary>
    public static string Reason(string file, string said)
    {
        string detail = Detail(file, said);
        if (!Path.IsPathRooted(file)) return "the system does not find it (" + detail + ")";
        if (Directory.Exists(file)) return "it is a folder";
        if (!File.Exists(file)) return "there is no such file";
        if (Blocked(said)) return "a policy of this system blocks it (" + detail + ")";
        if (Unreadable(file)) return "this user may not read it";
        BinaryHeader? header = BinaryHeader.Read(file);
        if (header is null) return "it is not a library (" + detail + ")";
        if (header.System != BinaryHeader.ThisSystem)
        {
            return $"it is a library for {header.System}, and this is {BinaryHeader.ThisSystem}";
        }
        if (header.Processor != BinaryHeader.ThisProcessor)
        {
            return $"it is made for the processor {header.Processor}, and this process is {BinaryHeader.ThisProcessor}";
        }
        if (MissesDependency(said)) return "a library that it needs is missing (" + detail + ")";
        if (said.Contains("version `")) return "it needs a newer system library (" + detail + ")";
        return detail;
    }

    // .NET puts advice and several attempts before the loader's own words; these begin with the file.
    private static string Detail(string file, string said)
    {
        foreach (string line in said.Split('\n'))
        {
            string text = line.Trim();
            if (text.StartsWith(file + ": ", StringComparison.Ordinal)) return text.Substring(file.Length + 2);
        }
        string first = said.Split('\n')[0].Trim();
        int advice = first.IndexOf(" In order to help", StringComparison.Ordinal);
        if (advice > 0) first = first.Substring(0, advice);
        string? depends = null;
        foreach (string line in said.Split('\n'))
        {
            // "libgomp.so.1: cannot open shared object file: No such file or directory"
            if (line.Contains(": cannot open shared object file") && !line.Contains(Path.GetFileName(file))) depends ??= line.Trim();
        }
        return depends ?? first;
    }

    // 0x800711C7 and 0x800704EC: App Control, AppLocker; 0x800700E1: a virus scanner. A file system
    // mounted without exec gives "failed to map segment".
    private static bool Blocked(string said) =>
        said.Contains("0x800711C7") || said.Contains("0x800704EC") || said.Contains("0x800700E1")
        || said.Contains("failed to map segment");

    // 0x8007007E on Windows, which does not say which library it is.
    private static bool MissesDependency(string said) =>
        said.Contains("0x8007007E") || said.Contains("cannot open shared object file");

    private static bool Unreadable(string file)
    {
        try
        {
            File.OpenRead(file).Dispose();
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
