namespace Drydock.Reconcilers.Oms;

/// <summary>OMS's high-availability settings: the JSON text of the row <c>ha.config</c>
/// (docs/project/research/oms.md#high-availability). Immutable. Changing a setting keeps every other byte of the text,
/// also of keys this knows nothing of. A key that is absent or null has its default. Equal if equal as JSON.</summary>
internal sealed class HaConfig : IEquatable<HaConfig>
{
    private readonly JsonObjectText _json;

    private HaConfig(JsonObjectText json)
    {
        _json = json;
        Raw = json.Text;
    }

    /// <summary>The vendor's full default, HA off; for a system that has no row.</summary>
    public static HaConfig Default { get; } =
        Parse("{" + string.Join(",", HaConfigKeys.Defaults.Select(pair => $"\"{pair.Key}\":{pair.Value}")) + "}");

    public string Raw { get; }
    public bool Enable => Flag(HaConfigKeys.Enable, false);
    public bool PerceiveStoreClientCheckpoint => Flag(HaConfigKeys.PerceiveStoreClientCheckpoint, false);
    public bool EnableConnector => Flag(HaConfigKeys.EnableConnector, true);

    /// <summary>Whether JDBCWriters are recovered (below 4.0.1).</summary>
    public bool EnableJdbcWriter => Flag(HaConfigKeys.EnableJdbcWriter, true);

    public int? RefetchStoreIntervalMin =>
        _json.Find(
            HaConfigKeys.RefetchStoreIntervalMin) is { Kind: JsonTokenType.Number or JsonTokenType.String } member
        && int.TryParse(member.Raw.Trim('"'), CultureInfo.InvariantCulture, out var minutes)
            ? minutes
            : null;

    /// <summary>Reads the text; throws <see cref="FormatException"/> if it is not a JSON object.</summary>
    public static HaConfig Parse(string raw)
    {
        try
        {
            return new HaConfig(JsonObjectText.Parse(raw));
        }
        catch (FormatException error)
        {
            throw new FormatException(
                $"The value of {HaConfigKeys.RowName} cannot be read: {Sentences.Close(error.Message)} "
                    + "Expected a JSON object such as {\"enable\":false}; correct it in the OMS console under System "
                    + "Management > System Parameters.",
                error);
        }
    }

    public static bool TryParse(
        string raw, [NotNullWhen(true)] out HaConfig? config, [NotNullWhen(false)] out string? error)
    {
        try
        {
            config = Parse(raw);
            error = null;
            return true;
        }
        catch (FormatException problem)
        {
            config = null;
            error = problem.Message;
            return false;
        }
    }

    public HaConfig Disabled() => Enable ? With(HaConfigKeys.Enable, false) : this;

    public HaConfig WithEnable() => With(HaConfigKeys.Enable, true);

    /// <summary>The same with <c>refetchStoreIntervalMin</c> not below this many minutes; the very same text if it is
    /// not.</summary>
    public HaConfig WithRefetchAtLeast(int minutes) =>
        minutes > (RefetchStoreIntervalMin ?? RefetchWindow.DefaultMinutes)
            ? With(HaConfigKeys.RefetchStoreIntervalMin, minutes)
            : this;

    /// <summary>The same with the <c>refetchStoreIntervalMin</c> of another one, if that has any.</summary>
    public HaConfig WithRefetchOf(HaConfig other) =>
        other.RefetchStoreIntervalMin is { } minutes && RefetchStoreIntervalMin != minutes
            ? With(HaConfigKeys.RefetchStoreIntervalMin, minutes)
            : this;

