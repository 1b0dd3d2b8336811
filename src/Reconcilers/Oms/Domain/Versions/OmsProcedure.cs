namespace Drydock.Reconcilers.Oms;

/// <summary>What one release of OMS needs or has, from the version data.</summary>
internal sealed record OmsProcedure
{
    /// <summary>How the metadata is initialised in an upgrade to it.</summary>
    public required InitKind Init { get; init; }

    /// <summary>
    /// The last line of docker_init.sh by which a successful initialisation is recognised.
    /// </summary>
    public required string SuccessMarker { get; init; }

    /// <summary>Which programs must run before docker_init.sh is started.</summary>
    public required ProgramsBeforeInit ProgramsBeforeInit { get; init; }

    /// <summary>
    /// How long after the start of the container docker_init.sh is started at the earliest, a duration text.
    /// </summary>
    public required string WaitBeforeInit { get; init; }

    /// <summary>Whether the new container needs <c>IS_UPGRADE=true</c>.</summary>
    public required bool IsUpgrade { get; init; }

    /// <summary>Whether it has the system parameter ha.config.</summary>
    public required bool HaConfig { get; init; }

    /// <summary>Whether its console has the API that lists projects (docs/research/oms.md#console-api).</summary>
    public required bool ProjectApi { get; init; }

    /// <summary>The path of its health endpoint; null if none is known.</summary>
    public required string? Health { get; init; }

    /// <summary>The names of its components, and what becomes of its links.</summary>
    public required LinkFacts Links { get; init; }

    /// <summary>Whether synchronisation projects of this release with DDL may lack dbType.</summary>
    public required bool DbTypeMayBeMissing { get; init; }
}

/// <summary>What is known of the links of projects in a release (docs/research/oms.md#after-the-upgrade).</summary>
/// <param name="MigrationWriter">The component that writes the changes of a migration project.</param>
/// <param name="SynchronizationWriter">The same of a synchronisation project.</param>
/// <param name="Suspended">What high availability does with suspended links after an upgrade.</param>
internal sealed record LinkFacts(string MigrationWriter, string SynchronizationWriter, SuspendedLinks Suspended);

/// <summary>How the metadata is initialised.</summary>
internal enum InitKind
{
    /// <summary>Not at all: a later build uses the databases as they are.</summary>
    None,

    /// <summary>By docker_init.sh, which the operator runs.</summary>
    Script,
}

/// <summary>Programs that must run before docker_init.sh is started.</summary>
internal enum ProgramsBeforeInit
{
    /// <summary>Every program but oms_console, whose state does not matter.</summary>
    AllButConsole,

    /// <summary>
    /// Every program. oms_console may also have ended or not be started: docker_init.sh starts it again, and images
    /// started with IS_UPGRADE=true may leave it stopped.
    /// </summary>
    All,
}

/// <summary>What high availability does with suspended links after an upgrade.</summary>
internal enum SuspendedLinks
{
    /// <summary>
    /// It starts the writers of synchronisation projects; of migration projects the guide says nothing.
    /// </summary>
    WritersStart,

    /// <summary>They stay suspended, with a new Store.</summary>
    Stay,
}

/// <summary>How an edition that merged its project tables corrects the metadata of earlier releases.</summary>
internal enum MergeCorrection
{
    /// <summary>No correction is documented.</summary>
    None,

    /// <summary>By the correction JAR.</summary>
    Jar,
}
