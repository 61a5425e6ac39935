using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text.RegularExpressions;
using PcaiInference;
using PcaiInference.Interop;
using Xunit;

/// <summary>Compares the structs, numbers and signatures with pcai.h.</summary>
public sealed class HeaderTests
{
    private static readonly string s_header = Regex.Replace(File.ReadAllText(Find("include/pcai/pcai.h")), "//.*", "");

    public static TheoryData<string> Structs =>
        new(typeof(NativeText).Assembly.GetTypes().Where(type => type.IsValueType && type.Name.StartsWith("Native", StringComparison.Ordinal))
            .Select(type => type.Name).Distinct());

    [Theory]
    [MemberData(nameof(Structs))]
    public void AStructHasTheFieldsOfTheHeader(string name)
    {
        Type type = typeof(NativeText).Assembly.GetType("PcaiInference.Interop." + name)!;
        string native = "pcai_" + Snake(name["Native".Length..]);
        string body = Regex.Match(s_header, $@"typedef struct {native} {{([^}}]*)}} {native};").Groups[1].Value;
        string[] theirs = Regex.Matches(body, @"([\w ]+[\s*]+)(\w+)\s*;")
            .Select(field => $"{Type(field.Groups[1].Value)} {field.Groups[2].Value}").ToArray();
        string[] ours = type.GetFields(BindingFlags.Instance | BindingFlags.Public)
            .OrderBy(field => field.MetadataToken).Select(field => $"{field.FieldType.Name} {Snake(field.Name)}").ToArray();
        Assert.NotEmpty(theirs);
        Assert.Equal(theirs, ours);
    }

    [Theory]
    [InlineData(typeof(Status), "PCAI_(?:ERROR_)?(OK|TIMEOUT|END|(?<=ERROR_)[A-Z_]+)")]
    [InlineData(typeof(Role), "PCAI_ROLE_([A-Z_]+)")]
    [InlineData(typeof(ModelState), "PCAI_MODEL_([A-Z_]+)")]
    [InlineData(typeof(ModelKind), "PCAI_KIND_([A-Z_]+)")]
    [InlineData(typeof(EventKind), "PCAI_EVENT_([A-Z_]+)")]
    [InlineData(typeof(FinishReason), "PCAI_FINISH_([A-Z_]+)")]
    [InlineData(typeof(DeviceKind), "PCAI_DEVICE_([A-Z_]+)")]
    public void AnEnumerationHasTheNumbersOfTheHeader(Type type, string pattern)
    {
        Dictionary<string, int> theirs = Regex.Matches(s_header, $@"\b{pattern} = (-?\d+)")
            .ToDictionary(match => match.Groups[1].Value, match => int.Parse(match.Groups[2].Value));
        Dictionary<string, int> ours = Enum.GetNames(type)
            .ToDictionary(name => Snake(name).ToUpperInvariant(), name => (int)Enum.Parse(type, name));
        Assert.Equal(theirs.OrderBy(pair => pair.Key), ours.OrderBy(pair => pair.Key));
    }

    [Fact]
    public void AFunctionHasTheParametersOfTheHeader()
    {
        FieldInfo[] functions = typeof(NativeMethods).GetFields().Where(field => field.Name.StartsWith("pcai_", StringComparison.Ordinal)).ToArray();
        Assert.True(functions.Length > 25);
        foreach (FieldInfo function in functions)
        {
            Match declared = Regex.Match(s_header, $@"PCAI_API ([^;]*?)\b{function.Name}\(([^;]*)\);");
            Assert.True(declared.Success, function.Name);
            string[] parameters = declared.Groups[2].Value == "void" ? [] : declared.Groups[2].Value.Split(',')
                .Select(parameter => Regex.Replace(parameter, @"\w+\s*$", "")).ToArray();
            string[] theirs = parameters.Prepend(declared.Groups[1].Value).Select(Argument).ToArray();
            string[] ours = function.FieldType.GetFunctionPointerParameterTypes().Prepend(function.FieldType.GetFunctionPointerReturnType())
                .Select(type => type.Name.Replace("Native", "")).ToArray();
            Assert.Equal(theirs, ours);
        }
    }

    // A pointer to a struct goes by its type, a handle as IntPtr.
    private static string Argument(string type)
    {
        type = type.Replace("const ", "").Replace(" ", "").Replace("\n", "");
        string pascal = Pascal(type.Replace("pcai_", "").TrimEnd('*'));
        bool isStruct = Structs.Any(row => row.Data == "Native" + pascal);
        return type switch
        {
            "void" => "Void",
            "float*" => "Single*",
            _ when isStruct => pascal + type[(type.Length - (type.EndsWith('*') ? 1 : 0))..],
            _ when type.EndsWith("**", StringComparison.Ordinal) => "IntPtr*",
            _ => Type(type),
        };
    }

    private static string Type(string type)
    {
        type = type.Replace("const ", "").Trim();
        return type switch
        {
            _ when type.EndsWith('*') => "IntPtr",
            "uint32_t" => "UInt32",
            "int32_t" or "pcai_status" => "Int32",
            "uint64_t" => "UInt64",
            "int64_t" => "Int64",
            "float" => "Single",
            "double" => "Double",
            _ => "Native" + Pascal(type.Replace("pcai_", "")),
        };
    }

    private static string Snake(string name) => Regex.Replace(name, "(?<=[a-z0-9])[A-Z]", match => "_" + match.Value).ToLowerInvariant();

    private static string Pascal(string name) => string.Concat(name.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    private static string Find(string file)
    {
        string? start = Environment.GetEnvironmentVariable("PCAI_REPOSITORY");
        for (string? folder = start ?? AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, file))) return Path.Combine(folder, file);
        }
        throw new FileNotFoundException(file);
    }
}
