using System.Globalization;
using Drydock.Crds.Common;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Starts an old container again on the way back. Whether it was started is read from when it last stopped: the receipt
/// keeps that moment from before the start, so a container that stopped later was started and ended by itself.
/// </summary>
internal sealed class StartOldContainer(IOmsTargets targets) : OmsStep(targets)
{
    /// <summary>Fact: its image as the container names it.</summary>
    public const string ImageFact = "image";

    /// <summary>Fact: ID of that image.</summary>
    public const string ImageIdFact = "imageId";

    private const string StoppedKey = "stoppedBefore";

    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var name = context.Parameter("name");
        var container = await InspectAsync(context, context.Parameter("container"), cancellationToken);
        if (container is null)
        {
            return new Observation.Failed(Reasons.ContainerNotFound, $"{name} ({context.Parameter("container")}) is gone from {Node(context)}; it was the way back");
        }

        if (container.State.Running)
        {
            return new Observation.Done($"{name} runs", new Dictionary<string, string>(StringComparer.Ordinal)
            {
                [ImageFact] = container.Config.Image ?? "",
                [ImageIdFact] = container.Image,
            });
        }

        return context.Receipt(StoppedKey) is { } before && before != Moment(container.State.FinishedAt)
            ? new Observation.Failed(
                Reasons.ComponentsUnhealthy,
                $"{name} on {Node(context)} was started and is {container.State.Status} with exit code {container.State.ExitCode.ToString(CultureInfo.InvariantCulture)}{(container.State.OOMKilled ? " (out of memory)" : "")}; look at 'docker logs {name}' there, put its cause right, then retry")
            : new Observation.NotStarted();
    }

    /// <inheritdoc />
    public override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(StepContext context, CancellationToken cancellationToken) =>
        Fact(StoppedKey, Moment((await InspectAsync(context, context.Parameter("container"), cancellationToken))?.State.FinishedAt));

    /// <inheritdoc />
    public override Task ActAsync(StepContext context, CancellationToken cancellationToken) =>
        StartAsync(context, context.Parameter("container"), cancellationToken);

    /// <inheritdoc />
    public override Task WaitAsync(StepContext context, CancellationToken cancellationToken) =>
        Targets.NextContainerEventAsync(Node(context), cancellationToken);

    private static string Moment(DateTimeOffset? time) => time?.ToString("O", CultureInfo.InvariantCulture) ?? "";
}
