using System.Globalization;
using Drydock.Crds.Common;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Oms;

/// <summary>Starts the created new container. The guards see to it that no old one runs.</summary>
internal sealed class StartContainer(IOmsTargets targets) : OmsStep(targets)
{
    /// <summary>Fact: when it started, ISO 8601.</summary>
    public const string StartedAtFact = "startedAt";

    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var name = context.Parameter("container");
        var container = await InspectAsync(context, name, cancellationToken);
        if (container is null)
        {
            return new Observation.Failed(Reasons.ContainerNotFound, $"{name} is gone from {Node(context)}; it was created before and removed by somebody else");
        }

        if (container.State.Running)
        {
            return new Observation.Done(
                $"{name} runs",
                Fact(StartedAtFact, (container.State.StartedAt ?? context.Time.GetUtcNow()).ToString("O", CultureInfo.InvariantCulture)));
        }

        return container.State.Status == "created"
            ? new Observation.NotStarted()
            : new Observation.Failed(
                Reasons.ComponentsUnhealthy,
                $"{name} on {Node(context)} was started and is {container.State.Status} with exit code {container.State.ExitCode.ToString(CultureInfo.InvariantCulture)}{(container.State.OOMKilled ? " (out of memory)" : "")}; look at 'docker logs {name}' there, put its cause right, then retry");
    }

    /// <inheritdoc />
    public override Task ActAsync(StepContext context, CancellationToken cancellationToken) =>
        StartAsync(context, context.Parameter("container"), cancellationToken);

    /// <inheritdoc />
    public override Task WaitAsync(StepContext context, CancellationToken cancellationToken) =>
        Targets.NextContainerEventAsync(Node(context), cancellationToken);
}
