using Drydock.Abstractions.Plans;
using Drydock.Clients.Docker;
using Drydock.Engine.Guards;

namespace Drydock.Reconcilers.Oms;

/// <summary>The new container still has the planned image and binds.</summary>
internal sealed class ContainerIsAsPlanned(IOmsTargets targets) : IGuardCheck
{
    /// <inheritdoc />
    public string Name => OmsGuards.ContainerIsAsPlanned;

    /// <inheritdoc />
    public async Task<GuardReading> CheckAsync(PlanGuard guard, Plan plan, CancellationToken cancellationToken)
    {
        var name = guard.Parameters["container"];
        var imageId = plan.Steps.Find(s => s.Id == guard.Parameters["imageStep"])?.Recorded(PrepareImage.ImageIdFact);
        try
        {
            var container = await targets.Docker(guard.Node!).Containers.InspectContainerAsync(name, cancellationToken);
            if (imageId is not null && container.Image != imageId)
            {
                return GuardReading.Broken($"{name} on {guard.Node} is of image {container.Image}, planned was {imageId}: somebody replaced it");
            }

            return (container.HostConfig.Binds ?? []).SequenceEqual(guard.Parameters["binds"].Split('\n'), StringComparer.Ordinal)
                ? GuardReading.Holds
                : GuardReading.Broken($"{name} on {guard.Node} has other binds than planned: somebody replaced it");
        }
        catch (DockerNotFoundException)
        {
            return GuardReading.Broken($"{name} on {guard.Node} is gone: somebody removed it. It is not made again by itself; spec.desiredState: RolledBack goes back");
        }
    }
}
