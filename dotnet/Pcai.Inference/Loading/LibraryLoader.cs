using System;
using System.IO;
using System.Runtime.InteropServices;

namespace PcaiInference.Loading;

/// <summary>Opens a native library and finds its functions. An opened library is never closed, because
/// its threads may be at work.</summary>
internal abstract class LibraryLoader
{
    /// <summary>The one for this runtime.</summary>
    public static LibraryLoader Create()
    {
#if NET
        return new DotNetLoader();
#else
        return RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? new WindowsLoader() : new PosixLoader();
#endif
    }

    /// <summary>Opens an absolute path, or a name that the system searches for. Zero if it cannot, and
    /// then <paramref name="problem"/> says why.</summary>
    public abstract nint Open(string file, out string problem);

    /// <summary>A function's address, or zero.</summary>
    public abstract nint Find(nint library, string function);
}

#if NET
internal sealed class DotNetLoader : LibraryLoader
{
    public override nint Open(string file, out string problem)
    {
        problem = "";
        try
        {
            // With the assembly .NET also searches the folders of deps.json.
            return Path.IsPathRooted(file)
                ? NativeLibrary.Load(file)
                : NativeLibrary.Load(file, typeof(DotNetLoader).Assembly, searchPath: null);
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
        {
            problem = LoadFailure.Reason(file, error.Message);
            return 0;
        }
    }

    public override nint Find(nint library, string function) =>
        NativeLibrary.TryGetExport(library, function, out nint address) ? address : 0;
}
#endif
