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
        /// Enterprise from below 4.0.1 to 4.0.1 or above: the correction JAR restructures the project tables
        /// (docs/research/oms.md#correction-jar). In no other case may it run.
        /// </summary>
        public required bool NeedsCorrectionJar { get; init; }

        /// <summary>
        /// The new container needs <c>IS_UPGRADE=true</c> (targets from 3.3.1 on; docs/research/oms.md#container).
        /// </summary>
        public required bool NeedsIsUpgrade { get; init; }

        /// <summary>docker_init.sh is part of the procedure (every target but Community 3.2.2).</summary>
        public required bool NeedsInit { get; init; }

        /// <summary>
        /// From below 4.0.1 to 4.0.1 or above: no two projects may share a name, in migration, synchronisation or
        /// across both (docs/research/oms.md#checks-before-an-upgrade).
        /// </summary>
        public required bool NeedsProjectChecks { get; init; }

        /// <summary>
        /// Enterprise across 4.0.1: cascaded writers must be looked at. The Community guides do not know the check.
        /// </summary>
        public required bool NeedsCascadeCheck { get; init; }

        /// <summary>
        /// The source is below 4.0.1, so its project tables are known and may be read; those of later versions are not
        /// documented.
        /// </summary>
        public required bool ReadsProjectTables { get; init; }

        /// <summary>The source is a 3.2.x, whose synchronisation projects with DDL may lack dbType.</summary>
        public required bool MayLackDbType { get; init; }

        /// <summary>
        /// <c>enableConnector</c> must become true if it was false while <c>enableJdbcWriter</c> was true
        /// (docs/research/oms.md#high-availability).
        /// </summary>
        public required bool NeedsEnableConnectorRule { get; init; }

        /// <summary>
        /// The source has the OpenAPI v2 that lists projects (from 4.1.1 on; docs/research/oms.md#console-api).
        /// </summary>
        public required bool SourceHasProjectApi { get; init; }

        /// <summary>The target has the OpenAPI v2 that lists projects.</summary>
        public required bool TargetHasProjectApi { get; init; }

        /// <summary>
        /// The target may serve <c>/oms/health</c>; it is not documented which versions do, so a 404 is not a failure.
        /// </summary>
        public required bool TargetMayServeHealth { get; init; }

        /// <summary>
        /// Both versions read the same <c>oms_project</c>/<c>oms_sync_project</c> tables (both are below 4.0.1).
        /// </summary>
        public required bool ProjectTablesStay { get; init; }

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
