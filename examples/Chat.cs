// One question to a model, the answer as it comes: the seven functions of pcai.h from C#.
// C# 5, so that Windows PowerShell 5.1 and Mono compile it too.
//
//   mcs Chat.cs && mono Chat.exe model.gguf "Why is the sky blue?" [backend]
using System;
using System.Runtime.InteropServices;
using System.Text;

static class Native
{
    const string Library = "pcai_inference";

    // A struct that is returned by value must be blittable, so no bool and no string in it.
    [StructLayout(LayoutKind.Sequential)]
    public struct FfiResult
    {
        public byte Success;
        public IntPtr ErrorMessage;
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate int OnToken(IntPtr token, IntPtr userData);

    // Strings go in as zero-terminated UTF-8 bytes: string would be in the ANSI code page on Windows.
    [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
    public static extern FfiResult pcai_init(byte[] backendName);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
    public static extern FfiResult pcai_load_model(byte[] path, int gpuLayers);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
    public static extern FfiResult pcai_generate_streaming_cancellable(
        byte[] prompt, uint maxTokens, float temperature, OnToken callback, IntPtr userData);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
    public static extern void pcai_free_result(ref FfiResult result);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
    public static extern void pcai_shutdown();
}

static class Chat
{
    static byte[] ToUtf8(string text)
    {
        return text == null ? null : Encoding.UTF8.GetBytes(text + "\0");
    }

    static string FromUtf8(IntPtr text)
    {
        int size = 0;
        while (Marshal.ReadByte(text, size) != 0) size++;
        byte[] bytes = new byte[size];
        Marshal.Copy(text, bytes, 0, size);
        return Encoding.UTF8.GetString(bytes);
    }

    static void Check(Native.FfiResult result)
    {
        if (result.Success != 0) return;
        string message = FromUtf8(result.ErrorMessage);
        Native.pcai_free_result(ref result);
        throw new InvalidOperationException(message);
    }

    static int Main(string[] arguments)
    {
        if (arguments.Length < 2)
        {
            Console.Error.WriteLine("usage: Chat MODEL QUESTION [BACKEND]");
            return 2;
        }
        Console.OutputEncoding = new UTF8Encoding(false);
        // Held in a variable until the native call is over, so that it is not collected meanwhile.
        Native.OnToken onToken = (token, userData) =>
        {
            Console.Write(FromUtf8(token)); // whole code points, always
            return 1; // 0 would stop
        };
        try
        {
            Check(Native.pcai_init(ToUtf8(arguments.Length > 2 ? arguments[2] : null)));
            Check(Native.pcai_load_model(ToUtf8(arguments[0]), -1));
            Check(Native.pcai_generate_streaming_cancellable(
                ToUtf8(arguments[1]), 256, 0.7f, onToken, IntPtr.Zero));
            Console.WriteLine();
            return 0;
        }
        catch (InvalidOperationException error)
        {
            Console.Error.WriteLine(error.Message);
            return 1;
        }
        finally
        {
            GC.KeepAlive(onToken);
            Native.pcai_shutdown();
        }
    }
}
