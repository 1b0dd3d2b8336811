namespace Drydock.Reconcilers.Oms;

/// <summary>Starts the created new container. The guards check that no old one runs.</summary>
internal sealed class StartContainer(IOmsTargets targets) : OmsStep<StartContainer.Args>(targets)
{
    public const string StartedAtFact = "startedAt";

    /// <param name="Container">Name of the container.</param>
    public sealed record Args(string Container);

    protected override async Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        var name = args.Container;
        var container = await InspectAsync(context, name, cancellationToken);
        if (container is null)
        {
            return new Observation.Failed(
                Reasons.ContainerNotFound,
                $"{name} was removed from {context.Node} after this upgrade created it. "
                + "spec.desiredState: RolledBack rolls back.");
        }

        if (container.State.Running)
        {
            var started = container.StartedAt ?? context.Time.GetUtcNow();
            return new Observation.Done(
                $"{name} is running.", Entry(StartedAtFact, started.ToString("O", CultureInfo.InvariantCulture)));
        }

        return container.State.Status == "created"
            ? new Observation.NotStarted()
            : new Observation.Failed(Reasons.ComponentsUnhealthy, Exited(context, name, container.State));
    }

    protected override Task ExecuteAsync(StepContext context, Args args, CancellationToken cancellationToken) =>
        StartAsync(context, args.Container, cancellationToken);

    protected override Task WaitAsync(StepContext context, Args args, CancellationToken cancellationToken) =>
        Targets.NextContainerEventAsync(context.Node, cancellationToken);
}
