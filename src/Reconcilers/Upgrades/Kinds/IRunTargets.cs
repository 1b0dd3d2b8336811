namespace Drydock.Reconcilers.Upgrades;

/// <summary>What a reconcile has of the targets of one object: nothing of it asks a host, a server or a storage, so
/// that one that hangs keeps no worker of the controller.</summary>
internal interface IBoundTargets : IAsyncDisposable
{
    void Refresh(IKubernetesObject entity);

    string Redact(string text);

    /// <summary>The actions and guard checks of the kind's plans, bound to these targets. Called at every
    /// advance.</summary>
    IStepCatalog Catalog();

    /// <summary>Follows events of the targets from now on, as far as access allows. Called repeatedly; must not throw
    /// because of a target or a Secret.</summary>
    void FollowEvents()
    {
    }
}

/// <summary>The targets of one object, bound to its current spec and Secrets. A change of those binds other targets and
/// disposes of these; every other change of the object arrives by <see cref="IBoundTargets.Refresh"/>. Called beside
/// the reconcile (<see cref="Beside{T}"/>). The members with a body are optional.</summary>
internal interface IRunTargets : IBoundTargets
{
    /// <summary>One preflight pass: everything that can be found out without changing anything, all findings of the
    /// pass. Ends when cancelled; any other exception is reported as a defect.</summary>
    Task<PreflightResult<IRunDiscovery>> PreflightAsync(CancellationToken cancellationToken);

    /// <summary>Why a rollback is impossible now and what an administrator may repair; null if it is possible. Changes
    /// nothing, and does not throw for any answer of a target.</summary>
    Task<string?> FindObstacleAsync(RunStatus status, CancellationToken cancellationToken) =>
        Task.FromResult<string?>(null);

    /// <summary>The plan of an upgrade with what the targets show to be done; the same object if the plan knows it all.
    /// A rollback is compiled from it, because the status may have been restored from a backup. What cannot be read is
    /// an exception whose message says where, and how it is repaired.</summary>
    Task<PlanProgress> ReadTracesAsync(PlanProgress plan, CancellationToken cancellationToken) => Task.FromResult(plan);

    Task<IReadOnlyList<string>> RollbackNotesAsync(RunStatus status, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([]);

    /// <summary>Leaves the mark of a word beside the data, before it takes effect: then no older status lets it count
    /// again.</summary>
    /// <param name="name">The word as the name of a file.</param>
    /// <param name="by">What is written into the mark.</param>
    /// <returns>False: one that was written by others was there.</returns>
    /// <exception cref="IOException">No target can be read.</exception>
    Task<bool> MarkAsync(string name, string by, CancellationToken cancellationToken) => Task.FromResult(true);

    /// <summary>What keeps a process that has just taken over a run from continuing its plan, for example a storage
    /// that is not the one preflight marked; null if nothing does. Called again until it returns null, then never
    /// again.</summary>
    Task<Blocker?> FindBlockerAsync(CancellationToken cancellationToken) => Task.FromResult<Blocker?>(null);

    /// <summary>What shows that the targets have gone further than a plan, so that nothing may be repeated on restored
    /// data, or why that cannot be read; null if nothing does. Called beside the reconcile before a
    /// <see cref="RunKind.Redo"/> and before a rollback is compiled. Changes nothing.</summary>
    /// <param name="isRedo">Whether a target that cannot be read is an answer; else the others are enough.</param>
    Task<Blocker?> FindOutdatedAsync(PlanProgress plan, bool isRedo, CancellationToken cancellationToken) =>
        Task.FromResult<Blocker?>(null);

    /// <summary>Removes what a stopped run must not leave in the targets. Called beside the reconcile while
    /// <see cref="RunKind.ParkedState"/> says that something may remain, until it is removed. Decides from observed
    /// state; asks the fence before each change.</summary>
    Task<ParkedStateResult> CleanUpAsync(RunStatus status, CancellationToken cancellationToken) =>
        Task.FromResult(ParkedStateResult.Nothing);
}

/// <summary>What a host runs cannot be read, so it is not known what a rollback has to take back.</summary>
/// <param name="what">The process or node, and its host.</param>
internal sealed class UnreadableTraceException(string what, Exception why, string advice = "")
    : Exception(
        Sentences.Join(
            $"what runs as {what} cannot be read",
            why is OperationCanceledException ? "There was no answer in time (spec.timeouts.preflight)" : why.Message,
            advice),
        why);

/// <summary>Everything that access to an object's targets depends on.</summary>
/// <param name="AccessKey">Changes with everything that may remove the cause of a failure: access and timing fields,
/// used values of Secrets. Failed work is then retried at once.</param>
/// <param name="TargetsKey">Changes whenever the connections must be made again. Timing and control fields do not
/// count: a longer timeout, or a pause, must not close connections that are in use.</param>
/// <param name="SpecKey">The part of <paramref name="TargetsKey"/> that the spec decides. When it changes, a step that
/// only waits is observed again with the new targets. A rotated Secret counts from the next observation on.</param>
/// <param name="Bind">Binds the targets. The argument must be called when something happens on one of them; it does not
/// block and may be called from any thread.</param>
internal sealed record RunBinding(string AccessKey, string TargetsKey, string SpecKey, Func<Action, IRunTargets> Bind)
{
    /// <summary>A binding whose keys follow from the classes of the fields.</summary>
    /// <remarks>Identity fields are part of the key of the connections: until a plan is stored every field may change,
    /// also the list of targets.</remarks>
    public static RunBinding Of<TSpec>(TSpec spec, string secretsDigest, Func<Action, IRunTargets> bind)
        where TSpec : RunSpec
    {
        var specKey = FieldClasses.Hash(spec, FieldClass.Identity, FieldClass.Access);
        return new RunBinding(
            $"{FieldClasses.Hash(spec, FieldClass.Access, FieldClass.Timing)}|{secretsDigest}",
            $"{specKey}|{secretsDigest}",
            specKey,
            bind);
    }
}

/// <summary>A cause that stops a run until it is repaired. It is checked again automatically.</summary>
internal sealed record Blocker(string Reason, string Message)
{
    /// <summary>The plans that the targets know and the status does not.</summary>
    public IReadOnlyList<FormerPlan> Unknown { get; init; } = [];
}

/// <summary>The facts that preflight learned about the targets, and their consequences. Pure. Kinds implement
/// <see cref="IRunDiscovery{TSpec, TStatus}"/>; the frame, which serves all kinds, needs one without their
/// types.</summary>
internal interface IRunDiscovery
{
    string TargetIdentity { get; }

