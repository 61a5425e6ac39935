using System;
using System.Runtime.InteropServices;

namespace PcaiInference
{
    /// <summary>A model of an engine. Any thread may call any method.</summary>
    public sealed class Model : IDisposable
    {
        readonly ModelHandle handle_;
        float progress_;

        internal Model(ModelHandle handle)
        {
            handle_ = handle;
        }

        /// <summary>0..1, as the latest Wait saw it.</summary>
        public float Progress
        {
            get { return progress_; }
        }

        /// <summary>True when the model is ready, false when it still loads after `milliseconds`
        /// (-1 = for ever). Throws why loading failed.</summary>
        public bool Wait(int milliseconds)
        {
            IntPtr error;
            int status = Library.Native.pcai_model_wait(handle_, milliseconds, ref progress_, out error);
            PcaiException.Check(status, error);
            return status == (int)Status.Ok;
        }

        /// <summary>What the model is, now.</summary>
        public ModelInfo GetInfo()
        {
            NativeModelInfo info = new NativeModelInfo();
            info.StructSize = Sizes.Of<NativeModelInfo>();
            bool held = false;
            try
            {
                handle_.DangerousAddRef(ref held); // the text is borrowed from the model
                IntPtr error;
                PcaiException.Check(
                    Library.Native.pcai_model_get_info(handle_, ref info, out error), error);
                return new ModelInfo(info);
            }
            finally
            {
                if (held) handle_.DangerousRelease();
            }
        }

        /// <summary>Starts a request and returns at once. A model that still loads is waited for.
        /// </summary>
        public Generation Start(Request request)
        {
            if (request == null) throw new ArgumentNullException("request");
            using (CallMemory memory = new CallMemory())
            {
                NativeRequest native = request.ToNative(memory);
                IntPtr generation, error;
                PcaiException.Check(Library.Native.pcai_generation_start(
                    handle_, ref native, out generation, out error), error);
                return new Generation(new GenerationHandle(generation));
            }
        }

        /// <summary>Gives up loading, or ends the model's requests and unloads it.</summary>
        public void Dispose()
        {
            handle_.Dispose();
        }
    }

    internal static class Sizes
    {
        /// <summary>For struct_size.</summary>
        public static uint Of<T>() where T : struct
        {
            return (uint)Marshal.SizeOf(typeof(T));
        }
    }
}
