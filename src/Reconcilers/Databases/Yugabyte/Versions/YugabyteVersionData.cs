namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>What is known of the releases of YugabyteDB: which upgrades the vendor refuses or warns of, and when each
/// was released. It comes from <c>yugabyte-versions.json</c>, which is shipped in this assembly. Pure.</summary>
internal static class YugabyteVersionData
{
    private const string Resource = "yugabyte-versions.json";

    private static readonly Lazy<VersionFacts> Shipped = new(Load);

    private static readonly Lazy<List<(YugabyteVersion Version, DateOnly On)>> Dates = new(() =>
        [.. Shipped.Value.Series.SelectMany(s => s.Released).Select(r => (YugabyteVersion.Parse(r.Key), r.Value))]);

    /// <exception cref="JsonException">The shipped file has an unknown or a missing key: a defect.</exception>
    public static IReadOnlyList<YugabyteVersionRow> Rows => Shipped.Value.Rows;

    /// <summary>When a release came out; null if it is not known.</summary>
    public static DateOnly? ReleasedOn(YugabyteVersion version) =>
        Dates.Value.Where(r => r.Version.Covers(version)).Select(r => (DateOnly?)r.On).FirstOrDefault();

    private static VersionFacts Load()
    {
        using var stream = typeof(YugabyteVersionData).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The assembly does not contain {Resource}.");
        return JsonSerializer.Deserialize(stream, YugabyteVersionJson.Default.VersionFacts)
            ?? throw new InvalidOperationException($"{Resource} is empty.");
    }
}

/// <summary>What the file says. Every entry names its source.</summary>
internal sealed record VersionFacts(List<YugabyteVersionRow> Rows, List<SeriesFacts> Series);

/// <param name="Released">When each release of a series came out, by its version without build.</param>
internal sealed record SeriesFacts(string Source, Dictionary<string, DateOnly> Released);

/// <summary>What holds of upgrades from some versions to some.</summary>
/// <param name="Text">Whole sentences; {from}, {to} and what else <see cref="Say"/> replaces.</param>
/// <param name="From">Versions: "2.20.3", which is also 2.20.3.1; "2.18.0 - 2.18.6"; "&lt; 2.20.2"; "&gt;= 2.8". Null
/// for all.</param>
/// <param name="Engine">Null for both.</param>
/// <param name="Key">The word that acknowledges it.</param>
/// <param name="OnlySql">Whether it holds only where SQL is on.</param>
internal sealed record YugabyteVersionRow(
    YugabyteVerdict Verdict,
    string Text,
    string Source,
    List<string>? From = null,
    List<string>? To = null,
    YugabyteVersionRule? Rule = null,
    DatabaseEngine? Engine = null,
    string? Key = null,
    bool OnlySql = false)
{
    public bool Applies(DatabaseEngine engine, YugabyteVersion from, YugabyteVersion to) =>
        (Engine ?? engine) == engine && Covers(From, from) && Covers(To, to) && Rule switch
        {
            null => true,
            YugabyteVersionRule.NotLater => to <= from,
            YugabyteVersionRule.MixesPreview => from.IsPreview != to.IsPreview,
            YugabyteVersionRule.OtherSeries => from.Series != to.Series,
            YugabyteVersionRule.ReleasedBefore =>
                to > from && YugabyteVersionData.ReleasedOn(to) < YugabyteVersionData.ReleasedOn(from),
            YugabyteVersionRule.ChangesPostgres =>
                YugabyteFeatures.PostgresMajor(from) != YugabyteFeatures.PostgresMajor(to),
            _ => throw new InvalidOperationException($"The rule {Rule} has no meaning."),
        };

    public string Say(YugabyteVersion from, YugabyteVersion to) => Text
        .Replace("{from}", from.ToString(), StringComparison.Ordinal)
        .Replace("{to}", to.ToString(), StringComparison.Ordinal)
        .Replace("{from.kind}", Kind(from), StringComparison.Ordinal)
        .Replace("{to.kind}", Kind(to), StringComparison.Ordinal)
        .Replace("{from.date}", Date(from), StringComparison.Ordinal)
        .Replace("{to.date}", Date(to), StringComparison.Ordinal)
        .Replace("{to.series}", to.Series, StringComparison.Ordinal);

    private static bool Covers(List<string>? ranges, YugabyteVersion version)
    {
        var release = version with { Build = null };
        return ranges is null || ranges.Exists(range => range.Split(' ') switch
        {
            ["<", var end] => release < YugabyteVersion.Parse(end),
            [">=", var first] => release >= YugabyteVersion.Parse(first),
            [var first, "-", var last] => IsBetween(release, first, last),
            [var one] => IsBetween(release, one, one),
            _ => throw new FormatException($"'{range}' is no range of versions"),
        });
    }

    // 2.18.6 as the last one includes 2.18.6.1.
    private static bool IsBetween(YugabyteVersion release, string first, string last)
    {
        var known = last.Count(c => c == '.');
        var cut = release with { Patch = known < 2 ? 0 : release.Patch, Fix = known < 3 ? 0 : release.Fix };
        return release >= YugabyteVersion.Parse(first) && cut <= YugabyteVersion.Parse(last);
    }

    private static string Kind(YugabyteVersion version) => version.IsPreview ? "preview" : "stable";

    private static string Date(YugabyteVersion version) =>
        YugabyteVersionData.ReleasedOn(version)?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "";
}

internal enum YugabyteVerdict
{
    Refuse,

    /// <summary>An administrator must have checked it.</summary>
    Ask,

    /// <summary>For the readers of the plan.</summary>
    Note,
}

/// <summary>What two versions have to do with each other.</summary>
internal enum YugabyteVersionRule
{
    NotLater,
    MixesPreview,
    OtherSeries,
    ReleasedBefore,

    /// <summary>Of PostgreSQL, the major version.</summary>
    ChangesPostgres,
}

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    UseStringEnumConverter = true,
    ReadCommentHandling = JsonCommentHandling.Skip,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(VersionFacts))]
internal sealed partial class YugabyteVersionJson : JsonSerializerContext;
