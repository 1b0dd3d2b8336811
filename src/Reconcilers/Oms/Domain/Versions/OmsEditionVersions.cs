namespace Drydock.Reconcilers.Oms;

/// <summary>What is known of the releases of one edition. Pure.</summary>
internal sealed class OmsEditionVersions
{
    private readonly IReadOnlyList<(OmsVersion Since, ProcedureFacts Facts)> _procedures;

    /// <exception cref="FormatException">A text is no release, or no range of releases.</exception>
    public OmsEditionVersions(OmsEdition edition, EditionFacts facts)
    {
        (Edition, Facts) = (edition, facts);
        MergedSince = OmsVersion.Parse(facts.MergedArchitecture.Since);
        Floor = facts.Floor is { } floor ? OmsVersion.Parse(floor.Version) : null;
        Releases =
        [
            .. facts.Releases
                .Select(e => new OmsRelease(
                    OmsVersion.Parse(e.Key),
                    e.Value.From is { } from ? [.. from.Select(ReleaseRange.Parse)] : null,
                    e.Value.Note,
                    e.Value.CorrectionSkippedFrom is { } skipped ? OmsVersion.Parse(skipped) : null,
                    e.Value.Questions ?? []))
                .OrderBy(r => r.Version),
        ];
        _procedures =
        [
            .. facts.Procedures
                .Select(e => (Since: OmsVersion.Parse(e.Key), e.Value))
                .OrderByDescending(e => e.Since),
        ];
    }

    public EditionFacts Facts { get; }
    public OmsEdition Edition { get; }

    /// <summary>From here on migration and synchronisation projects share their tables.</summary>
    public OmsVersion MergedSince { get; }

    /// <summary>How the metadata of releases below <see cref="MergedSince"/> is corrected.</summary>
    public MergeCorrection Correction => Facts.MergedArchitecture.Correction;

    /// <summary>Below this release an upgrade must first go to it; null if there is no such release.</summary>
    public OmsVersion? Floor { get; }

    public IReadOnlyList<OmsRelease> Releases { get; }

    public OmsRelease? Release(OmsVersion version) => Releases.FirstOrDefault(r => r.Version.IsSameRelease(version));

    public bool IsMerged(OmsVersion version) => version.CompareRelease(MergedSince) >= 0;

    public OmsProcedure Procedure(OmsVersion version)
    {
        var known = _procedures.ToLookup(p => version.CompareRelease(p.Since) >= 0, p => p.Facts);
        return new OmsProcedure([.. known[true], .. known[false].Reverse()]);
    }

    public IReadOnlyList<KnownFailure> KnownFailures(OmsVersion to) =>
    [
        .. Facts.KnownFailures.Values.Where(f => to.CompareRelease(OmsVersion.Parse(f.Since)) >= 0)
            .Select(f => new KnownFailure(f.Output, f.Advice)),
    ];

    public IReadOnlyList<VersionAdvice> Advice(OmsVersion from, OmsVersion to) =>
    [
        .. Facts.Advice
            .Where(e => to.CompareRelease(OmsVersion.Parse(e.Value.Since)) >= 0 && IsBelow(from, e.Value.FromBelow))
            .Select(e => new VersionAdvice(e.Key, e.Value.Message)),
    ];

    /// <summary>What must be acknowledged before an upgrade, by its word.</summary>
    public IReadOnlyList<VersionAdvice> Questions(OmsVersion from, OmsVersion to) =>
    [
        .. (Release(to)?.Questions ?? [])
            .Where(e => IsBelow(from, e.Value.FromBelow))
            .Select(e => new VersionAdvice(e.Key, e.Value.Message)),
    ];

    private static bool IsBelow(OmsVersion from, string? release) =>
        release is null || from.CompareRelease(OmsVersion.Parse(release)) < 0;
}

/// <summary>Releases from one to another, both included; bugfix packs and the edition do not count.</summary>
internal sealed record ReleaseRange(OmsVersion Low, OmsVersion High)
{
    private const string Dots = "..";

    public bool Contains(OmsVersion version) =>
        version.CompareRelease(Low) >= 0 && version.CompareRelease(High) <= 0;

    /// <exception cref="FormatException">It is no range of releases.</exception>
    public static ReleaseRange Parse(string text)
    {
        var ends = text.Split(Dots, 2);
        return Array.TrueForAll(ends, IsRelease)
            && new ReleaseRange(OmsVersion.Parse(ends[0]), OmsVersion.Parse(ends[^1])) is var range
            && range.Low.CompareRelease(range.High) <= 0
                ? range
                : throw new FormatException($"'{text}' is no range of releases.");
    }

