namespace Drydock.Reconcilers.Oms;

/// <summary>What is known of the releases of one edition. Pure.</summary>
internal sealed class OmsEditionVersions
{
    private readonly List<(OmsVersion Since, OmsProcedure Procedure)> _procedures = [];

    /// <exception cref="FormatException">A text is no release.</exception>
    public OmsEditionVersions(OmsEdition edition, EditionFacts facts)
    {
        (Edition, Facts) = (edition, facts);
        MergedSince = OmsVersion.Parse(facts.MergedArchitecture.Since);
        Floor = facts.Floor is { } floor ? OmsVersion.Parse(floor.Version) : null;
        Releases =
        [
            .. facts.Releases.Select(e => new OmsRelease(OmsVersion.Parse(e.Key), e.Value)).OrderBy(r => r.Version),
        ];

        // A field holds until a later entry has it too; the first entry has all.
        var known = new JsonObject();
        foreach (var (since, fields) in facts.Procedures
            .Select(e => (Since: OmsVersion.Parse(e.Key), e.Value))
            .OrderBy(e => e.Since))
        {
            foreach (var (name, value) in fields)
            {
                known[name] = value?.DeepClone();
            }

            _procedures.Add((since, known.Deserialize(VersionJson.Default.OmsProcedure)!));
        }
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

    /// <summary>What a release needs or has; one below all entries has what the first says.</summary>
    public OmsProcedure Procedure(OmsVersion version) =>
        _procedures.LastOrDefault(p => version.CompareRelease(p.Since) >= 0, _procedures[0]).Procedure;

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
        .. (Release(to)?.Facts.Questions ?? [])
            .Where(e => IsBelow(from, e.Value.FromBelow))
            .Select(e => new VersionAdvice(e.Key, e.Value.Message)),
    ];

    private static bool IsBelow(OmsVersion from, string? release) =>
        release is null || from.CompareRelease(OmsVersion.Parse(release)) < 0;
}

/// <summary>A release as a target of upgrades.</summary>
internal sealed record OmsRelease(OmsVersion Version, ReleaseFacts Facts)
{
    private readonly List<(OmsVersion Low, OmsVersion High)> _sources = [.. (Facts.From ?? []).Select(Ends)];

    // Bugfix packs and the edition do not count.
    public bool IsListedFrom(OmsVersion source) =>
        _sources.Exists(range => source.CompareRelease(range.Low) >= 0 && source.CompareRelease(range.High) <= 0);

    private static (OmsVersion Low, OmsVersion High) Ends(string range)
    {
        var ends = range.Split("..", 2);
        return (OmsVersion.Parse(ends[0]), OmsVersion.Parse(ends[^1]));
    }
}

/// <summary>A failure of docker_init.sh that the vendor describes.</summary>
/// <param name="Output">A part of the output by which it is recognised.</param>
internal sealed record KnownFailure(string Output, string Advice);

/// <summary>What the administrator has to do or know after an upgrade.</summary>
internal sealed record VersionAdvice(string Key, string Message);

/// <summary>What one release of OMS needs or has.</summary>
/// <param name="SuccessMarker">The last line of docker_init.sh by which a successful initialisation is
/// recognised.</param>
/// <param name="IsUpgrade">Whether a container needs IS_UPGRADE=true (docs/project/research/oms.md#container).</param>
/// <param name="ProjectApi">Whether its console has the API that lists projects
/// (docs/project/research/oms.md#console-api).</param>
/// <param name="VersionTable">Whether docker_init.sh reads the version before the upgrade from the table
/// oms_version.</param>
/// <param name="CgroupV2">Whether OMS shows hosts with cgroup v2 as healthy.</param>
internal sealed record OmsProcedure(
    string Source,
    InitKind Init,
    string SuccessMarker,
    ProgramsBeforeInit ProgramsBeforeInit,
    string WaitBeforeInit,
    bool IsUpgrade,
    bool HaConfig,
    bool ProjectApi,
    string? Health,
    string MigrationWriter,
    string SynchronizationWriter,
    SuspendedLinks SuspendedLinks,
    bool DbTypeMayBeMissing,
    bool VersionTable,
    bool CgroupV2)
{
    public string? Health { get; } = Health == "none" ? null : Health;

    public LinkFacts Links() => new(MigrationWriter, SynchronizationWriter, SuspendedLinks);
}

/// <summary>What is known of the links of projects in a release
/// (docs/project/research/oms.md#after-the-upgrade).</summary>
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
