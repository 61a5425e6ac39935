using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Text;

namespace PcaiInference
{
    /// <summary>Native UTF-8 to strings. Thread-safe.</summary>
    internal static class Utf8
    {
        public static string FromText(NativeText text)
        {
            if (text.Data == IntPtr.Zero) return null;
            if (text.Size == 0) return "";
            byte[] bytes = new byte[checked((int)text.Size)];
            Marshal.Copy(text.Data, bytes, 0, bytes.Length);
            return Encoding.UTF8.GetString(bytes);
        }

        public static string FromZeroTerminated(IntPtr data)
        {
            if (data == IntPtr.Zero) return null;
            int size = 0;
            while (Marshal.ReadByte(data, size) != 0) size++;
            return FromText(new NativeText { Data = data, Size = (ulong)size });
        }
    }

    /// <summary>Unmanaged memory for the arguments of one call; Dispose frees all of it. One thread.
    /// </summary>
    internal sealed class CallMemory : IDisposable
    {
        static readonly Encoding strict_ = new UTF8Encoding(false, true);
        readonly List<IntPtr> blocks_ = new List<IntPtr>();

        /// <summary>null becomes "not given". Throws InvalidRequest, naming `field`, for half a
        /// surrogate pair, which has no UTF-8.</summary>
        public NativeText Text(string text, string field)
        {
            if (text == null) return new NativeText();
            byte[] bytes;
            try
            {
                bytes = strict_.GetBytes(text);
            }
            catch (EncoderFallbackException error)
            {
                throw new PcaiException(Status.InvalidRequest,
                    "the text has half a surrogate pair at position " + error.Index + ", which is "
                    + "no Unicode character", field, error);
            }
            IntPtr data = Allocate(Math.Max(bytes.Length, 1)); // "" is given, so it has an address
            Marshal.Copy(bytes, 0, data, bytes.Length);
            return new NativeText { Data = data, Size = (ulong)bytes.Length };
        }

        /// <summary>A native array; the address is zero when `items` is null or empty.</summary>
        public IntPtr Array<T>(IList<T> items) where T : struct
        {
            if (items == null || items.Count == 0) return IntPtr.Zero;
            int size = Marshal.SizeOf(typeof(T));
            IntPtr array = Allocate(checked(size * items.Count));
            for (int i = 0; i < items.Count; i++)
            {
                Marshal.StructureToPtr(items[i], new IntPtr(array.ToInt64() + (long)size * i), false);
            }
            return array;
        }

        public void Dispose()
        {
            foreach (IntPtr block in blocks_) Marshal.FreeHGlobal(block);
            blocks_.Clear();
        }

        IntPtr Allocate(int size)
        {
            IntPtr block = Marshal.AllocHGlobal(size);
            blocks_.Add(block);
            return block;
        }
    }
}
