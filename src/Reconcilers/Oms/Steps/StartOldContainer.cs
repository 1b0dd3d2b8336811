namespace Drydock.Reconcilers.Oms;

/// <summary>Starts an old container again during a rollback. Whether it was started is read from the time of its last
/// stop: the receipt has that time from before the start, so a container with a later stop was started and has
/// ended.</summary>
/// <param name="Container">Id of the container.</param>
/// <param name="Name">Name of the container.</param>
internal sealed record StartOldContainer(string Container, string Name) : OmsStep
{
    public const string ImageFact = "image";

    public const string ImageIdFact = "imageId";

    private const string StoppedKey = "stoppedBefore";

    internal override string Verb => "start";
    internal override int Attempts => 3;

    internal override string Title(string? node) => $"Start {Name} on {node}";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var container = await InspectAsync(context, Container, cancellationToken);
        if (container is null)
        {
            return new Observation.Failed(
                Reasons.ContainerNotFound,
                $"The old container {Name} ({Container}) was removed from {context.Node}, so the rollback cannot "
                + "start it.");
        }

        if (container.State.Running)
        {
            return new Observation.Done($"{Name} is running.", new Dictionary<string, string>(StringComparer.Ordinal)
            {
                [ImageFact] = container.Config.Image ?? "",
                [ImageIdFact] = container.Image,
            });
        }

        return context.Receipt(StoppedKey) is { } before && before != Text(container.FinishedAt)
            ? new Observation.Failed(Reasons.ComponentsUnhealthy, Exited(context, Name, container.State))
            : new Observation.NotStarted();
    }

    public override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        var container = await InspectAsync(context, Container, cancellationToken);
        return Entry(StoppedKey, Text(container?.FinishedAt));
    }

    protected override Task ExecuteAsync(StepContext context, CancellationToken cancellationToken) =>
        StartAsync(context, Container, cancellationToken);

    public override Task WaitAsync(StepContext context, CancellationToken cancellationToken) =>
        Targets.NextContainerEventAsync(context.Node, cancellationToken);

    private static string Text(DateTimeOffset? time) => time?.ToString("O", CultureInfo.InvariantCulture) ?? "";
}
