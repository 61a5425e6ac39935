using System.Text;

namespace PcaiInference.Interop;

/// <summary>Native UTF-8 to strings. Thread-safe.</summary>
internal static unsafe class Utf8
{
    /// <summary>null if the text is not given.</summary>
    public static string? FromText(NativeText text)
    {
        if (text.Data == 0) return null;
        return text.Size == 0 ? "" : Encoding.UTF8.GetString((byte*)text.Data, checked((int)text.Size));
    }

    /// <summary>"" if the address is zero.</summary>
    public static string FromZeroTerminated(nint data)
    {
        if (data == 0) return "";
        int size = 0;
        while (((byte*)data)[size] != 0) size++;
        return Encoding.UTF8.GetString((byte*)data, size);
    }
}
