#if !NET
// .NET Standard has no NativeLibrary, so the system's own functions are called.
using System;
using System.ComponentModel;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;

namespace PcaiInference.Loading;

internal sealed class WindowsLoader : LibraryLoader
{
    private const uint WithAlteredSearchPath = 8; // the library's own dependencies are found beside it

    public override nint Open(string file, out string problem)
    {
        nint library = LoadLibraryExW(file, 0, Path.IsPathRooted(file) ? WithAlteredSearchPath : 0);
        int error = Marshal.GetLastWin32Error();
        problem = library != 0
            ? "" : LoadFailure.Reason(file, $"{new Win32Exception(error).Message} (0x8007{error:X4})");
        return library;
    }

    public override nint Find(nint library, string function) =>
        GetProcAddress(library, Encoding.ASCII.GetBytes(function + "\0"));

    [DllImport("kernel32", CharSet = CharSet.Unicode, SetLastError = true, ExactSpelling = true)]
    private static extern nint LoadLibraryExW(string file, nint reserved, uint flags);

    [DllImport("kernel32", SetLastError = true, ExactSpelling = true)]
    private static extern nint GetProcAddress(nint library, byte[] function);
}

internal sealed class PosixLoader : LibraryLoader
{
    private const int Now = 2; // RTLD_NOW: a missing function is an error of the load, not of a later call

    // Before glibc 2.34 these functions are not in libc.
    private readonly bool _inLibc = IsInLibc();

    public override nint Open(string file, out string problem)
    {
        byte[] name = Encoding.UTF8.GetBytes(file + "\0");
        nint library = _inLibc ? Libc.dlopen(name, Now) : Libdl.dlopen(name, Now);
        problem = library != 0
            ? "" : LoadFailure.Reason(file, Marshal.PtrToStringAnsi(_inLibc ? Libc.dlerror() : Libdl.dlerror()) ?? "");
        return library;
    }

    public override nint Find(nint library, string function)
    {
        byte[] name = Encoding.ASCII.GetBytes(function + "\0");
        return _inLibc ? Libc.dlsym(library, name) : Libdl.dlsym(library, name);
    }

    private static bool IsInLibc()
    {
        try
        {
            Libc.dlerror();
            return true;
        }
        catch (Exception error) when (error is EntryPointNotFoundException or DllNotFoundException)
        {
            return false;
        }
    }

    private static class Libc
    {
        [DllImport("libc")]
        public static extern nint dlopen(byte[] file, int flags);

        [DllImport("libc")]
        public static extern nint dlsym(nint library, byte[] function);

        [DllImport("libc")]
        public static extern nint dlerror();
    }

    private static class Libdl
    {
        [DllImport("libdl.so.2")]
        public static extern nint dlopen(byte[] file, int flags);

        [DllImport("libdl.so.2")]
        public static extern nint dlsym(nint library, byte[] function);

        [DllImport("libdl.so.2")]
        public static extern nint dlerror();
    }
}
#endif
