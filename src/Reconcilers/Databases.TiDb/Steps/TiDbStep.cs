using Drydock.Clients.Kubernetes.Errors;
using Drydock.Clients.Snapshots;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// What the steps of a TiDB upgrade share. All of them are level-based: what is done is decided by what the world
/// shows, and done twice it comes to the same; so a request that did not reach its target is simply made again until
/// the step's time is over.
/// </summary>
internal abstract class TiDbStep(ITiDbTargets targets) : IStepAction
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private readonly AttemptClock _firstLooks = new();

    /// <inheritdoc />
    public string Name => GetType().Name;

    /// <summary>What the step reaches the world by.</summary>
    protected ITiDbTargets Targets { get; } = targets;

    /// <summary>The spec.</summary>
    protected DatabaseRollingUpgradeSpec Spec => Targets.Upgrade.Spec;

    /// <inheritdoc />
    public abstract Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken);

    /// <inheritdoc />
    public virtual Task<IReadOnlyDictionary<string, string>> PrepareAsync(StepContext context, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<string, string>>(context.Step.Receipt ?? new SortedDictionary<string, string>(StringComparer.Ordinal));

    /// <inheritdoc />
    public async Task ActAsync(StepContext context, CancellationToken cancellationToken)
    {
        try
        {
            await CarryOutAsync(context, cancellationToken);
        }
        catch (Exception exception) when (ClientFailures.Refusal(exception, isRepeatable: true) is not null)
        {
            throw ClientFailures.Refusal(exception, isRepeatable: true)!;
        }
        catch (TiDbApiException exception)
        {
            throw new StepActionException(exception.Reason, exception.Message, retryable: true, exception);
        }
        catch (DatabaseSqlException exception)
        {
            throw new StepActionException(exception.Reason, exception.Message, retryable: true, exception) { NotTaken = exception.Reason == Reasons.ServerUnreachable };
        }
        catch (SnapshotException exception)
        {
            throw new StepActionException(StorageReasons.Of(exception), exception.Message, retryable: true, exception);
        }
        catch (KubernetesException exception)
        {
            throw new StepActionException(Reasons.StepFailed, exception.Message, retryable: true, exception);
        }
    }

    /// <summary>
    /// Nothing sends events here, neither ssh nor PD: a short pause. Steps that have an event override it.
    /// </summary>
    public virtual Task WaitAsync(StepContext context, CancellationToken cancellationToken) =>
        Task.Delay(Pause, context.Time, cancellationToken);

    /// <summary>Does what the step is for. Errors of the clients become the engine's.</summary>
    protected virtual Task CarryOutAsync(StepContext context, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    /// <summary>The instance the step is about.</summary>
    protected DatabaseInstance Instance(StepContext context) => Targets.Instance(context.Step.Node);

    /// <summary>Since when an attempt is under way.</summary>
    protected DateTimeOffset Began(StepContext context) => _firstLooks.Began(context);

    /// <summary>
    /// Looks; a cluster that cannot be asked for a moment (its leader moves, a server comes up) is waited for until the
    /// step's time is over, and not given up.
    /// </summary>
    protected static async Task<Observation> PatientlyAsync(Func<Task<Observation>> look)
    {
        try
        {
            return await look();
        }
        catch (Exception exception) when (exception is ServiceException or TiDbApiException or DatabaseSqlException)
        {
            return new Observation.Running(exception.Message);
        }
    }

    /// <summary>Facts of one entry.</summary>
    protected static IReadOnlyDictionary<string, string> Fact(string key, string value) =>
        new Dictionary<string, string>(StringComparer.Ordinal) { [key] = value };

    /// <summary>
    /// What the world is not ready for yet: tried again by itself until the step's time is over. Nothing was requested.
    /// </summary>
    protected static StepActionException NotYet(string reason, string message) =>
        new(reason, message) { NotTaken = true };
}
