using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Text;
using PcaiInference.Interop;

namespace PcaiInference;

/// <summary>A token and the natural logarithm of its probability. Immutable.</summary>
public class TokenLogprob
{
    private readonly byte[] _bytes;

    internal TokenLogprob(in NativeTokenLogprob token)
    {
        Token = token.Token;
        Logprob = token.Logprob;
        _bytes = new byte[checked((int)token.Bytes.Size)];
        if (_bytes.Length > 0) Marshal.Copy(token.Bytes.Data, _bytes, 0, _bytes.Length);
    }

    /// <summary>Its id.</summary>
    public int Token { get; }

    /// <summary>0 or less.</summary>
    public float Logprob { get; }

    /// <summary>Its text in UTF-8, which may end inside of a character.</summary>
    public IReadOnlyList<byte> Bytes => _bytes;

    /// <summary>Its text. A character of which the token has only a part becomes U+FFFD.</summary>
    public string Text => Encoding.UTF8.GetString(_bytes);

    /// <summary>Text and logarithm.</summary>
    public override string ToString() => FormattableString.Invariant($"{Text} {Logprob:0.###}");
}

/// <summary>A generated token and its most likely alternatives. Immutable.</summary>
public sealed class TokenLogprobs : TokenLogprob
{
    private TokenLogprobs(in NativeTokenLogprob chosen, IReadOnlyList<TokenLogprob> top) : base(chosen)
    {
        Top = top;
    }

    /// <summary>The most likely tokens at this place, the most likely one first.</summary>
    public IReadOnlyList<TokenLogprob> Top { get; }

    internal static unsafe IReadOnlyList<TokenLogprobs> FromNative(nint tokens, ulong count)
    {
        if (count == 0) return [];
        var all = new TokenLogprobs[checked((int)count)];
        for (int i = 0; i < all.Length; i++)
        {
            ref NativeTokenLogprobs token = ref ((NativeTokenLogprobs*)tokens)[i];
            var top = new TokenLogprob[checked((int)token.TopCount)];
            for (int j = 0; j < top.Length; j++) top[j] = new TokenLogprob(((NativeTokenLogprob*)token.Top)[j]);
            all[i] = new TokenLogprobs(token.Chosen, top);
        }
        return all;
    }
}