    /// <summary>What to write to turn HA on, starting from these settings as they are now: the settings of before the
    /// upgrade come back, missing keys are added with their defaults, <c>enable</c> becomes true.</summary>
    /// <param name="previous">The settings before the upgrade; null if there was no row.</param>
    /// <param name="perceiveStoreClientCheckpoint">What <c>perceiveStoreClientCheckpoint</c> shall be; when true,
    /// outage times do not matter.</param>
    /// <param name="refetchMinutes">What <c>refetchStoreIntervalMin</c> shall at least be, see
    /// <see cref="RefetchWindow"/>; null leaves it. It is never lowered.</param>
    /// <param name="enableConnectorRule">For an upgrade across 4.0.1: <c>enableConnector</c> becomes true if before it
    /// was false while <c>enableJdbcWriter</c> was true.</param>
    public HaConfig Enabled(
        HaConfig? previous, bool perceiveStoreClientCheckpoint, int? refetchMinutes, bool enableConnectorRule)
    {
        var result = previous is null ? this : WithValuesOf(previous);
        foreach (var (key, value) in HaConfigKeys.Defaults)
        {
            if (!result.Has(key) && !HaConfigKeys.IsObsolete(key))
            {
                result = new HaConfig(result._json.With(key, value));
            }
        }

        if (refetchMinutes is { } minutes && minutes > (result.RefetchStoreIntervalMin ?? 0))
        {
            result = result.With(HaConfigKeys.RefetchStoreIntervalMin, minutes);
        }

        if (enableConnectorRule && previous is { EnableConnector: false, EnableJdbcWriter: true })
        {
            result = result.With(HaConfigKeys.EnableConnector, true);
        }

        return result
            .With(HaConfigKeys.PerceiveStoreClientCheckpoint, perceiveStoreClientCheckpoint)
            .With(HaConfigKeys.Enable, true);
    }

    public bool Equals(HaConfig? other) => other is not null && SameValue(Raw, other.Raw);

    public override bool Equals(object? obj) => Equals(obj as HaConfig);

    // Equal whatever the order.
    public override int GetHashCode() =>
        _json.Members.Aggregate(0, (hash, member) => hash ^ StringComparer.Ordinal.GetHashCode(member.Name));

    public override string ToString() => Raw;

    private bool Has(string key) => _json.Find(key) is { Kind: not JsonTokenType.Null };

    private bool Flag(string key, bool fallback) => _json.Find(key) switch
    {
        { Kind: JsonTokenType.True } => true,
        { Kind: JsonTokenType.False } => false,
        { Kind: JsonTokenType.String } member when bool.TryParse(member.Raw.Trim('"'), out var value) => value,
        { Kind: JsonTokenType.Number } member => member.Raw != "0",
        _ => fallback,
    };

    public static bool Perceives(string raw) =>
        TryParse(raw, out var config, out _) && config.PerceiveStoreClientCheckpoint;

    // A flag that is written as a string or number keeps that form, because its readers expect it.
    private HaConfig With(string key, bool value)
    {
        if (Has(key) && Flag(key, !value) == value)
        {
            return this;
        }

        var text = value ? "true" : "false";
        return new HaConfig(_json.With(key, _json.Find(key)?.Kind switch
        {
            JsonTokenType.String => $"\"{text}\"",
            JsonTokenType.Number => value ? "1" : "0",
            _ => text,
        }));
    }

    private HaConfig With(string key, int value)
    {
        var text = $"{value}";
        return new HaConfig(_json.With(key, _json.Find(key)?.Kind == JsonTokenType.String ? $"\"{text}\"" : text));
    }

    private HaConfig WithValuesOf(HaConfig previous)
    {
        var json = _json;
        foreach (var name in previous._json.Members.Select(member => member.Name).Distinct(StringComparer.Ordinal))
        {
            var value = previous._json.Find(name)!.Raw;
            if (name != HaConfigKeys.Enable && !(json.Find(name) is { } now && SameValue(now.Raw, value)))
            {
                json = json.With(name, value);
            }
        }

        return new HaConfig(json);
    }

    private static bool SameValue(string left, string right)
    {
        if (left == right)
        {
            return true;
        }

        var options = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip };
        using var a = JsonDocument.Parse(left, options);
        using var b = JsonDocument.Parse(right, options);
        return JsonElement.DeepEquals(a.RootElement, b.RootElement);
    }
}

