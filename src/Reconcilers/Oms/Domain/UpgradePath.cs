using Drydock.Crds.OmsUpgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Whether an upgrade from one version to another is possible, and what it needs (docs/research/oms.md#procedure).
/// </summary>
internal abstract record UpgradePath
{
    private UpgradePath()
    {
    }

    /// <summary>True for <see cref="Allowed"/>.</summary>
    public bool IsAllowed => this is Allowed;

    /// <summary>The upgrade is supported, or was let through.</summary>
    public sealed record Allowed : UpgradePath
    {
        /// <summary>The edition.</summary>
        public required OmsEdition Edition { get; init; }

        /// <summary>The version it starts from; of the Community edition always with the suffix.</summary>
        public required OmsVersion From { get; init; }

        /// <summary>The version it goes to; of the Community edition always with the suffix.</summary>
        public required OmsVersion To { get; init; }

        /// <summary>
        /// Enterprise from below the merged architecture to it or above: the correction JAR restructures the project
        /// tables (docs/research/oms.md#correction-jar). In no other case may it run.
        /// </summary>
        public required bool NeedsCorrectionJar { get; init; }

        /// <summary>What the source release needs or has.</summary>
        public required OmsProcedure Source { get; init; }

        /// <summary>What the target release needs or has.</summary>
        public required OmsProcedure Target { get; init; }

        /// <summary>
        /// From below the merged architecture to it or above: no two projects may share a name, in migration,
        /// synchronisation or across both (docs/research/oms.md#checks-before-an-upgrade).
        /// </summary>
        public required bool NeedsProjectChecks { get; init; }

        /// <summary>
        /// Where the correction JAR runs, cascaded writers must be looked at. The Community guides do not know the
        /// check.
        /// </summary>
        public bool NeedsCascadeCheck => NeedsCorrectionJar;

        /// <summary>
        /// The source is below the merged architecture, so its project tables are known and may be read; those of later
        /// versions are not documented.
        /// </summary>
        public required bool ReadsProjectTables { get; init; }

        /// <summary>
        /// <c>enableConnector</c> must become true if it was false while <c>enableJdbcWriter</c> was true
        /// (docs/research/oms.md#high-availability).
        /// </summary>
        public bool NeedsEnableConnectorRule => NeedsProjectChecks;

        /// <summary>The new container needs <c>IS_UPGRADE=true</c> (docs/research/oms.md#container).</summary>
        public bool NeedsIsUpgrade => Target.IsUpgrade;

        /// <summary>docker_init.sh is part of the procedure.</summary>
        public bool NeedsInit => Target.Init == InitKind.Script;

        /// <summary>The source may have synchronisation projects with DDL that lack dbType.</summary>
        public bool MayLackDbType => Source.DbTypeMayBeMissing;

        /// <summary>
        /// Both versions read the same <c>oms_project</c>/<c>oms_sync_project</c> tables (both are below the merged
        /// architecture).
        /// </summary>
        public required bool ProjectTablesStay { get; init; }

        /// <summary>The failures of docker_init.sh that are described for the target.</summary>
        public required IReadOnlyList<KnownFailure> KnownFailures { get; init; }

        /// <summary>What the administrator has to do or know after this upgrade.</summary>
        public required IReadOnlyList<VersionAdvice> Advice { get; init; }

        /// <summary>
        /// Why the vendor does not list this way, where <c>allowUnsupportedPath</c> let it through; null for a listed
        /// one.
        /// </summary>
        public string? Unlisted { get; init; }
    }

    /// <summary>The upgrade is not supported.</summary>
    /// <param name="Message">A sentence: why, and the way out.</param>
    public sealed record Refused(string Message) : UpgradePath;
}
