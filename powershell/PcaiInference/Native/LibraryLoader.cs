using System;
using System.ComponentModel;
using System.IO;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace PcaiInference
{
    /// <summary>Opens a native library and finds its functions. An opened library is never closed:
    /// its threads may be at work.</summary>
    internal abstract class LibraryLoader
    {
        /// <summary>The one for this runtime.</summary>
        public static LibraryLoader Create()
        {
            if (Path.DirectorySeparatorChar == '\\') return new WindowsLoader();
            const string name = "System.Runtime.InteropServices.NativeLibrary";
            Type type = Type.GetType(name) ?? Type.GetType(name + ", System.Runtime.InteropServices");
            return type != null ? (LibraryLoader)new DotNetLoader(type) : new UnixLoader();
        }

        /// <summary>`file`: an absolute path, or a name for the system's own search. Zero and why
        /// not, when it cannot be opened.</summary>
        public abstract IntPtr Open(string file, out string problem);

        /// <summary>A function's address, or zero.</summary>
        public abstract IntPtr Find(IntPtr library, string function);
    }

    /// <summary>Windows, on .NET Framework and .NET.</summary>
    internal sealed class WindowsLoader : LibraryLoader
    {
        const uint WithAlteredSearchPath = 8; // what the library needs is found beside it

        [DllImport("kernel32", CharSet = CharSet.Unicode, SetLastError = true, ExactSpelling = true)]
        static extern IntPtr LoadLibraryExW(string file, IntPtr reserved, uint flags);

        [DllImport("kernel32", SetLastError = true, ExactSpelling = true)]
        static extern IntPtr GetProcAddress(IntPtr library, byte[] function);

        public override IntPtr Open(string file, out string problem)
        {
            uint flags = Path.IsPathRooted(file) ? WithAlteredSearchPath : 0;
            IntPtr library = LoadLibraryExW(file, IntPtr.Zero, flags);
            problem = library != IntPtr.Zero
                ? null : new Win32Exception(Marshal.GetLastWin32Error()).Message;
            return library;
        }

        public override IntPtr Find(IntPtr library, string function)
        {
            return GetProcAddress(library, Encoding.ASCII.GetBytes(function + "\0"));
        }
    }

    /// <summary>.NET elsewhere. By reflection, since .NET Framework lacks NativeLibrary.</summary>
    internal sealed class DotNetLoader : LibraryLoader
    {
        readonly MethodInfo load_;
        readonly MethodInfo find_;

        public DotNetLoader(Type nativeLibrary)
        {
            load_ = nativeLibrary.GetMethod("Load", new[] { typeof(string) });
            find_ = nativeLibrary.GetMethod("TryGetExport",
                new[] { typeof(IntPtr), typeof(string), typeof(IntPtr).MakeByRefType() });
        }

        public override IntPtr Open(string file, out string problem)
        {
            problem = null;
            try
            {
                return (IntPtr)load_.Invoke(null, new object[] { file });
            }
            catch (TargetInvocationException error)
            {
                problem = error.InnerException.Message;
                return IntPtr.Zero;
            }
        }

        public override IntPtr Find(IntPtr library, string function)
        {
            object[] arguments = { library, function, IntPtr.Zero };
            return (bool)find_.Invoke(null, arguments) ? (IntPtr)arguments[2] : IntPtr.Zero;
        }
    }

    /// <summary>Mono.</summary>
    internal sealed class UnixLoader : LibraryLoader
    {
        const int Now = 2;

        [DllImport("libdl.so.2")]
        static extern IntPtr dlopen(byte[] file, int flags);

        [DllImport("libdl.so.2")]
        static extern IntPtr dlsym(IntPtr library, byte[] function);

        [DllImport("libdl.so.2")]
        static extern IntPtr dlerror();

        public override IntPtr Open(string file, out string problem)
        {
            IntPtr library = dlopen(Encoding.UTF8.GetBytes(file + "\0"), Now);
            problem = library != IntPtr.Zero ? null : Utf8.FromZeroTerminated(dlerror());
            return library;
        }

        public override IntPtr Find(IntPtr library, string function)
        {
            return dlsym(library, Encoding.ASCII.GetBytes(function + "\0"));
        }
    }
}
