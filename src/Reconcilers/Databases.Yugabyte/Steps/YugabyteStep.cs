using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// What the steps of a YugabyteDB upgrade share: the universe, the defaults of a step that only looks, and what
/// failures of hosts and processes come to.
/// </summary>
internal abstract class YugabyteStep : IStepAction
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly AttemptClock _firstLooks = new();

    /// <summary>Binds it.</summary>
    protected YugabyteStep(IYugabyteTargets targets)
    {
        ArgumentNullException.ThrowIfNull(targets);
        (Targets, Cluster) = (targets, new YugabyteCluster(targets));
    }

    /// <inheritdoc />
    public string Name => GetType().Name;

    /// <summary>What the step reaches the world by.</summary>
    protected IYugabyteTargets Targets { get; }

    /// <summary>The universe.</summary>
    protected YugabyteCluster Cluster { get; }

    /// <inheritdoc />
    public abstract Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken);

    /// <inheritdoc />
    public virtual Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Task.FromResult<IReadOnlyDictionary<string, string>>(context.Step.Receipt ?? new SortedDictionary<string, string>(StringComparer.Ordinal));
    }

    /// <inheritdoc />
    public async Task ActAsync(StepContext context, CancellationToken cancellationToken)
    {
        try
        {
            await WorkAsync(context, cancellationToken);
        }
        catch (Exception exception) when (Refusal(exception) is not null)
        {
            throw Refusal(exception)!;
        }
    }

    /// <summary>A pause: neither hosts nor processes send events.</summary>
    public virtual Task WaitAsync(StepContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Task.Delay(Pause, context.Time, cancellationToken);
    }

    /// <summary>The action; what hosts, processes and tools throw is told as a refusal.</summary>
    protected virtual Task WorkAsync(StepContext context, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The instance the step acts on.</summary>
    /// <exception cref="KeyNotFoundException">The plan names none, or the spec has it no more.</exception>
    protected DatabaseInstance Instance(StepContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Cluster.Instance(context.Step.Node ?? throw new KeyNotFoundException($"Step {context.Step.Id} names no node; the stored plan does not fit action {context.Step.Action}."));
    }

    /// <summary>How long the step has been at it.</summary>
    protected TimeSpan Elapsed(StepContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Time.GetUtcNow() - _firstLooks.Began(context);
    }

    /// <summary>Facts of one entry.</summary>
    protected static IReadOnlyDictionary<string, string> Fact(string key, string value) =>
        new Dictionary<string, string>(StringComparer.Ordinal) { [key] = value };

    /// <summary>
    /// What an exception of a host, a process or the admin tool comes to in an act; null for any other.
    /// </summary>
    protected static StepActionException? Refusal(Exception exception) => exception switch
    {
        AdminToolException tool => new StepActionException(Reasons.AdminToolFailed, tool.Message, retryable: true, tool) { NotTaken = tool.HadNoLeader },
        YbAnswerException answer => new StepActionException(Reasons.AnswerUnusable, answer.Message, retryable: true, answer) { NotTaken = true },
        ClusterTroubleException trouble => new StepActionException(trouble.Reason, trouble.Message, retryable: true, trouble) { NotTaken = true },

        // Some steps run a command whose second run is not the same: what may have run is looked at, and counts as an
        // attempt.
        _ => ClientFailures.Refusal(exception, isRepeatable: false),
    };
}
