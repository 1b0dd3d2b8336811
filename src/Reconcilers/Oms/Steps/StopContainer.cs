using System.Globalization;
using Drydock.Clients.Docker;
using Drydock.Crds.Common;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Stops a container with grace (docs/research/oms.md#procedure) and first takes away its restart policy, so that a
/// restart of dockerd does not revive it.
/// </summary>
internal sealed class StopContainer(IOmsTargets targets) : OmsStep(targets)
{
    /// <summary>
    /// Fact: when the container stopped, as it reports itself, ISO 8601. The earliest of all nodes is T1.
    /// </summary>
    public const string FinishedAtFact = "finishedAt";

    private const int GraceSeconds = 120;

    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var container = await InspectAsync(context, context.Parameter("container"), cancellationToken);
        if (container is null && context.OptionalParameter("mayBeGone") == "true")
        {
            return new Observation.Done($"{context.Parameter("name")} is not there any more");
        }

        if (container is null)
        {
            return new Observation.Failed(
                Reasons.ContainerNotFound,
                $"{context.Parameter("name")} ({context.Parameter("container")}) is gone from {Node(context)}; it is the way back and was to be stopped, not removed");
        }

        if (container.State.Running || container.State.Restarting || container.HostConfig.RestartPolicy is { Name: not ("no" or "") })
        {
            return new Observation.NotStarted(container.State.Running ? "it runs" : "it still has a restart policy");
        }

        if (container.State.Status == "created")
        {
            return new Observation.Done($"{context.Parameter("name")} was never started");
        }

        var finished = container.State.FinishedAt ?? context.Time.GetUtcNow();
        return new Observation.Done(
            $"{context.Parameter("name")} stopped at {finished.ToString("u", CultureInfo.InvariantCulture)}",
            Fact(FinishedAtFact, finished.ToString("O", CultureInfo.InvariantCulture)));
    }

    /// <inheritdoc />
    public override async Task ActAsync(StepContext context, CancellationToken cancellationToken)
    {
        var containers = Docker(context).Containers;
        await containers.UpdateContainerAsync(context.Parameter("container"), new ContainerUpdateParameters { RestartPolicy = RestartPolicy.No }, cancellationToken);
        Targets.EnsureMayAct();
        await containers.StopContainerAsync(context.Parameter("container"), new ContainerStopParameters { WaitBeforeKillSeconds = GraceSeconds }, cancellationToken);
    }

    /// <inheritdoc />
    public override Task WaitAsync(StepContext context, CancellationToken cancellationToken) =>
        Targets.NextContainerEventAsync(Node(context), cancellationToken);
}
