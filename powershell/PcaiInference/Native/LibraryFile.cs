using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;

namespace PcaiInference
{
    /// <summary>Where libpcai_inference may lie. Thread-safe.</summary>
    public static class LibraryFile
    {
        public const string Variable = "PCAI_INFERENCE_LIBRARY";

        static bool Windows
        {
            get { return Path.DirectorySeparatorChar == '\\'; }
        }

        /// <summary>The library's names on this system, the likeliest first.</summary>
        public static string[] Names
        {
            get
            {
                if (Windows) return new[] { "pcai_inference.dll", "libpcai_inference.dll" };
                if (File.Exists("/usr/lib/libSystem.dylib") || Directory.Exists("/System/Library"))
                    return new[] { "libpcai_inference.dylib" };
                return new[] { "libpcai_inference.so.0", "libpcai_inference.so" };
            }
        }

        /// <summary>What to try, in this order: the file that PCAI_INFERENCE_LIBRARY names (then
        /// nothing else); in `folder`; in its runtimes/RID/native; by name on the system's own path.
        /// `folder` is the module's, and may be null.</summary>
        public static IList<string> Candidates(string folder)
        {
            List<string> found = new List<string>();
            string named = Environment.GetEnvironmentVariable(Variable);
            if (!string.IsNullOrEmpty(named))
            {
                found.Add(Path.GetFullPath(named));
                return found;
            }
            if (!string.IsNullOrEmpty(folder))
            {
                string runtimes = Path.Combine(folder, "runtimes");
                string native = Path.Combine(Path.Combine(runtimes, RuntimeId()), "native");
                foreach (string place in new[] { folder, native })
                {
                    foreach (string name in Names)
                    {
                        string file = Path.GetFullPath(Path.Combine(place, name));
                        if (File.Exists(file)) found.Add(file);
                    }
                }
            }
            found.AddRange(Names);
            return found;
        }

        /// <summary>"win-x64", "linux-arm64" ...</summary>
        public static string RuntimeId()
        {
            string system = Windows ? "win" : Names[0].EndsWith(".dylib") ? "osx" : "linux";
            return system + "-" + Architecture();
        }

        // RuntimeInformation is younger than the oldest .NET Framework of Windows PowerShell 5.1.
        static string Architecture()
        {
            const string name = "System.Runtime.InteropServices.RuntimeInformation";
            Type type = Type.GetType(name) ?? Type.GetType(name + ", " + name);
            PropertyInfo property = type == null ? null : type.GetProperty("ProcessArchitecture");
            if (property != null) return property.GetValue(null, null).ToString().ToLowerInvariant();
            if (IntPtr.Size == 4) return "x86";
            return Environment.GetEnvironmentVariable("PROCESSOR_ARCHITECTURE") == "ARM64"
                ? "arm64" : "x64";
        }
    }
}
