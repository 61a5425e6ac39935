using System;
using System.Text;

namespace PcaiInference
{
    /// <summary>The native library of this process. Any thread may call any method.</summary>
    public static class Library
    {
        /// <summary>Goes up when the C# of this module changes: compiled types stay in a session.
        /// </summary>
        public const string LayerVersion = "0.1.0";

        static readonly object mutex_ = new object();
        static volatile NativeMethods native_;
        static string file_;

        /// <summary>The file, or the name, that was opened; null before.</summary>
        public static string File
        {
            get { lock (mutex_) return file_; }
        }

        /// <summary>The library's own version, "0.1.0".</summary>
        public static string Version
        {
            get { return Utf8.FromZeroTerminated(Native.pcai_version()); }
        }

        /// <summary>Opens the library once for the process; later calls do nothing. `moduleFolder`
        /// may be null. Throws a PcaiException that names every place that was tried.</summary>
        public static void Open(string moduleFolder)
        {
            lock (mutex_)
            {
                if (native_ != null) return;
                StringBuilder tried = new StringBuilder();
                LibraryLoader loader = LibraryLoader.Create();
                foreach (string candidate in LibraryFile.Candidates(moduleFolder))
                {
                    string problem;
                    IntPtr library = loader.Open(candidate, out problem);
                    if (library == IntPtr.Zero)
                    {
                        tried.Append("\n  ").Append(candidate).Append(": ").Append(problem);
                        continue;
                    }
                    native_ = new NativeMethods(name => Find(loader, library, candidate, name));
                    file_ = candidate;
                    return;
                }
                throw new PcaiException(Status.Unsupported, "the native library pcai_inference was "
                    + "not found. Put it beside the module, or set " + LibraryFile.Variable
                    + " to its path. Tried:" + tried, LibraryFile.Variable);
            }
        }

        internal static NativeMethods Native
        {
            get
            {
                NativeMethods native = native_;
                if (native != null) return native;
                throw new PcaiException(Status.InvalidRequest,
                    "the native library is not open; call Library.Open first", "");
            }
        }

        static IntPtr Find(LibraryLoader loader, IntPtr library, string file, string function)
        {
            IntPtr address = loader.Find(library, function);
            if (address != IntPtr.Zero) return address;
            throw new PcaiException(Status.Unsupported, file + " has no function " + function
                + ": it is another version than this module needs", LibraryFile.Variable);
        }
    }
}
