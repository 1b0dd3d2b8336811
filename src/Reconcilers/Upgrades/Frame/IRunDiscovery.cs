namespace Drydock.Reconcilers.Upgrades;

/// <summary>The facts that preflight learned about the targets, and their consequences. Pure. Kinds implement
/// <see cref="IRunDiscovery{TSpec, TStatus}"/>.</summary>
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
/// <typeparam name="TSpec">Its spec.</typeparam>
/// <typeparam name="TStatus">Its status.</typeparam>
internal interface IRunDiscovery<in TSpec, TStatus> : IRunDiscovery
    where TSpec : RunSpec
    where TStatus : RunStatus
{
    Plan Compile(TSpec spec);

    TStatus Learn(TStatus status, TSpec spec, DateTimeOffset now);

    Task<TStatus> StoreListsAsync(TStatus status, CancellationToken cancellationToken) => Task.FromResult(status);

    Plan IRunDiscovery.Compile(RunSpec spec) => Compile((TSpec)spec);

    RunStatus IRunDiscovery.Learn(RunStatus status, RunSpec spec, DateTimeOffset now) =>
        Learn((TStatus)status, (TSpec)spec, now);

    async Task<RunStatus> IRunDiscovery.StoreListsAsync(RunStatus status, CancellationToken cancellationToken) =>
        await StoreListsAsync((TStatus)status, cancellationToken);
}
