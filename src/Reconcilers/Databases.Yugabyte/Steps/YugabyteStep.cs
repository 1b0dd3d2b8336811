namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The base of every step of a YugabyteDB upgrade: the universe, and how long an attempt has taken.</summary>
/// <remarks>Some steps run a command that must not run twice. A request to a host or a service that may have been
/// carried out therefore counts as an attempt, unlike in a TiDB upgrade.</remarks>
internal abstract record YugabyteStep : StepBase<IYugabyteTargets>
{
    protected YugabyteCluster Cluster => new(Targets);

    // Neither hosts nor processes send events.
    protected override TimeSpan Pause => TimeSpan.FromMilliseconds(500);

    /// <summary>The instance the step acts on.</summary>
    /// <exception cref="KeyNotFoundException">The step names no node, or the spec no longer lists it.</exception>
    protected DatabaseInstance InstanceOf(StepContext context) => Cluster.Instance(context.Node);

    protected static TimeSpan Elapsed(StepContext context) => context.Time.GetUtcNow() - AttemptClock.Began(context);
}
