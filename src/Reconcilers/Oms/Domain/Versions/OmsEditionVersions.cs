using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>What is known of the releases of one edition. Pure.</summary>
internal sealed class OmsEditionVersions
{
    private readonly IReadOnlyList<VersionEntry> _entries;
    private readonly IReadOnlyList<(OmsVersion Since, VersionEntry Entry)> _procedures;

    /// <param name="edition">The edition.</param>
    /// <param name="entries">Its entries, complete and accepted by the schema.</param>
    public OmsEditionVersions(OmsEdition edition, IReadOnlyList<VersionEntry> entries)
    {
        (Edition, _entries) = (edition, entries);
        var merged = In(VersionSchema.Merged).Single();
        MergedSince = OmsVersion.Parse(merged["since"]!);
        Correction = Enum.Parse<MergeCorrection>(merged["correction"]!);
        Floor = In(VersionSchema.Floor).Select(e => OmsVersion.Parse(e["version"]!)).SingleOrDefault();
        Releases =
        [
            .. In(VersionSchema.Releases)
                .Select(e => new OmsRelease(
                    OmsVersion.Parse(e.Key!),
                    e["from"] is null ? null : [.. e.Items("from").Select(Range)],
                    e["note"],
                    e["correctionSkippedFrom"] is { } skipped ? OmsVersion.Parse(skipped) : null))
                .OrderBy(r => r.Version),
        ];
        _procedures =
        [
            .. In(VersionSchema.Procedures)
                .Select(e => (Since: OmsVersion.Parse(e.Key!), Entry: e))
                .OrderByDescending(e => e.Since),
        ];
    }

    /// <summary>The edition.</summary>
    public OmsEdition Edition { get; }

    /// <summary>From here on migration and synchronisation projects share their tables.</summary>
    public OmsVersion MergedSince { get; }

    /// <summary>How the metadata of releases below <see cref="MergedSince"/> is corrected.</summary>
    public MergeCorrection Correction { get; }

    /// <summary>Below this release an upgrade must first go to it; null if there is no such release.</summary>
    public OmsVersion? Floor { get; }

    /// <summary>The releases that are known as targets, ascending.</summary>
    public IReadOnlyList<OmsRelease> Releases { get; }

    /// <summary>The release of a version as a target; null if nothing is known of it.</summary>
    public OmsRelease? Release(OmsVersion version) => Releases.FirstOrDefault(r => r.Version.IsSameRelease(version));

    /// <summary>Whether a version has the merged tables.</summary>
    public bool IsMerged(OmsVersion version) => version.CompareRelease(MergedSince) >= 0;

    /// <summary>
    /// What a version needs or has: of each field the value of the latest entry at or below it; a version below all
    /// entries has those of the first.
    /// </summary>
    public OmsProcedure Procedure(OmsVersion version)
    {
        return new OmsProcedure
        {
            Init = Enum.Parse<InitKind>(Value("init")),
            SuccessMarker = Value("successMarker"),
            ProgramsBeforeInit = Enum.Parse<ProgramsBeforeInit>(Value("programsBeforeInit")),
            WaitBeforeInit = Value("waitBeforeInit"),
            IsUpgrade = bool.Parse(Value("isUpgrade")),
            HaConfig = bool.Parse(Value("haConfig")),
            Api = Enum.Parse<OmsApiGeneration>(Value("api")),
            Health = Value("health") is var health and not "none" ? health : null,
            Links = new LinkFacts(
                Value("migrationWriter"),
                Value("synchronizationWriter"),
                Enum.Parse<SuspendedLinks>(Value("suspendedLinks"))),
            DbTypeMayBeMissing = bool.Parse(Value("dbTypeMayBeMissing")),
        };

        string Value(string field) =>
            (_procedures.FirstOrDefault(p => p.Entry[field] is not null && version.CompareRelease(p.Since) >= 0).Entry
                ?? _procedures.Last(p => p.Entry[field] is not null).Entry)[field]!;
    }

    /// <summary>The failures of docker_init.sh that are described for a target.</summary>
    public IReadOnlyList<KnownFailure> KnownFailures(OmsVersion to) =>
    [
        .. In(VersionSchema.KnownFailures)
            .Where(e => to.CompareRelease(OmsVersion.Parse(e["since"]!)) >= 0)
            .Select(e => new KnownFailure(e["output"]!, e["advice"]!)),
    ];

    /// <summary>What the administrator has to do or know after an upgrade.</summary>
    public IReadOnlyList<VersionAdvice> Advice(OmsVersion from, OmsVersion to) =>
    [
        .. In(VersionSchema.Advice)
            .Where(e => to.CompareRelease(OmsVersion.Parse(e["since"]!)) >= 0
                && (e["fromBelow"] is not { } below || from.CompareRelease(OmsVersion.Parse(below)) < 0))
            .Select(e => new VersionAdvice(e.Key!, e["message"]!)),
    ];

    private static ReleaseRange Range(string text) => ReleaseRange.TryParse(text, out var range)
        ? range
        : throw new FormatException($"'{text}' is no range of releases.");

    private IEnumerable<VersionEntry> In(string section) =>
        _entries.Where(e => string.Equals(e.Section, section, StringComparison.Ordinal));
}
