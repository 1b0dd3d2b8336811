namespace Drydock.Reconcilers.Oms;

/// <summary>Whether an upgrade from one version to another is possible, and what it needs
/// (docs/research/oms.md#procedure).</summary>
internal abstract record UpgradePath
{
    private UpgradePath()
    {
    }

    public bool IsAllowed => this is Allowed;

    /// <summary>The upgrade is supported, or was let through.</summary>
    public sealed record Allowed : UpgradePath
    {
        public required OmsEdition Edition { get; init; }

        public required OmsVersion From { get; init; }

        public required OmsVersion To { get; init; }

        /// <summary>Enterprise from below the merged architecture to it or above: the correction JAR restructures the
        /// project tables (docs/research/oms.md#correction-jar). In no other case may it run.</summary>
        public required bool NeedsCorrectionJar { get; init; }

        public required OmsProcedure Source { get; init; }

        public required OmsProcedure Target { get; init; }

        /// <summary>From below the merged architecture to it or above: no two projects may share a name, in migration,
        /// synchronisation or across both (docs/research/oms.md#checks-before-an-upgrade).</summary>
        public required bool NeedsProjectChecks { get; init; }

        /// <summary>Where the correction JAR runs, cascaded writers must be looked at. The Community guides do not know
        /// the check.</summary>
        public bool NeedsCascadeCheck => NeedsCorrectionJar;

        /// <summary>The source is below the merged architecture, so its project tables are known and may be read; those
        /// of later versions are not documented.</summary>
        public required bool ReadsProjectTables { get; init; }

        /// <summary><c>enableConnector</c> must become true if it was false while <c>enableJdbcWriter</c> was true
        /// (docs/research/oms.md#high-availability).</summary>
        public bool NeedsEnableConnectorRule => NeedsProjectChecks;

        /// <summary>The new container needs <c>IS_UPGRADE=true</c> (docs/research/oms.md#container).</summary>
        public bool NeedsIsUpgrade => Target.IsUpgrade;

        public bool NeedsInit => Target.Init == InitKind.Script;

        public bool MayLackDbType => Source.DbTypeMayBeMissing;

        /// <summary>Both versions read the same <c>oms_project</c>/<c>oms_sync_project</c> tables (both are below the
        /// merged architecture).</summary>
        public required bool ProjectTablesStay { get; init; }

        public required IReadOnlyList<KnownFailure> KnownFailures { get; init; }

        public required IReadOnlyList<VersionAdvice> Advice { get; init; }

        /// <summary>What must be acknowledged before it, by its word.</summary>
        public required IReadOnlyList<VersionAdvice> Questions { get; init; }

        public string? Unlisted { get; init; }
    }

    /// <summary>The upgrade is not supported.</summary>
    /// <param name="Message">A sentence: why, and the way out.</param>
    public sealed record Refused(string Message) : UpgradePath;
}
