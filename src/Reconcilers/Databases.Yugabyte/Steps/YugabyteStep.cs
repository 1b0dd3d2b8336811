namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The base of every step of a YugabyteDB upgrade: the universe, and how long an attempt has taken.</summary>
/// <typeparam name="TArgs">The arguments.</typeparam>
/// <remarks>Some steps run a command that must not run twice. A request to a host or a service that may have been
/// carried out therefore counts as an attempt, unlike in a TiDB upgrade.</remarks>
internal abstract class YugabyteStep<TArgs>(IYugabyteTargets targets) : StepBase<TArgs>
    where TArgs : class
{
    private readonly AttemptClock _clock = new();

    protected IYugabyteTargets Targets { get; } = targets;

    protected YugabyteCluster Cluster { get; } = new(targets);

    // Neither hosts nor processes send events.
    protected override TimeSpan Pause => TimeSpan.FromMilliseconds(500);

    /// <summary>The instance the step acts on.</summary>
    /// <exception cref="KeyNotFoundException">The step names no node, or the spec no longer lists it.</exception>
    protected DatabaseInstance Instance(StepContext context) => Cluster.Instance(context.Node);

    protected TimeSpan Elapsed(StepContext context) => context.Time.GetUtcNow() - _clock.Began(context);
}
