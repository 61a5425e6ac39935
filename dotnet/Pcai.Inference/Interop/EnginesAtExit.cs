using System;
using System.Collections.Generic;

namespace PcaiInference.Interop;

/// <summary>Frees the engines that are still open when the process ends, because their threads must end
/// before it does. Knows them weakly: an engine that nobody holds is still collected.</summary>
internal static class EnginesAtExit
{
    private static readonly List<WeakReference<EngineHandle>> s_engines = [];
    private static bool s_listening;

    public static void Add(EngineHandle engine)
    {
        lock (s_engines)
        {
            if (!s_listening) AppDomain.CurrentDomain.ProcessExit += (_, _) => FreeAll();
            s_listening = true;
            s_engines.RemoveAll(known => !known.TryGetTarget(out EngineHandle? open) || open.IsClosed);
            s_engines.Add(new WeakReference<EngineHandle>(engine));
        }
    }

    private static void FreeAll()
    {
        lock (s_engines)
        {
            foreach (WeakReference<EngineHandle> known in s_engines)
            {
                if (known.TryGetTarget(out EngineHandle? engine)) engine.Dispose();
            }
        }
    }
}
