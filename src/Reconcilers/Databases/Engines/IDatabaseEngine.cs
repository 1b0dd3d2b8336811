namespace Drydock.Reconcilers.Databases;

/// <summary>Everything that a rolling upgrade needs to know about one database engine. A new engine is a folder with a
/// class that implements this interface and a line in the operator's composition. All members but <see cref="Bind"/>
/// are pure.</summary>
internal interface IDatabaseEngine
{
    IReadOnlyList<DatabaseEngine> Names { get; }

    /// <summary>The steps and guards of the engine's plans.</summary>
    StepRegistry Steps { get; }

    EngineSettings Settings { get; }

    IEngineReport Report { get; }

    IEngineTargets Bind(EngineContext context);

    ImpliedHold? Hold(DatabaseRollingUpgradeSpec spec, PlanProgress plan) => null;

    IEngineUndo Undo(DatabaseRollingUpgradeSpec spec, PlanProgress plan);

    bool IsDraining(DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status);
}

/// <summary>Where the spec of an engine has what every engine needs.</summary>
/// <param name="DefaultSwap">How a program is replaced where the instance does not say it.</param>
/// <param name="BackupStorage">The storage of the backup that the upgrade depends on; null for none.</param>
internal sealed record EngineSettings(
    string LoginField,
    Func<DatabaseRollingUpgradeSpec, SecretReference?> Login,
    Func<InstanceControl, SwapMethod> DefaultSwap,
    Func<DatabaseRollingUpgradeSpec, StorageSpec?> BackupStorage);

/// <summary>What takes an upgrade of one engine back, with the progress of its plan.</summary>
internal interface IEngineUndo
{
    /// <summary>Why this upgrade cannot be rolled back; null if it can.</summary>
    string? Refusal { get; }

    /// <summary>The rollback; without steps if nothing was changed.</summary>
    /// <exception cref="InvalidOperationException">There is a <see cref="Refusal"/>.</exception>
    Plan Rollback(IReadOnlyList<string> notes);
}

/// <summary>What the upgrades of one engine report.</summary>
internal interface IEngineReport
{
    DatabaseRollingUpgradeStatus Summarize(DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status);

    IReadOnlyList<ActionItem> LeftBehind(DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status);
}

/// <summary>The engines that this operator has. An engine that is not among them is refused and never runs as another
/// one.</summary>
internal sealed class DatabaseEngineSet(params IReadOnlyList<IDatabaseEngine> engines)
{
    private readonly Dictionary<DatabaseEngine, IDatabaseEngine> _engines = engines
        .SelectMany(static engine => engine.Names.Select(name => (name, engine)))
        .ToDictionary(static p => p.name, static p => p.engine);

    public IReadOnlyList<IDatabaseEngine> All { get; } = engines;

    public IDatabaseEngine Of(DatabaseRollingUpgradeSpec spec) => _engines.TryGetValue(spec.Engine, out var engine)
        ? engine
        : throw new NotSupportedException(spec.Engine.Refusal(_engines.Keys));
}

/// <summary>The clients of one upgrade of one engine, bound to its spec and Secrets as they are now. Disposed of with
/// them.</summary>
internal interface IEngineTargets : IAsyncDisposable
{
    /// <summary>The actions and guard checks of the engine's plans. Made once for one binding.</summary>
    IStepCatalog Catalog { get; }

    /// <summary>The processes that the cluster itself reports, from spec.discoverFrom on. Changes nothing. Called again
    /// with the processes of the hosts that the last call led to, until no more are found; the upgrade that the targets
    /// are bound to has the instances that were found so far.</summary>
    Task<FoundMembers> FindMembersAsync(MemberSearch search, CancellationToken cancellationToken);

    /// <summary>The versions that the processes report, beside spec.toVersion, each once, as spec.fromVersion has
    /// them.</summary>
    /// <exception cref="Drydock.Reconcilers.Upgrades.TargetException">One of them does not answer.</exception>
    Task<IReadOnlyList<string>> VersionsAsync(CancellationToken cancellationToken);

    Task<PreflightResult<IRunDiscovery>> PreflightAsync(CancellationToken cancellationToken);

    Task<ParkedStateResult> CleanUpAsync(DatabaseRollingUpgradeStatus status, CancellationToken cancellationToken);

    /// <inheritdoc cref="IRunTargets.ReadTracesAsync"/>
    Task<PlanProgress> ReadTracesAsync(PlanProgress plan, CancellationToken cancellationToken) => Task.FromResult(plan);

    /// <summary>Why a rollback that <see cref="IEngineUndo.Refusal"/> allows must not begin now, and what
    /// an administrator may do; null if it may. Does not throw for any answer of a target.</summary>
    Task<string?> FindRollbackObstacleAsync(
        DatabaseRollingUpgradeStatus status, CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    /// <summary>What the cluster itself still knows of an instance that is to be skipped, and how it is removed: whole
    /// sentences. Null if the cluster knows nothing of it.</summary>
    /// <exception cref="Drydock.Reconcilers.Upgrades.TargetException">The cluster does not answer.</exception>
    Task<string?> FindMembershipAsync(DatabaseInstance instance, CancellationToken cancellationToken);

    /// <summary>Why an instance that joined is not a healthy member of the new version: whole sentences. Null if it
    /// is.</summary>
    /// <exception cref="Drydock.Reconcilers.Upgrades.TargetException">The cluster does not answer.</exception>
    Task<string?> FindUnfitAsync(DatabaseInstance instance, CancellationToken cancellationToken);

    /// <summary>Follows events of the cluster from now on. Called again and again.</summary>
    void FollowEvents()
    {
    }
}