    IReadOnlyList<string> TargetAddresses => [];

    string TargetDescription { get; }

    /// <summary>Additional target identities that must be unclaimed before this run starts, for example individual
    /// databases under restore.</summary>
    IReadOnlyList<string> MustBeFree => [];

    /// <summary>Compiles the plan: at least one step, and the same plan for the same spec and discovery.</summary>
    Plan Compile(RunSpec spec);

    RunStatus Learn(RunStatus status, RunSpec spec, DateTimeOffset now);

    /// <summary>Stores what is too long for the status, right before the plan is stored, and returns the status that
    /// refers to it. Called again after a crash.</summary>
    /// <exception cref="ListUnavailableException">The API server refuses it.</exception>
    Task<RunStatus> StoreListsAsync(RunStatus status, CancellationToken cancellationToken) => Task.FromResult(status);
}

/// <summary>The <see cref="IRunDiscovery"/> of one kind, with its own types.</summary>
internal interface IRunDiscovery<in TSpec, TStatus> : IRunDiscovery
    where TSpec : RunSpec
    where TStatus : RunStatus
{
    Plan Compile(TSpec spec);

    TStatus Learn(TStatus status, TSpec spec, DateTimeOffset now);

    Plan IRunDiscovery.Compile(RunSpec spec) => Compile((TSpec)spec);

    RunStatus IRunDiscovery.Learn(RunStatus status, RunSpec spec, DateTimeOffset now) =>
        Learn((TStatus)status, (TSpec)spec, now);
}

/// <summary>Checks the storage of the backup that a run depends on.</summary>
internal static class StorageBlocker
{
    public static async Task<Blocker?> FindAsync(
        IStorages storages, StorageSpec storage, string? @namespace, CancellationToken cancellationToken)
    {
        try
        {
            return await storages.IsMarkedAsync(storage, @namespace, cancellationToken)
                ? null
                : new Blocker(
                    Reasons.StorageLost,
                    $"The backup storage {storages.Describe(storage, @namespace)} does not contain the marker file "
                    + "that preflight wrote: it is a different volume or bucket. No step starts until the original "
                    + "storage is back.");
        }
        catch (SnapshotException exception)
        {
            // An unreadable storage is not a lost one.
            return new Blocker(
                StorageReasons.Of(exception),
                Sentences.Join(
                    exception.Message,
                    "No step starts until the backup storage answers. It is checked again automatically."));
        }
    }
}
