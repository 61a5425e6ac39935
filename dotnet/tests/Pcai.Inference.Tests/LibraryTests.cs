using System;
using System.IO;
using System.Linq;
using PcaiInference;
using PcaiInference.Loading;
using Xunit;

public sealed class LibraryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pcai-library-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void AnOpenLibrarySaysWhichItIs()
    {
        Assert.Matches(@"^\d+\.\d+\.\d+$", Library.Version);
        Assert.True(File.Exists(Library.File), Library.File);
    }

    [Fact]
    public void AnotherLibraryInOneProcessIsRefused()
    {
        Library.Open();
        PcaiException error = Assert.Throws<PcaiException>(() => Library.Open(Path.Combine(_folder, "other.so")));
        Assert.Contains(Library.File!, error.Message);
        Library.Open(Library.File!);
    }

    [Fact]
    public void ATildeIsTheHomeFolder()
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        Assert.Equal(Path.Combine(home, "lib", "a.so"), LibraryFile.FullPath("~/lib/a.so", "/elsewhere"));
        Assert.Equal("/elsewhere/~a.so", LibraryFile.FullPath("~a.so", "/elsewhere"));
    }

    [Fact]
    public void ARelativePathBeginsAtTheGivenFolder()
    {
        Assert.Equal("/a/c/lib.so", LibraryFile.FullPath("../c/lib.so", "/a/b"));
        Assert.Equal(Path.Combine(Environment.CurrentDirectory, "lib.so"), LibraryFile.FullPath("./lib.so"));
    }

    [Fact]
    public void AFolderIsSearchedWithItsRuntimes()
    {
        string native = Path.Combine(_folder, "runtimes", LibraryFile.RuntimeId, "native");
        Directory.CreateDirectory(native);
        string inner = Path.Combine(native, LibraryFile.Names[^1]), outer = Path.Combine(_folder, LibraryFile.Names[0]);
        File.WriteAllText(inner, "");
        Assert.Equal([inner], LibraryFile.Named(_folder, null));
        File.WriteAllText(outer, "");
        Assert.Equal([outer, inner], LibraryFile.Named(_folder, null));
        Assert.Equal([outer, inner], LibraryFile.Found(_folder).Take(2));
    }

    [Fact]
    public void AFolderWithoutTheLibraryIsNamed()
    {
        string file = Assert.Single(LibraryFile.Named(_folder, null));
        Assert.Equal("there is no such file", Problem(file));
    }

    [Theory]
    [InlineData("not a library at all", "it is not a library")]
    [InlineData("", "it is not a library")]
    public void AFileThatIsNotALibraryIsNamed(string content, string reason)
    {
        Assert.StartsWith(reason, Problem(Write(content)));
    }

    [Fact]
    public void AnotherProcessorIsNamed()
    {
        byte[] elf = Elf(machine: 183);
        Assert.Equal($"it is made for the processor arm64, and this process is {BinaryHeader.ThisProcessor}", Problem(Write(elf)));
    }

    [Fact]
    public void AnotherSystemIsNamed()
    {
        byte[] pe = new byte[512];
        "MZ"u8.CopyTo(pe);
        pe[60] = 128;
        "PE\0\0"u8.CopyTo(pe.AsSpan(128));
        pe[132] = 0x64;
        pe[133] = 0x86;
        Assert.Equal("it is a library for Windows, and this is Linux", Problem(Write(pe)));
    }

    [Theory]
    [InlineData(3, "x86")]
    [InlineData(62, "x64")]
    [InlineData(183, "arm64")]
    [InlineData(21, "another processor")]
    public void AHeaderNamesItsProcessor(byte machine, string processor)
    {
        Assert.Equal(processor, BinaryHeader.Read(Write(Elf(machine)))!.Processor);
    }

    [Fact]
    public void EveryShortOrOddFileHasNoHeader()
    {
        var random = new Random(7);
        for (int size = 0; size < 300; size++)
        {
            byte[] bytes = new byte[size];
            random.NextBytes(bytes);
            if (size > 2) "MZ"u8.CopyTo(bytes);
            Assert.Null(BinaryHeader.Read(Write(bytes)));
        }
    }

    [Theory]
    [InlineData("libgomp.so.1: cannot open shared object file: No such file or directory", "a library that it needs is missing (libgomp.so.1:")]
    [InlineData("/lib/libc.so.6: version `GLIBC_2.99' not found (required by x)", "it needs a newer system library (/lib/libc.so.6:")]
    [InlineData("x failed to map segment from shared object", "a policy of this system blocks it")]
    [InlineData("Unable to load DLL (0x800711C7)", "a policy of this system blocks it")]
    public void WhatTheSystemSaysBecomesAReason(string said, string reason)
    {
        byte machine = BinaryHeader.ThisProcessor == "arm64" ? (byte)183 : (byte)62;
        Assert.StartsWith(reason, LoadFailure.Reason(Write(Elf(machine)), said));
    }

    private string Problem(string file)
    {
        Assert.Equal(0, LibraryLoader.Create().Open(file, out string problem));
        return problem;
    }

    private string Write(string content) => Write(System.Text.Encoding.UTF8.GetBytes(content));

    private string Write(byte[] content)
    {
        string file = Path.Combine(_folder, "file.so");
        File.WriteAllBytes(file, content);
        return file;
    }

    private static byte[] Elf(byte machine)
    {
        byte[] elf = new byte[128];
        "\u007fELF\u0002\u0001\u0001"u8.CopyTo(elf);
        elf[16] = 3;
        elf[18] = machine;
        return elf;
    }
}
