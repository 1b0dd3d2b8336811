using System.Text.RegularExpressions;
using Drydock.Abstractions.Values;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Which sections, entries and fields the version data has, and what each takes. Every entry names its source.
/// </summary>
internal static partial class VersionSchema
{
    public const string Merged = "mergedArchitecture";
    public const string Floor = "floor";
    public const string Releases = "releases";
    public const string Procedures = "procedures";
    public const string KnownFailures = "knownFailures";
    public const string Advice = "advice";

    // The entries for one upgrade are arguments of steps, which a status bounds (SchemaLimits.Opaque).
    private const int MostWords = 8;
    private const int LongestText = 1024;
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    // Read by the initialiser of Sections, so they come before it.
    private static readonly VersionField ReleaseKey = new("", "a release such as 4.2.9", IsRelease);

    private static readonly VersionField WordKey =
        new("", "a word of lower case letters, digits and hyphens", static text => Word().IsMatch(text));

    private static readonly VersionField Source = Text("source", "where the fact was read, for instance an address");

    /// <summary>The sections of an edition by name, in the order of the file.</summary>
    public static IReadOnlyDictionary<string, VersionSection> Sections { get; } =
        new Dictionary<string, VersionSection>(StringComparer.Ordinal)
        {
            [Merged] = new(
            null,
            [
                Release("since", isRequired: true),
                OneOf<MergeCorrection>("correction", isRequired: true),
                Source,
            ]),
            [Floor] = new(null, [Release("version", isRequired: true), Source]),
            [Releases] = new(
            ReleaseKey,
            [
                new VersionField(
                    "from",
                    "a list of releases such as 4.2.8 and ranges such as 4.2.0..4.2.8",
                    static text => ReleaseRange.TryParse(text, out _)) { IsList = true },
                Text("note", "half a sentence about the paths to this release", isRequired: false),
                Release("correctionSkippedFrom", isRequired: false),
                Source,
            ]),
            [Procedures] = new(
            ReleaseKey,
            [
                OneOf<InitKind>("init"),
                Text("successMarker", "the line that is printed after a successful initialisation", isRequired: false),
                OneOf<ProgramsBeforeInit>("programsBeforeInit"),
                new VersionField("waitBeforeInit", "a duration of at most 1h such as 300s", IsWait),
                OneOf("isUpgrade", "true", "false"),
                OneOf("haConfig", "true", "false"),
                OneOf<OmsApiGeneration>("api"),
                new VersionField(
                    "health", "a path such as /oms/health, or none", static text => HealthPath().IsMatch(text)),
                Text("migrationWriter", "the name of a component", isRequired: false),
                Text("synchronizationWriter", "the name of a component", isRequired: false),
                OneOf<SuspendedLinks>("suspendedLinks"),
                OneOf("dbTypeMayBeMissing", "true", "false"),
                Source,
            ]),
            [KnownFailures] = new(
            WordKey,
            [
                Release("since", isRequired: true),
                Text("output", "a part of the output by which the failure is recognised"),
                Text("advice", "what to do, with {from} for the version before and {rm} for the rm database"),
                Source,
            ])
            { Most = MostWords },
            [Advice] = new(
            WordKey,
            [
                Release("since", isRequired: true),
                Release("fromBelow", isRequired: false),
                Text("message", "what the administrator has to do or know"),
                Source,
            ])
            { Most = MostWords },
        };

    /// <summary>Whether a text is a release: three numbers, nothing else.</summary>
    public static bool IsRelease(string text) =>
        OmsVersion.TryParse(text, out var version) && string.Equals(version.Display, text, StringComparison.Ordinal)
            && version is { BugfixPack: 0, Community: false };

    private static bool IsWait(string text) =>
        KubernetesDuration.TryParse(text, out var wait) && wait <= LongestWait;

    private static VersionField Release(string name, bool isRequired) =>
        new(name, "a release such as 4.2.9", IsRelease) { IsRequired = isRequired };

    private static VersionField Text(string name, string expected, bool isRequired = true) =>
        new(
            name,
            $"{expected}, in at most {LongestText} characters on one line",
            static text => text.Length is > 0 and <= LongestText && !text.Any(char.IsControl))
        { IsRequired = isRequired };

    private static VersionField OneOf<T>(string name, bool isRequired = false)
        where T : struct, Enum =>
        OneOf(name, Enum.GetNames<T>()) with { IsRequired = isRequired };

    private static VersionField OneOf(string name, params string[] values) => new(
        name,
        $"one of {string.Join(", ", values)}",
        text => values.Contains(text, StringComparer.Ordinal));

    [GeneratedRegex(
        "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Word();

    [GeneratedRegex(
        "^(none|/[A-Za-z0-9/._-]{1,127})$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex HealthPath();
}

/// <summary>A section of an edition.</summary>
/// <param name="Key">What its keys must be; null where the section is one entry without a key.</param>
/// <param name="Fields">The fields of an entry.</param>
internal sealed record VersionSection(VersionField? Key, IReadOnlyList<VersionField> Fields)
{
    /// <summary>How many entries one file may have in it.</summary>
    public int Most { get; init; } = 200;
}

/// <summary>One field of an entry.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Expected">What it takes, for a message.</param>
/// <param name="Accepts">Whether it takes a text; of a list, whether it takes an item.</param>
internal sealed record VersionField(string Name, string Expected, Func<string, bool> Accepts)
{
    /// <summary>Whether every entry must have it.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Whether it is a list of texts.</summary>
    public bool IsList { get; init; }
}
