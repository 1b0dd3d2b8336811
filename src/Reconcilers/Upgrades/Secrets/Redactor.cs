namespace Drydock.Reconcilers.Upgrades;

/// <summary>Takes known secret values out of text before it is kept or shown: the value itself and the forms in which
/// programs print it (base64, URL-, JSON-, SQL- and shell-escaped). Values shorter than <see cref="MinimumLength"/>
/// characters are left: masking them would only tell where they are.</summary>
internal sealed class Redactor(IEnumerable<Secret> secrets)
{
    public const int MinimumLength = 4;

    /// <summary>How much of a command's output is kept, in bytes of UTF-8.</summary>
    public const int KeptBytes = 64 * 1024;

    private readonly string[] _forms =
    [
        .. secrets
            .Select(secret => secret.Reveal())
            .SelectMany(value => new[] { value, value.Trim() })
            .Where(value => value.Length >= MinimumLength)
            .SelectMany(Forms)
            .Where(form => form.Length >= MinimumLength && form != Secret.Mask)
            .Distinct(StringComparer.Ordinal)
            .OrderByDescending(form => form.Length)
            .ThenBy(form => form, StringComparer.Ordinal),
    ];

    public static Redactor None { get; } = new([]);

    public string Redact(string text)
    {
        // A mask next to what surrounds it may spell a secret again, so look until nothing is found. Each replacement
        // shortens the text.
        var found = true;
        while (found)
        {
            found = false;
            foreach (var form in _forms)
            {
                if (text.Contains(form, StringComparison.Ordinal))
                {
                    text = text.Replace(form, Secret.Mask, StringComparison.Ordinal);
                    found = true;
                }
            }
        }

        return text;
    }

    /// <summary>Redacts a command's output and keeps its end, whole characters only.</summary>
    public string RedactTail(string output, int maximumBytes = KeptBytes)
    {
        var text = Redact(output);
        var bytes = 0;
        var start = text.Length;
        while (start > 0)
        {
            var status = Rune.DecodeLastFromUtf16(text.AsSpan(0, start), out var rune, out var consumed);
            bytes += status == System.Buffers.OperationStatus.Done
                ? rune.Utf8SequenceLength
                : Rune.ReplacementChar.Utf8SequenceLength;
            if (bytes > maximumBytes)
            {
                break;
            }

            start -= consumed;
        }

        return start == 0 ? text : text[start..];
    }

    private static IEnumerable<string> Forms(string value)
    {
        var url = Uri.EscapeDataString(value);
        var json = JsonEncodedText.Encode(value).ToString();
        var relaxed = JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();
        return
        [
            value,
            url,
            url.Replace("%20", "+", StringComparison.Ordinal),
            LowerHex(url),
            json,
            LowerHex(json),
            relaxed,
            relaxed.Replace("/", "\\/", StringComparison.Ordinal),
            value.Replace("'", "'\\''", StringComparison.Ordinal),
            value.Replace("'", "''", StringComparison.Ordinal),
            value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal),
            .. Base64(Encoding.UTF8.GetBytes(value)),
        ];
    }

    // Percent and \u escapes are printed with small or capital hex digits.
    private static string LowerHex(string text)
    {
        var result = new StringBuilder(text);
        for (var i = 0; i < text.Length; i++)
        {
            var length = text[i] == '%' ? 2 : text[i] == '\\' && i + 1 < text.Length && text[i + 1] == 'u' ? 5 : 0;
            for (var j = i + 1; j <= i + length && j < text.Length; j++)
            {
                result[j] = char.ToLowerInvariant(text[j]);
            }
        }

        return result.ToString();
    }

    // The value alone, and as it looks inside something longer (user:password), where it may begin at each of three
    // positions of a base64 group: the characters that depend on the neighbours are left out.
    private static IEnumerable<string> Base64(byte[] bytes)
    {
        var whole = Convert.ToBase64String(bytes);
        yield return whole;
        yield return Url(whole);
        for (var offset = 0; offset < 3; offset++)
        {
            var padded = new byte[offset + bytes.Length];
            bytes.CopyTo(padded, offset);
            var first = ((offset * 8) + 5) / 6;
            var last = padded.Length * 8 / 6;
            var inner = Convert.ToBase64String(padded)[first..last];
            if (inner.Length >= MinimumLength + 2)
            {
                yield return inner;
                yield return Url(inner);
            }
        }

        static string Url(string base64) => base64.TrimEnd('=').Replace('+', '-').Replace('/', '_');
    }
}
