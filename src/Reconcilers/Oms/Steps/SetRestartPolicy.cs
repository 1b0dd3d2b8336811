using System.Globalization;
using Drydock.Clients.Docker;
using Drydock.Crds.Common;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Oms;

/// <summary>Gives the verified new container the restart policy the old one had.</summary>
internal sealed class SetRestartPolicy(IOmsTargets targets) : OmsStep(targets)
{
    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var container = await InspectAsync(context, context.Parameter("container"), cancellationToken);
        if (container is null)
        {
            return new Observation.Failed(Reasons.ContainerNotFound, $"{context.Parameter("container")} is gone from {Node(context)}");
        }

        var present = container.HostConfig.RestartPolicy ?? RestartPolicy.No;
        var wanted = Wanted(context);
        return PolicyName(present) == PolicyName(wanted) && (PolicyName(wanted) != "on-failure" || present.MaximumRetryCount == wanted.MaximumRetryCount)
            ? new Observation.Done($"restart policy {PolicyName(present)}")
            : new Observation.NotStarted();
    }

    /// <inheritdoc />
    public override Task ActAsync(StepContext context, CancellationToken cancellationToken) =>
        Docker(context).Containers.UpdateContainerAsync(context.Parameter("container"), new ContainerUpdateParameters { RestartPolicy = Wanted(context) }, cancellationToken);

    private static RestartPolicy Wanted(StepContext context) => new()
    {
        Name = context.Parameter("policy"),
        MaximumRetryCount = int.Parse(context.Parameter("maximumRetries"), CultureInfo.InvariantCulture),
    };

    private static string PolicyName(RestartPolicy policy) => policy.Name.Length == 0 ? "no" : policy.Name;
}