    /// <summary>Whether a text is a release: three numbers, nothing else.</summary>
    public static bool IsRelease(string text) =>
        OmsVersion.TryParse(text, out var version) && string.Equals(version.Display, text, StringComparison.Ordinal)
            && version is { BugfixPack: 0, Community: false };

    public override string ToString() => Low.IsSameRelease(High) ? Low.Display : $"{Low.Display}{Dots}{High.Display}";
}

/// <summary>A release as a target of upgrades.</summary>
/// <param name="From">The releases that the vendor's guide starts from, empty for none; null if no list is
/// known.</param>
/// <param name="Note">Half a sentence about the paths to it; null for none.</param>
/// <param name="CorrectionSkippedFrom">The first source release from which its guide skips the correction JAR; null if
/// it does not say.</param>
internal sealed record OmsRelease(
    OmsVersion Version,
    IReadOnlyList<ReleaseRange>? From,
    string? Note,
    OmsVersion? CorrectionSkippedFrom,
    Dictionary<string, QuestionFacts> Questions)
{
    public bool IsListedFrom(OmsVersion source) => From?.Any(range => range.Contains(source)) == true;
}

/// <summary>A failure of docker_init.sh that the vendor describes.</summary>
/// <param name="Output">A part of the output by which it is recognised.</param>
internal sealed record KnownFailure(string Output, string Advice);

/// <summary>What the administrator has to do or know after an upgrade.</summary>
internal sealed record VersionAdvice(string Key, string Message);

/// <summary>What one release of OMS needs or has, from the version data: of each field the value of the latest entry at
/// or below it; a version below all entries has those of the first.</summary>
/// <param name="entries">The one that counts most first.</param>
internal sealed class OmsProcedure(IReadOnlyList<ProcedureFacts> entries)
{
    public InitKind Init { get; } = Value(entries, f => f.Init)!.Value;

    /// <summary>The last line of docker_init.sh by which a successful initialisation is recognised.</summary>
    public string SuccessMarker { get; } = Value(entries, f => f.SuccessMarker)!;

    public ProgramsBeforeInit ProgramsBeforeInit { get; } = Value(entries, f => f.ProgramsBeforeInit)!.Value;
    public string WaitBeforeInit { get; } = Value(entries, f => f.WaitBeforeInit)!;

    // Whether a container needs IS_UPGRADE=true (docs/research/oms.md#container).
    public bool IsUpgrade { get; } = Value(entries, f => f.IsUpgrade)!.Value;
    public bool HaConfig { get; } = Value(entries, f => f.HaConfig)!.Value;

    /// <summary>Whether its console has the API that lists projects (docs/research/oms.md#console-api).</summary>
    public bool ProjectApi { get; } = Value(entries, f => f.ProjectApi)!.Value;

    public string? Health { get; } = Value(entries, f => f.Health) is var health and not "none" ? health : null;

    public LinkFacts Links { get; } = new(
        Value(entries, f => f.MigrationWriter)!,
        Value(entries, f => f.SynchronizationWriter)!,
        Value(entries, f => f.SuspendedLinks)!.Value);

    public bool DbTypeMayBeMissing { get; } = Value(entries, f => f.DbTypeMayBeMissing)!.Value;

    /// <summary>Whether docker_init.sh reads the version before the upgrade from <see cref="VersionTable"/>.</summary>
    public bool VersionTable { get; } = Value(entries, f => f.VersionTable)!.Value;

    /// <summary>Whether OMS shows hosts with cgroup v2 as healthy.</summary>
    public bool CgroupV2 { get; } = Value(entries, f => f.CgroupV2)!.Value;

    private static T? Value<T>(IReadOnlyList<ProcedureFacts> entries, Func<ProcedureFacts, T?> field) =>
        entries.Select(field).First(value => value is not null);
}

/// <summary>What is known of the links of projects in a release (docs/research/oms.md#after-the-upgrade).</summary>
/// <param name="MigrationWriter">The component that writes the changes of a migration project.</param>
/// <param name="SynchronizationWriter">The same of a synchronisation project.</param>
internal sealed record LinkFacts(string MigrationWriter, string SynchronizationWriter, SuspendedLinks Suspended);

internal enum InitKind
{
    None,
    Script,
}

internal enum ProgramsBeforeInit
{
    AllButConsole,

    /// <summary>Every program. oms_console may also have ended or not be started: docker_init.sh starts it again, and
    /// images started with IS_UPGRADE=true may leave it stopped.</summary>
    All,
}

internal enum SuspendedLinks
{
    /// <summary>It starts the writers of synchronisation projects; of migration projects the guide says
    /// nothing.</summary>
    WritersStart,

    Stay,
}

/// <summary>How an edition that merged its project tables corrects the metadata of earlier releases.</summary>
internal enum MergeCorrection
{
    None,
    Jar,
}
