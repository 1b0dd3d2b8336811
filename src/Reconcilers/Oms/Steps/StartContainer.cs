namespace Drydock.Reconcilers.Oms;

/// <summary>Starts the created new container. The guards check that no old one runs.</summary>
/// <param name="Container">Name of the container.</param>
internal sealed record StartContainer(string Container) : OmsStep
{
    public const string StartedAtFact = "startedAt";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var container = await InspectAsync(context, Container, cancellationToken);
        if (container is null)
        {
            return new Observation.Failed(
                Reasons.ContainerNotFound,
                $"{Container} was removed from {context.Node} after this upgrade created it. "
                + "spec.desiredState: RolledBack rolls back.");
        }

        if (container.State.Running)
        {
            var started = container.StartedAt ?? context.Time.GetUtcNow();
            return new Observation.Done(
                $"{Container} is running.", Entry(StartedAtFact, started.ToString("O", CultureInfo.InvariantCulture)));
        }

        return container.State.Status == "created"
            ? new Observation.NotStarted()
            : new Observation.Failed(Reasons.ComponentsUnhealthy, Exited(context, Container, container.State));
    }

    protected override Task ExecuteAsync(StepContext context, CancellationToken cancellationToken) =>
        StartAsync(context, Container, cancellationToken);

    public override Task WaitAsync(StepContext context, CancellationToken cancellationToken) =>
        Targets.NextContainerEventAsync(context.Node, cancellationToken);
}
