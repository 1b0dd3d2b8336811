namespace Drydock.Reconcilers.Oms;

/// <summary>What one release of OMS needs or has, from the version data.</summary>
internal sealed record OmsProcedure
{
    public required InitKind Init { get; init; }

    /// <summary>The last line of docker_init.sh by which a successful initialisation is recognised.</summary>
    public required string SuccessMarker { get; init; }

    /// <summary>Which programs must run before docker_init.sh is started.</summary>
    public required ProgramsBeforeInit ProgramsBeforeInit { get; init; }

    public required string WaitBeforeInit { get; init; }

    public required bool IsUpgrade { get; init; }

    public required bool HaConfig { get; init; }

    /// <summary>Whether its console has the API that lists projects (docs/research/oms.md#console-api).</summary>
    public required bool ProjectApi { get; init; }

    public required string? Health { get; init; }

    public required LinkFacts Links { get; init; }

    public required bool DbTypeMayBeMissing { get; init; }

    /// <summary>Whether docker_init.sh reads the version before the upgrade from <see cref="VersionTable"/>.</summary>
    public required bool VersionTable { get; init; }

    /// <summary>Whether OMS shows hosts with cgroup v2 as healthy.</summary>
    public required bool CgroupV2 { get; init; }
}

/// <summary>What is known of the links of projects in a release (docs/research/oms.md#after-the-upgrade).</summary>
/// <param name="MigrationWriter">The component that writes the changes of a migration project.</param>
/// <param name="SynchronizationWriter">The same of a synchronisation project.</param>
/// <param name="Suspended">What high availability does with suspended links after an upgrade.</param>
internal sealed record LinkFacts(string MigrationWriter, string SynchronizationWriter, SuspendedLinks Suspended);

/// <summary>How the metadata is initialised.</summary>
internal enum InitKind
{
    None,

    Script,
}

/// <summary>Programs that must run before docker_init.sh is started.</summary>
internal enum ProgramsBeforeInit
{
    AllButConsole,

    /// <summary>Every program. oms_console may also have ended or not be started: docker_init.sh starts it again, and
    /// images started with IS_UPGRADE=true may leave it stopped.</summary>
    All,
}

/// <summary>What high availability does with suspended links after an upgrade.</summary>
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
