namespace Drydock.Reconcilers.Upgrades;

/// <summary>The targets of one object, bound to its current spec and Secrets. A change of those binds other targets and
/// disposes of these; every other change of the object arrives by <see cref="Refresh"/>. Kinds implement
/// <see cref="IRunTargets{TEntity, TStatus}"/>.</summary>
internal interface IRunTargets : IAsyncDisposable
{
    void Refresh(IKubernetesObject entity);

    string Redact(string text);

    /// <summary>The actions and guard checks of the kind's plans, bound to these targets. Called at every
    /// advance.</summary>
    IStepCatalog Catalog();

    /// <summary>One preflight pass: everything that can be found out without changing anything, all findings of the
    /// pass. Ends when cancelled; any other exception is reported as a defect.</summary>
    Task<PreflightResult<IRunDiscovery>> PreflightAsync(CancellationToken cancellationToken);

    /// <summary>Why a rollback is impossible now and what an administrator may repair; null if it is possible. Changes
    /// nothing, and does not throw for any answer of a target.</summary>
    Task<string?> FindObstacleAsync(RunStatus status, CancellationToken cancellationToken);

    /// <summary>The plan of an upgrade with what the targets show to be done; the same object if the plan knows it all.
    /// A rollback is compiled from it, because the status may have been restored from a backup.</summary>
    Task<Plan> ReadTracesAsync(Plan plan, CancellationToken cancellationToken) => Task.FromResult(plan);

    Task<IReadOnlyList<string>> RollbackNotesAsync(RunStatus status, CancellationToken cancellationToken);

    /// <summary>What keeps a process that has just taken over a run from continuing its plan, for example a storage
    /// that is not the one preflight marked; null if nothing does. Called again until it returns null, then never
    /// again.</summary>
    Task<Blocker?> FindBlockerAsync(CancellationToken cancellationToken) => Task.FromResult<Blocker?>(null);

    /// <summary>Removes what a stopped run must not leave in the targets. Called beside the reconcile while
    /// <see cref="RunKind.ParkedState"/> says that something may remain, until it is removed. Decides from observed
    /// state; asks the fence before each change.</summary>
    Task<ParkedStateResult> CleanUpAsync(RunStatus status, CancellationToken cancellationToken);

    /// <summary>Follows events of the targets from now on, as far as access allows. Called repeatedly; must not throw
    /// because of a target or a Secret.</summary>
    void FollowEvents()
    {
    }
}

/// <summary>The <see cref="IRunTargets"/> of one kind, with its own types. The members with a body are
/// optional.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
/// <typeparam name="TStatus">Its status.</typeparam>
internal interface IRunTargets<in TEntity, in TStatus> : IRunTargets
    where TEntity : class, IKubernetesObject
    where TStatus : RunStatus
{
    void Refresh(TEntity entity);

    Task<string?> FindObstacleAsync(TStatus status, CancellationToken cancellationToken);

    Task<IReadOnlyList<string>> RollbackNotesAsync(TStatus status, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([]);

    Task<ParkedStateResult> CleanUpAsync(TStatus status, CancellationToken cancellationToken) =>
        Task.FromResult(ParkedStateResult.Nothing);

    void IRunTargets.Refresh(IKubernetesObject entity) => Refresh((TEntity)entity);

    Task<string?> IRunTargets.FindObstacleAsync(RunStatus status, CancellationToken cancellationToken) =>
        FindObstacleAsync((TStatus)status, cancellationToken);

    Task<IReadOnlyList<string>> IRunTargets.RollbackNotesAsync(RunStatus status, CancellationToken cancellationToken) =>
        RollbackNotesAsync((TStatus)status, cancellationToken);

    Task<ParkedStateResult> IRunTargets.CleanUpAsync(RunStatus status, CancellationToken cancellationToken) =>
        CleanUpAsync((TStatus)status, cancellationToken);
}

/// <summary>Everything that access to an object's targets depends on.</summary>
/// <param name="AccessKey">Changes with everything that may remove the cause of a failure: access and timing fields,
/// used values of Secrets. Failed work is then retried at once.</param>
/// <param name="TargetsKey">Changes whenever the connections must be made again. Timing and control fields do not
/// count: a longer timeout, or a pause, must not close connections that are in use.</param>
/// <param name="SpecKey">The part of <paramref name="TargetsKey"/> that the spec decides. When it changes, a step that
/// only waits is observed again with the new targets. A rotated Secret counts from the next observation on.</param>
/// <param name="Bind">Binds the targets. The argument must be called when something happens on one of them; it does not
/// block and may be called from any thread.</param>
internal sealed record RunBinding(
    string AccessKey, string TargetsKey, string SpecKey, Func<Action, IRunTargets> Bind)
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
/// <param name="Reason">Stable word.</param>
/// <param name="Message">What happened, where, and the remedy.</param>
internal sealed record Blocker(string Reason, string Message);
