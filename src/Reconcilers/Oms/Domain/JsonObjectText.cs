namespace Drydock.Reconcilers.Oms;

/// <summary>A JSON object as text in which single members are replaced or added and every other byte stays as it was:
/// order, spacing, escapes and the spelling of numbers. A node tree would rewrite the object and lose these.</summary>
internal sealed class JsonObjectText
{
    private static readonly UTF8Encoding Strict =
        new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly JsonReaderOptions ReaderOptions = new() { CommentHandling = JsonCommentHandling.Skip };

    private readonly byte[] _bytes;
    private readonly List<Member> _members;
    private readonly int _openEnd;

    private JsonObjectText(byte[] bytes, List<Member> members, int openEnd)
    {
        _bytes = bytes;
        _members = members;
        _openEnd = openEnd;
    }

    internal static JsonDocumentOptions DocumentOptions { get; } = new() { CommentHandling = JsonCommentHandling.Skip };

    internal string Text => Strict.GetString(_bytes);

    internal IReadOnlyList<Member> Members => _members;

    /// <summary>Reads an object; throws <see cref="FormatException"/> if the text is not a JSON object.</summary>
    internal static JsonObjectText Parse(string text)
    {
        try
        {
            return Read(Strict.GetBytes(text));
        }
        catch (JsonException error)
        {
            throw new FormatException(
                $"it is not valid JSON (line {(error.LineNumber ?? 0) + 1}, byte "
                    + $"{(error.BytePositionInLine ?? 0) + 1})",
                error);
        }
        catch (EncoderFallbackException error)
        {
            throw new FormatException("it is not valid Unicode text", error);
        }
    }

    /// <summary>The last member of that name: with duplicates the last one counts, as in OMS's own JSON
    /// library.</summary>
    internal Member? Find(string name) => _members.FindLast(member => member.Name == name);

    internal string RawValue(Member member) =>
        Strict.GetString(_bytes, member.ValueStart, member.ValueEnd - member.ValueStart);

    internal JsonObjectText With(string name, string rawValue)
    {
        var value = Strict.GetBytes(rawValue);
        using var result = new MemoryStream(_bytes.Length + value.Length + name.Length + 8);
        var from = 0;
        var replaced = false;
        foreach (var member in _members.Where(member => member.Name == name))
        {
            result.Write(_bytes, from, member.ValueStart - from);
            result.Write(value);
            from = member.ValueEnd;
            replaced = true;
        }

        if (!replaced)
        {
            var at = _members.Count > 0 ? _members[^1].ValueEnd : _openEnd;
            result.Write(_bytes, 0, at);
            result.Write(Separator());
            result.Write(Strict.GetBytes($"\"{JsonEncodedText.Encode(name)}\""));
            result.Write(Colon());
            result.Write(value);
            from = at;
        }

        result.Write(_bytes, from, _bytes.Length - from);
        return Read(result.ToArray());
    }

    private static JsonObjectText Read(byte[] bytes)
    {
        var reader = new Utf8JsonReader(bytes, ReaderOptions);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new FormatException("it is not a JSON object");
        }

        var openEnd = (int)reader.BytesConsumed;
        var members = new List<Member>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            var nameStart = (int)reader.TokenStartIndex;
            var nameEnd = nameStart + reader.ValueSpan.Length + 2;
            reader.Read();
            var kind = reader.TokenType;
            var valueStart = (int)reader.TokenStartIndex;
            reader.Skip();
            members.Add(new Member(name, nameStart, nameEnd, valueStart, (int)reader.BytesConsumed, kind));
        }

        // Nothing but white space may follow; the reader throws otherwise.
        while (reader.Read())
        {
        }

        return new JsonObjectText(bytes, members, openEnd);
    }

    // Comments between two members would be copied with their surroundings: then the plain form is used.
    private byte[] Separator()
    {
        if (_members.Count == 0)
        {
            return [];
        }

        if (_members.Count == 1)
        {
            ReadOnlySpan<byte> lead = _bytes.AsSpan(_openEnd, _members[0].NameStart - _openEnd);
            return IsBlank(lead) ? [(byte)',', .. lead] : [(byte)','];
        }

        ReadOnlySpan<byte> between =
            _bytes.AsSpan(_members[^2].ValueEnd, _members[^1].NameStart - _members[^2].ValueEnd);
        return IsBlankBut(between, (byte)',') ? between.ToArray() : [(byte)','];
    }

    private byte[] Colon()
    {
        if (_members.Count == 0)
        {
            return [(byte)':'];
        }

        ReadOnlySpan<byte> between =
            _bytes.AsSpan(_members[^1].NameEnd, _members[^1].ValueStart - _members[^1].NameEnd);
        return IsBlankBut(between, (byte)':') ? between.ToArray() : [(byte)':'];
    }

    private static bool IsBlank(ReadOnlySpan<byte> bytes) => bytes.IndexOfAnyExcept(" \t\r\n"u8) < 0;

    private static bool IsBlankBut(ReadOnlySpan<byte> bytes, byte sign) =>
        bytes.IndexOf(sign) is >= 0 and var at && IsBlank(bytes[..at]) && IsBlank(bytes[(at + 1)..]);

    internal sealed record Member(
        string Name, int NameStart, int NameEnd, int ValueStart, int ValueEnd, JsonTokenType Kind);
}