/// <summary>A JSON object as text in which single members are replaced, or added behind the last one, and every other
/// byte stays as it was: order, spacing, escapes and the spelling of numbers. A node tree would rewrite the object and
/// lose these.</summary>
internal sealed class JsonObjectText
{
    private static readonly UTF8Encoding Strict =
        new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] _bytes;
    private readonly List<Member> _members = [];

    // The end of the last member.
    private readonly int _end;

    private JsonObjectText(byte[] bytes)
    {
        _bytes = bytes;
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new FormatException("it is not a JSON object");
        }

        _end = (int)reader.BytesConsumed;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            var (kind, start) = (reader.TokenType, (int)reader.TokenStartIndex);
            reader.Skip();
            _end = (int)reader.BytesConsumed;
            _members.Add(new Member(name, kind, Strict.GetString(bytes, start, _end - start), start, _end));
        }

        // Nothing but white space may follow; the reader throws otherwise.
        while (reader.Read())
        {
        }
    }

    internal string Text => Strict.GetString(_bytes);
    internal IReadOnlyList<Member> Members => _members;

    internal static JsonObjectText Parse(string text)
    {
        try
        {
            return new JsonObjectText(Strict.GetBytes(text));
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

    internal JsonObjectText With(string name, string raw)
    {
        var places = _members.FindAll(member => member.Name == name);
        if (places.Count == 0)
        {
            raw = $"{(_members.Count == 0 ? "" : ",")}\"{JsonEncodedText.Encode(name)}\":{raw}";
            places.Add(new Member(name, default, "", _end, _end));
        }

        var (value, bytes) = (Strict.GetBytes(raw), _bytes);
        foreach (var place in Enumerable.Reverse(places))
        {
            bytes = [.. bytes.AsSpan(0, place.Start), .. value, .. bytes.AsSpan(place.End)];
        }

        return new JsonObjectText(bytes);
    }

    internal sealed record Member(string Name, JsonTokenType Kind, string Raw, int Start, int End);
}

/// <summary>The keys of <c>ha.config</c> with the vendor's defaults
/// (docs/project/research/oms.md#high-availability).</summary>
internal static class HaConfigKeys
{
    public const string RowName = "ha.config";

    /// <summary>Master switch; default false.</summary>
    public const string Enable = "enable";

    /// <summary>New Stores start at the earliest downstream checkpoint instead of now; default false.</summary>
    public const string PerceiveStoreClientCheckpoint = "perceiveStoreClientCheckpoint";

    /// <summary>Incr-Sync daemon; default true.</summary>
    public const string EnableConnector = "enableConnector";

    /// <summary>JDBCWriter daemon, only below 4.0.1; default true.</summary>
    public const string EnableJdbcWriter = "enableJdbcWriter";

    /// <summary>How many minutes back a new Store reads; default 30.</summary>
    public const string RefetchStoreIntervalMin = "refetchStoreIntervalMin";

    /// <summary>All keys and their default values as JSON, in the vendor's order.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Defaults { get; } =
    [
        new(Enable, "false"),
        new("enableHost", "false"),
        new("enableStore", "true"),
        new(PerceiveStoreClientCheckpoint, "false"),
        new(EnableConnector, "true"),
        new(EnableJdbcWriter, "true"),
        new("subtopicStoreNumberThreshold", "5"),
        new("checkRequestIntervalSec", "600"),
        new("checkJdbcWriterIntervalSec", "600"),
        new("checkHostDownIntervalSec", "540"),
        new("checkModuleExceptionIntervalSec", "240"),
        new("clearAbnormalResourceHours", "72"),
        new(RefetchStoreIntervalMin, "30"),
    ];

    /// <summary>The JDBCWriter keys: nothing reads them from 4.0.1 on, so they are kept where they are and never
    /// added.</summary>
    internal static bool IsObsolete(string key) => key is EnableJdbcWriter or "checkJdbcWriterIntervalSec";
}

/// <summary>How far back a new Store must read when HA starts it (<c>refetchStoreIntervalMin</c>;
/// docs/project/research/oms.md#high-availability): at least from the moment the old containers stopped (T1) to the
/// moment HA is enabled (T2).</summary>
internal static class RefetchWindow
{
    public const int DefaultMinutes = 30;

    /// <summary>Minutes from <paramref name="stoppedAt"/> to <paramref name="now"/>, plus <paramref name="margin"/>,
    /// rounded up, never below <paramref name="formerMinutes"/>. A stop that lies in the future (clocks of hosts and
    /// operator differ) counts as now; the margin covers the difference.</summary>
    /// <param name="stoppedAt">T1: when the first old container stopped.</param>
    /// <param name="now">The moment the value is written; each attempt passes its own.</param>
    /// <param name="margin">Added to the outage; must not be negative.</param>
    /// <param name="formerMinutes">The value set before, in minutes; null for none (then the default counts).</param>
    public static int Minutes(DateTimeOffset stoppedAt, DateTimeOffset now, TimeSpan margin, int? formerMinutes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(margin, TimeSpan.Zero);
        var outage = now > stoppedAt ? now - stoppedAt : TimeSpan.Zero;
        var total = outage.Ticks + (decimal)margin.Ticks;
        var minutes = decimal.Ceiling(total / TimeSpan.TicksPerMinute);
        return Math.Max((int)Math.Min(minutes, int.MaxValue), formerMinutes ?? DefaultMinutes);
    }
}
