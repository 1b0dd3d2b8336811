namespace Drydock.Reconcilers.OmsUpgrades.Domain;

/// <summary>Whether an upgrade from one version to another is possible, and what it needs.</summary>
public abstract record UpgradePath
{
    private UpgradePath()
    {
    }

    /// <summary>True for <see cref="Allowed"/>.</summary>
    public bool IsAllowed => this is Allowed;

    /// <summary>The upgrade is supported.</summary>
    public sealed record Allowed : UpgradePath
    {
        /// <summary>Enterprise from below 4.0.1 to 4.0.1 or above: the correction JAR restructures the project tables (facts §3.4). In no other case may it run.</summary>
        public required bool NeedsCorrectionJar { get; init; }

        /// <summary>The new container needs <c>IS_UPGRADE=true</c> (targets from 3.3.1 on, facts §3.2).</summary>
        public required bool NeedsIsUpgrade { get; init; }

        /// <summary>The source's project tables must be checked for duplicate names and cascades (source below 4.0.1, facts §4.4).</summary>
        public required bool NeedsProjectChecks { get; init; }

        /// <summary><c>enableConnector</c> must become true if it was false while <c>enableJdbcWriter</c> was true (facts §2.2).</summary>
        public required bool NeedsEnableConnectorRule { get; init; }

        /// <summary>The source has the OpenAPI v2 that lists projects (from 4.1.1 on, facts §6.1).</summary>
        public required bool SourceHasProjectApi { get; init; }

        /// <summary>The target has the OpenAPI v2 that lists projects.</summary>
        public required bool TargetHasProjectApi { get; init; }

        /// <summary>The target may serve <c>/oms/health</c>; it is not documented which versions do, so a 404 is no failure (facts §6.3).</summary>
        public required bool TargetMayServeHealth { get; init; }

        /// <summary>Both versions read the same <c>oms_project</c>/<c>oms_sync_project</c> tables (no restructuring between them).</summary>
        public bool ProjectTablesStay => !NeedsCorrectionJar;
    }

    /// <summary>The upgrade is not supported.</summary>
    /// <param name="Message">A sentence: why, and the way out.</param>
    public sealed record Refused(string Message) : UpgradePath;
}
