// Runs the C# layer of the PowerShell module against the real library, without PowerShell:
//   mcs -langversion:5 -out:NativeLayerTest.exe powershell/PcaiInference/Native/*.cs
//       tests/powershell/*.cs
//   PCAI_INFERENCE_LIBRARY=... mono NativeLayerTest.exe [MODEL.gguf]
// Each public method of Cases is a test. Prints a line for each and "N passed, N failed".
// "--layout" prints the structs instead, "--numbers" the enumerations, "--signatures" the functions.
using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;

namespace PcaiInference
{
    static class NativeLayerTest
    {
        static int Main(string[] arguments)
        {
            Console.OutputEncoding = new UTF8Encoding(false);
            string what = arguments.Length > 0 ? arguments[0] : "";
            if (what == "--layout") return Describe.Layout();
            if (what == "--numbers") return Describe.Numbers();
            if (what == "--signatures") return Describe.Signatures();
            Library.Open(null);
            Cases cases = new Cases(arguments.Length > 0 ? arguments[0] : null);
            int passed = 0, failed = 0, skipped = 0;
            foreach (MethodInfo test in typeof(Cases).GetMethods(
                BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            {
                if (cases.ModelFile == null && test.Name.StartsWith("RealModel"))
                {
                    Console.WriteLine("skipped " + test.Name);
                    skipped++;
                    continue;
                }
                try
                {
                    test.Invoke(cases, null);
                    Console.WriteLine("ok " + test.Name);
                    passed++;
                }
                catch (TargetInvocationException error)
                {
                    Console.WriteLine("FAILED " + test.Name + ": " + error.InnerException);
                    failed++;
                }
            }
            Console.WriteLine("{0} passed, {1} failed, {2} skipped", passed, failed, skipped);
            return failed == 0 && passed > 0 ? 0 : 1;
        }
    }

    static class Expect
    {
        public static void That(bool condition, string what)
        {
            if (!condition) throw new InvalidOperationException("not so: " + what);
        }

        public static void Equal(object expected, object actual)
        {
            if (!Equals(expected, actual))
                throw new InvalidOperationException("expected <" + expected + ">, got <" + actual + ">");
        }

        public static PcaiException Fails(Status code, Action action)
        {
            try
            {
                action();
            }
            catch (PcaiException error)
            {
                Equal(code, error.Code);
                That(error.Message.Length > 0, "the error has a message");
                return error;
            }
            throw new InvalidOperationException("expected " + code + ", but it went well");
        }
    }

    sealed class Cases
    {
        // An emoji beyond the basic plane, one of several code points, Chinese, Japanese, Korean,
        // right-to-left text and a combining accent.
        const string Unicode = "\U0001F600 \U0001F468\u200D\U0001F469\u200D\U0001F467 "
            + "\u4F60\u597D\uFF0C\u4E16\u754C \u3053\u3093\u306B\u3061\u306F \uC548\uB155 "
            + "\u0645\u0631\u062D\u0628\u0627 e\u0301 \u00FC";

        public Cases(string modelFile)
        {
            ModelFile = modelFile;
        }

        internal string ModelFile { get; private set; }

        // ------------------------------ helpers ---------------------------------------------------

        static void WithFake(Action<Engine, Model> test)
        {
            using (Engine engine = new Engine("fake"))
            using (Model model = engine.Load(new ModelOptions("test.fake")))
            {
                Expect.That(model.Wait(-1), "the model is ready");
                test(engine, model);
            }
        }

        static Request Ask(string prompt)
        {
            Request request = new Request();
            request.Messages.Add(new Message(Role.User, prompt));
            return request;
        }

        /// <summary>Polls as the cmdlet does, until the end.</summary>
        static GenerateResult Run(Model model, Request request, List<string> pieces)
        {
            using (Generation generation = model.Start(request))
            {
                while (!generation.Ended)
                {
                    GenerationEvent happened = generation.Next(50);
                    if (happened == null || happened.Kind != EventKind.Text) continue;
                    if (pieces != null) pieces.Add(happened.Text);
                }
                Expect.Equal(null, generation.Next(0));
                return generation.Result;
            }
        }

        static GenerateResult Run(Model model, string prompt)
        {
            Request request = Ask(prompt);
            request.MaxTokens = 1 << 20; // the context may leave less
            return Run(model, request, null);
        }

        static void WaitUntil(Func<bool> condition, string what)
        {
            DateTime end = DateTime.UtcNow.AddSeconds(60);
            while (!condition())
            {
                Expect.That(DateTime.UtcNow < end, what);
                Thread.Yield();
            }
        }

        // ------------------------------ library and structs ---------------------------------------

        public void LibraryIsOpenedOnceAndSaysItsVersion()
        {
            string file = Library.File;
            Library.Open("/nowhere");
            Expect.Equal(file, Library.File);
            Expect.That(Library.Version.Split('.').Length == 3, "the version is x.y.z");
        }

        public void CandidatesAreTheVariableAloneOrTheModulesFoldersThenTheName()
        {
            string before = Environment.GetEnvironmentVariable(LibraryFile.Variable);
            string folder = Path.Combine(Path.GetTempPath(), "pcai-" + Guid.NewGuid().ToString("N"));
            string name = LibraryFile.Names[0];
            string native = Path.Combine(folder, "runtimes/" + LibraryFile.RuntimeId() + "/native");
            try
            {
                Directory.CreateDirectory(native);
                File.WriteAllText(Path.Combine(folder, name), "");
                File.WriteAllText(Path.Combine(native, name), "");
                Environment.SetEnvironmentVariable(LibraryFile.Variable, "/tmp/a.so");
                Expect.Equal("/tmp/a.so", string.Join("|", new List<string>(
                    LibraryFile.Candidates(folder)).ToArray()));
                Environment.SetEnvironmentVariable(LibraryFile.Variable, null);
                IList<string> found = LibraryFile.Candidates(folder);
                Expect.Equal(Path.Combine(folder, name), found[0]);
                Expect.Equal(Path.Combine(native, name), found[1]);
                Expect.Equal(name, found[2]);
                Expect.Equal(name, LibraryFile.Candidates(null)[0]);
            }
            finally
            {
                Environment.SetEnvironmentVariable(LibraryFile.Variable, before);
                Directory.Delete(folder, true);
            }
        }

        public void LoaderSaysWhyAFileCannotBeOpenedAndFindsNoUnknownFunction()
        {
            LibraryLoader loader = LibraryLoader.Create();
            string problem;
            Expect.Equal(IntPtr.Zero, loader.Open("/nowhere/libpcai_inference.so", out problem));
            Expect.That(problem.Contains("/nowhere/"), "the problem names the file: " + problem);
            IntPtr library = loader.Open(Library.File, out problem);
            Expect.Equal(null, problem);
            Expect.Equal(IntPtr.Zero, loader.Find(library, "pcai_no_such_function"));
            Expect.That(loader.Find(library, "pcai_version") != IntPtr.Zero, "pcai_version is there");
        }

        public void EveryNativeStructIsBlittable()
        {
            foreach (Type type in Describe.Structs())
            {
                // Pinning refuses an object that is not blittable.
                GCHandle.Alloc(Activator.CreateInstance(type), GCHandleType.Pinned).Free();
            }
        }

        delegate FfiResult Init(byte[] backend);
        delegate void FreeResult(ref FfiResult result);

        public void FfiResultComesByValueAsAByteAndAPointer()
        {
            LibraryLoader loader = LibraryLoader.Create();
            string problem;
            IntPtr library = loader.Open(Library.File, out problem);
            Init init = (Init)Marshal.GetDelegateForFunctionPointer(
                loader.Find(library, "pcai_init"), typeof(Init));
            FreeResult free = (FreeResult)Marshal.GetDelegateForFunctionPointer(
                loader.Find(library, "pcai_free_result"), typeof(FreeResult));
            FfiResult result = init(Encoding.UTF8.GetBytes("nonsense\0"));
            Expect.Equal((byte)0, result.Success);
            Expect.That(Utf8.FromZeroTerminated(result.ErrorMessage).Contains("nonsense"),
                "the message names the backend");
            free(ref result);
            Expect.Equal(IntPtr.Zero, result.ErrorMessage);
            result = init(Encoding.UTF8.GetBytes("fake\0"));
            Expect.Equal((byte)1, result.Success);
            Expect.Equal(IntPtr.Zero, result.ErrorMessage);
            GetShutdown(loader, library)();
        }

        delegate void Shutdown();

        static Shutdown GetShutdown(LibraryLoader loader, IntPtr library)
        {
            return (Shutdown)Marshal.GetDelegateForFunctionPointer(
                loader.Find(library, "pcai_shutdown"), typeof(Shutdown));
        }

        // ------------------------------ engine and model ------------------------------------------

        public void UnknownBackendIsRefusedByName()
        {
            PcaiException error = Expect.Fails(Status.InvalidRequest,
                () => new Engine("nonsense").Dispose());
            Expect.That(error.Message.Contains("nonsense"), "the message names it");
            Expect.Equal("backend", error.Field);
        }

        public void LoadShowsProgressAndInfo()
        {
            using (Engine engine = new Engine("fake"))
            using (Model model = engine.Load(new ModelOptions("load_ms=100.fake") { Id = "slow" }))
            {
                float least = 0;
                while (!model.Wait(5))
                {
                    Expect.That(model.Progress >= least && model.Progress <= 1, "progress grows");
                    least = model.Progress;
                }
                ModelInfo info = model.GetInfo();
                Expect.Equal("slow", info.Id);
                Expect.Equal(ModelState.Ready, info.State);
                Expect.Equal("fake", info.Backend);
                Expect.That(info.ContextLength > 0, "the context is known");
            }
        }

        public void FailedLoadThrowsItsReasonEachTime()
        {
            using (Engine engine = new Engine("fake"))
            using (Model model = engine.Load(new ModelOptions("load_fail.fake")))
            {
                Expect.Fails(Status.InvalidModel, () => model.Wait(-1));
                Expect.Fails(Status.InvalidModel, () => model.Wait(-1));
                Expect.Equal(ModelState.Failed, model.GetInfo().State);
            }
        }

        public void MissingFileOfANonAsciiNameIsNamed()
        {
            string path = "/nowhere/" + "\u6A21\u578B \U0001F600" + ".gguf";
            using (Engine engine = new Engine("fake"))
            using (Model model = engine.Load(new ModelOptions(path)))
            {
                PcaiException error = Expect.Fails(Status.InvalidModel, () => model.Wait(-1));
                Expect.That(error.Message.Contains("\u6A21\u578B \U0001F600"), error.Message);
                Expect.That(model.GetInfo().Id.StartsWith("\u6A21\u578B"), "so does its id");
            }
        }

        public void TakenIdIsRefused()
        {
            WithFake((engine, model) => Expect.Fails(Status.InvalidRequest,
                () => engine.Load(new ModelOptions("test.fake")).Dispose()));
        }

        public void LoadIsGivenUpByDispose()
        {
            using (Engine engine = new Engine("fake"))
            {
                Model model = engine.Load(new ModelOptions("load_ms=4000.fake") { Id = "a" });
                Expect.That(!model.Wait(1), "it still loads");
                model.Dispose();
                // The id is free again, so the load has ended.
                engine.Load(new ModelOptions("test.fake") { Id = "a" }).Dispose();
            }
        }

        public void DisposedThingsThrowAndDisposeAgain()
        {
            Engine engine = new Engine("fake");
            Model model = engine.Load(new ModelOptions("a.fake"));
            model.Wait(-1);
            Generation generation = model.Start(Ask("Hi"));
            for (int i = 0; i < 2; i++)
            {
                engine.Dispose();
                model.Dispose();
                generation.Dispose();
            }
            foreach (Action use in new Action[] { () => generation.Next(0), generation.Cancel,
                () => model.Start(Ask("Hi")), () => model.GetInfo(), () => engine.GetStats() })
            {
                try
                {
                    use();
                    Expect.That(false, "a disposed object refuses");
                }
                catch (ObjectDisposedException)
                {
                }
            }
        }

        // ------------------------------ generation ------------------------------------------------

        public void AnswerHasTextReasonAndUsage()
        {
            WithFake((engine, model) =>
            {
                GenerateResult result = Run(model, "Hello there");
                Expect.Equal("You said: Hello there", result.Text);
                Expect.Equal(FinishReason.Stop, result.FinishReason);
                Expect.Equal(2u, result.PromptTokens);
                Expect.Equal(4u, result.CompletionTokens);
                Expect.Equal("", result.Reasoning);
                Expect.That(result.FirstTokenTime >= TimeSpan.Zero, "times are there");
            });
        }

        public void StreamIsTheAnswerInPieces()
        {
            WithFake((engine, model) =>
            {
                List<string> pieces = new List<string>();
                GenerateResult result = Run(model, Ask("fake: delay_ms=20 tokens=20"), pieces);
                Expect.That(pieces.Count > 1, "it came in pieces");
                Expect.Equal(result.Text, string.Join("", pieces.ToArray()));
                Expect.Equal(20u, result.CompletionTokens);
            });
        }

        public void UnicodeGoesThroughPromptAndAnswerUnchanged()
        {
            WithFake((engine, model) =>
            {
                List<string> pieces = new List<string>();
                GenerateResult result = Run(model, Ask(Unicode), pieces);
                Expect.Equal("You said: " + Unicode, result.Text);
                foreach (string piece in pieces)
                {
                    Expect.That(!char.IsLowSurrogate(piece[0])
                        && !char.IsHighSurrogate(piece[piece.Length - 1])
                        && piece.IndexOf('\uFFFD') < 0, "whole code points: " + piece);
                }
            });
        }

        public void EveryPlaneOfUnicodeGoesThrough()
        {
            WithFake((engine, model) =>
            {
                StringBuilder text = new StringBuilder();
                for (int point = 0x21; point < 0x110000; point += 0xAB)
                {
                    bool surrogate = point >= 0xD800 && point < 0xE000;
                    if (!surrogate) text.Append(char.ConvertFromUtf32(point));
                }
                string whole = text.ToString();
                Expect.That("You said: " + whole == Run(model, whole).Text, "the text came back");
            });
        }

        public void HalfASurrogatePairIsRefusedWithItsPlace()
        {
            WithFake((engine, model) =>
            {
                PcaiException error = Expect.Fails(Status.InvalidRequest,
                    () => model.Start(Ask("ab\uD83D")).Dispose());
                Expect.Equal("messages[0].content", error.Field);
                Expect.That(error.Message.Contains("position 2"), error.Message);
            });
        }

        public void AMegabytePromptGoesThrough()
        {
            WithFake((engine, model) =>
            {
                Expect.Equal("yes", Run(model, "fake: reply=yes\n" + new string('x', 1 << 20)).Text);
            });
        }

        public void ParametersReachTheLibrary()
        {
            WithFake((engine, model) =>
            {
                Request request = Ask("one two three four five");
                request.Messages.Insert(0, new Message(Role.System, "Be brief"));
                request.MaxTokens = 3;
                GenerateResult cut = Run(model, request, null);
                Expect.Equal(FinishReason.Length, cut.FinishReason);
                Expect.Equal(3u, cut.CompletionTokens);
                Expect.Equal(7u, cut.PromptTokens);

                request.MaxTokens = null;
                request.Stop = new[] { "never", " three" };
                GenerateResult stopped = Run(model, request, null);
                Expect.Equal("You said: one two", stopped.Text);
                Expect.Equal(FinishReason.Stop, stopped.FinishReason);

                Request seeded = Ask("fake: tokens=30");
                seeded.Seed = ulong.MaxValue;
                string first = Run(model, seeded, null).Text;
                Expect.Equal(first, Run(model, seeded, null).Text);
                seeded.Seed = 1;
                Expect.That(first != Run(model, seeded, null).Text, "another seed, another text");
            });
        }

        public void BadParametersAreRefusedWithTheirName()
        {
            WithFake((engine, model) =>
            {
                Action<string, Action<Request>> refuses = (field, change) =>
                {
                    Request request = Ask("Hi");
                    change(request);
                    Expect.Equal(field, Expect.Fails(Status.InvalidRequest,
                        () => model.Start(request).Dispose()).Field);
                };
                refuses("temperature", request => request.Temperature = float.NaN);
                refuses("temperature", request => request.Temperature = -1);
                refuses("top_p", request => request.TopP = 2);
                refuses("top_k", request => request.TopK = -1);
                refuses("max_tokens", request => request.MaxTokens = 0);
                Expect.Fails(Status.InvalidRequest, () => model.Start(new Request()).Dispose());
            });
        }

        public void ReasoningIsKeptApart()
        {
            WithFake((engine, model) =>
            {
                GenerateResult result = Run(model, "fake: reasoning=2\nfake: reply=let me see: yes");
                Expect.Equal("let me", result.Reasoning.Trim());
                Expect.Equal("see: yes", result.Text.Trim());
                Expect.Equal(2u, result.ReasoningTokens);
            });
        }

        public void FailureDuringTheAnswerThrowsOnce()
        {
            WithFake((engine, model) =>
            {
                using (Generation generation = model.Start(Ask("fake: fail_after=2 tokens=9")))
                {
                    Expect.Fails(Status.Internal, () =>
                    {
                        while (!generation.Ended) generation.Next(-1);
                    });
                    Expect.That(generation.Ended, "it has ended");
                    Expect.Equal(null, generation.Result);
                    Expect.Equal(null, generation.Next(-1));
                }
            });
        }

        // ------------------------------ cancel, threads, garbage collection ------------------------

        public void NextReturnsWithNothingWhenItsTimeIsOver()
        {
            WithFake((engine, model) =>
            {
                using (Generation generation = model.Start(Ask("fake: prefill_ms=600000")))
                {
                    GenerationEvent happened = generation.Next(10);
                    while (happened != null) happened = generation.Next(10); // Accepted
                    Expect.That(!generation.Ended, "it goes on");
                }
            });
        }

        public void CancelEndsARunningRequest()
        {
            WithFake((engine, model) =>
            {
                using (Generation generation = model.Start(Ask("fake: delay_ms=5 tokens=1000000")))
                {
                    while (true)
                    {
                        GenerationEvent happened = generation.Next(-1);
                        if (happened.Kind == EventKind.Text) break;
                    }
                    generation.Cancel();
                    Expect.Fails(Status.Cancelled, () =>
                    {
                        while (!generation.Ended) generation.Next(-1);
                    });
                }
                Expect.Equal(1ul, engine.GetStats().Cancelled);
            });
        }

        public void CancelFromAnotherThreadWakesNext()
        {
            WithFake((engine, model) =>
            {
                using (Generation generation = model.Start(Ask("fake: prefill_ms=600000")))
                {
                    Thread other = new Thread(generation.Cancel);
                    other.Start();
                    Expect.Fails(Status.Cancelled, () =>
                    {
                        while (!generation.Ended) generation.Next(-1);
                    });
                    other.Join();
                }
            });
        }

        public void DisposeCancelsWhatStillRuns()
        {
            WithFake((engine, model) =>
            {
                model.Start(Ask("fake: delay_ms=5 tokens=1000000")).Dispose();
                WaitUntil(() => engine.GetStats().Cancelled == 1, "the request ends");
            });
        }

        public void DisposedModelEndsItsRequests()
        {
            WithFake((engine, model) =>
            {
                using (Generation generation = model.Start(Ask("fake: prefill_ms=600000")))
                {
                    model.Dispose();
                    Expect.Fails(Status.Cancelled, () =>
                    {
                        while (!generation.Ended) generation.Next(-1);
                    });
                }
            });
        }

        public void EngineDisposedDuringNextEndsIt()
        {
            Engine engine = new Engine("fake");
            using (Model model = engine.Load(new ModelOptions("a.fake")))
            using (Generation generation = model.Start(Ask("fake: prefill_ms=600000")))
            {
                Thread other = new Thread(engine.Dispose);
                other.Start();
                Expect.Fails(Status.Cancelled, () =>
                {
                    while (!generation.Ended) generation.Next(-1);
                });
                other.Join();
            }
        }

        static void StartAndForget(Model model)
        {
            for (int i = 0; i < 8; i++) model.Start(Ask("fake: delay_ms=5 tokens=1000000")).Next(-1);
        }

        public void CollectedGenerationsCancelTheirRequests()
        {
            WithFake((engine, model) =>
            {
                // On a thread of its own, so that no register or stack slot here keeps one alive.
                Thread starter = new Thread(() => StartAndForget(model));
                starter.Start();
                starter.Join();
                WaitUntil(() =>
                {
                    GC.Collect();
                    GC.WaitForPendingFinalizers();
                    return engine.GetStats().Cancelled == 8;
                }, "all are cancelled");
            });
        }

        static void StartEverythingAndForget()
        {
            Engine engine = new Engine("fake");
            Model model = engine.Load(new ModelOptions("a.fake"));
            Model loading = engine.Load(new ModelOptions("load_ms=4000.fake"));
            loading.Wait(0);
            model.Start(Ask("fake: delay_ms=5 tokens=1000000")).Next(-1);
        }

        public void CollectedEnginesModelsAndGenerationsEndInAnyOrder()
        {
            for (int i = 0; i < 5; i++)
            {
                Thread starter = new Thread(StartEverythingAndForget);
                starter.Start();
                starter.Join();
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }

        public void CollectionsDuringNativeWorkHarmNothing()
        {
            WithFake((engine, model) =>
            {
                bool done = false;
                Thread collector = new Thread(() =>
                {
                    while (!Volatile.Read(ref done)) GC.Collect();
                });
                collector.Start();
                try
                {
                    for (int i = 0; i < 50; i++)
                    {
                        string text = Unicode + i;
                        Expect.Equal("You said: " + text, Run(model, text).Text);
                    }
                }
                finally
                {
                    Volatile.Write(ref done, true);
                    collector.Join();
                }
            });
        }

        public void EightThreadsAskAtOnce()
        {
            WithFake((engine, model) =>
            {
                List<Thread> threads = new List<Thread>();
                int right = 0;
                for (int i = 0; i < 8; i++)
                {
                    string text = Unicode + i;
                    threads.Add(new Thread(() =>
                    {
                        for (int round = 0; round < 25; round++)
                        {
                            if (Run(model, text).Text == "You said: " + text)
                                Interlocked.Increment(ref right);
                        }
                    }));
                }
                foreach (Thread thread in threads) thread.Start();
                foreach (Thread thread in threads) thread.Join();
                Expect.Equal(200, right);
                Expect.Equal(200ul, engine.GetStats().Finished);
            });
        }

        // ------------------------------ lists -----------------------------------------------------

        public void DevicesBeginWithTheProcessor()
        {
            IList<DeviceInfo> devices = DeviceInfo.List();
            Expect.Equal(DeviceKind.Cpu, devices[0].Kind);
            Expect.That(devices[0].Cores > 0 && devices[0].Name.Length > 0, "it is described");
            Expect.That(devices[0].MemoryTotalBytes >= devices[0].MemoryFreeBytes, "memory");
        }

        public void DiscoveryFindsADamagedFileInANonAsciiFolder()
        {
            string folder = Path.Combine(Path.GetTempPath(),
                "pcai-\u6A21\u578B-" + Guid.NewGuid().ToString("N"));
            Directory.CreateDirectory(folder);
            try
            {
                File.WriteAllText(Path.Combine(folder, "damaged.gguf"), "GGUF");
                ModelInfo found = null;
                foreach (ModelInfo info in ModelInfo.Discover(new[] { folder }))
                {
                    if (info.Path != null && info.Path.StartsWith(folder)) found = info;
                }
                Expect.That(found != null, "the file is found");
                Expect.That(!string.IsNullOrEmpty(found.Problem), "its problem is told");
            }
            finally
            {
                Directory.Delete(folder, true);
            }
        }

        // ------------------------------ a real model ----------------------------------------------

        public void RealModelAnswersStreamsAndCancels()
        {
            using (Engine engine = new Engine("auto"))
            using (Model model = engine.Load(new ModelOptions(ModelFile) { ContextLength = 1024 }))
            {
                Expect.That(model.Wait(-1), "the model is ready");
                ModelInfo info = model.GetInfo();
                Expect.Equal("llamacpp", info.Backend);
                Expect.Equal("llama", info.Architecture);

                Request request = Ask("What is the capital of France? Answer with one word.");
                request.Temperature = 0;
                request.MaxTokens = 24;
                List<string> pieces = new List<string>();
                GenerateResult result = Run(model, request, pieces);
                Expect.That(result.Text.Contains("Paris"), result.Text);
                Expect.Equal(result.Text, string.Join("", pieces.ToArray()));
                Expect.That(result.PromptTokens > 5 && result.CompletionTokens > 1, "usage");
                Expect.Equal(result.Text, Run(model, request, null).Text);

                Request longer = Ask("Tell me a long story about " + Unicode);
                longer.MaxTokens = 900;
                using (Generation generation = model.Start(longer))
                {
                    GenerationEvent happened = null;
                    while (happened == null || happened.Kind != EventKind.Text)
                        happened = generation.Next(100);
                    generation.Cancel();
                    Expect.Fails(Status.Cancelled, () =>
                    {
                        while (!generation.Ended) generation.Next(100);
                    });
                }
            }
        }

        public void RealModelOfANonAsciiPathIsLoaded()
        {
            string folder = Path.Combine(Path.GetTempPath(),
                "pcai-\u6A21\u578B-\U0001F600-" + Guid.NewGuid().ToString("N"));
            Directory.CreateDirectory(folder);
            try
            {
                string file = Path.Combine(folder, "\u00FC.gguf");
                File.Copy(ModelFile, file);
                using (Engine engine = new Engine("llamacpp"))
                using (Model model = engine.Load(new ModelOptions(file) { ContextLength = 256 }))
                {
                    Expect.That(model.Wait(-1), "the model is ready");
                    Expect.Equal("\u00FC", model.GetInfo().Id);
                    Expect.Equal(file, model.GetInfo().Path);
                }
            }
            finally
            {
                Directory.Delete(folder, true);
            }
        }
    }
}
