namespace Drydock.Reconcilers.Oms;

/// <summary>Starts an old container again during a rollback. Whether it was started is read from the time of its last
/// stop: the receipt has that time from before the start, so a container with a later stop was started and has
/// ended.</summary>
internal sealed class StartOldContainer(IOmsTargets targets) : OmsStep<StartOldContainer.Args>(targets)
{
    public const string ImageFact = "image";

    public const string ImageIdFact = "imageId";

    private const string StoppedKey = "stoppedBefore";

    /// <param name="Container">Id of the container.</param>
    /// <param name="Name">Name of the container.</param>
    public sealed record Args(string Container, string Name);

    protected override async Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        var name = args.Name;
        var container = await InspectAsync(context, args.Container, cancellationToken);
        if (container is null)
        {
            return new Observation.Failed(
                Reasons.ContainerNotFound,
                $"The old container {name} ({args.Container}) was removed from {context.Node}, so the rollback cannot "
                + "start it.");
        }

        if (container.State.Running)
        {
            return new Observation.Done($"{name} is running.", new Dictionary<string, string>(StringComparer.Ordinal)
            {
                [ImageFact] = container.Config.Image ?? "",
                [ImageIdFact] = container.Image,
            });
        }

        return context.Receipt(StoppedKey) is { } before && before != Text(container.FinishedAt)
            ? new Observation.Failed(Reasons.ComponentsUnhealthy, Exited(context, name, container.State))
            : new Observation.NotStarted();
    }

    protected override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        var container = await InspectAsync(context, args.Container, cancellationToken);
        return Entry(StoppedKey, Text(container?.FinishedAt));
    }

    protected override Task ExecuteAsync(StepContext context, Args args, CancellationToken cancellationToken) =>
        StartAsync(context, args.Container, cancellationToken);

    protected override Task WaitAsync(StepContext context, Args args, CancellationToken cancellationToken) =>
        Targets.NextContainerEventAsync(context.Node, cancellationToken);

    private static string Text(DateTimeOffset? time) => time?.ToString("O", CultureInfo.InvariantCulture) ?? "";
}
