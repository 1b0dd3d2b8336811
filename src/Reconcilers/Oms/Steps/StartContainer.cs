namespace Drydock.Reconcilers.Oms;

/// <summary>Starts the created new container. The guards check that no old one runs.</summary>
/// <param name="Container">Name of the container.</param>
internal sealed record StartContainer(string Container) : OmsStep
{
    public const string StartedAtFact = "startedAt";

    internal override int Attempts => 3;

    // Every new container stops, whichever began: all write to the same databases.
    internal override void Undo(OmsRollback back, PlanStep done)
    {
        if (!back.IsFirst(done))
        {
            return;
        }

        back.Phase(OmsUpgradePhases.StopNew, () => back.OnEach(n => back.Add(
            new StopContainer(n.NewContainer, n.NewName, MayBeGone: true), n.Name)));
        back.Phase(OmsUpgradePhases.BackupNew, () =>
        {
            var quiet = back.Add(AwaitNoSessions.OfHosts(back.Done));

            // The data that a failed upgrade left may be unreadable; that must not block the rollback.
            var dump = back.Done.Step<TakeSnapshot>()!.As<TakeSnapshot>() with
            {
                BeforeRollback = true,
                Optional = !back.AfterSuccess,
            };
            return [back.Add(dump, after: [quiet])];
        });
        back.Phase(OmsUpgradePhases.RestoreDatabases, () => [back.Add(RestoreDatabases.Of(back.Done))]);
    }

    internal override string Title(string? node) => $"Start {Container} on {node}";

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
