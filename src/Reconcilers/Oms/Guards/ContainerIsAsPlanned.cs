using Drydock.Abstractions.Plans;
using Drydock.Clients.Docker;
using Drydock.Engine.Guards;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>The new container still has the planned image and binds.</summary>
internal sealed class ContainerIsAsPlanned(IOmsTargets targets) : GuardBase<ContainerIsAsPlanned.Args>
{
    /// <param name="Container">Name of the new container.</param>
    /// <param name="Binds">Its planned binds, in their order.</param>
    /// <param name="ImageStep">Id of the step that recorded the image's id.</param>
    public sealed record Args(string Container, List<string> Binds, string ImageStep);

    protected override async Task<GuardReading> CheckAsync(
        PlanGuard guard, Args args, Plan plan, CancellationToken cancellationToken)
    {
        var where = $"{args.Container} on {guard.Node}";
        var imageId = plan.Step(args.ImageStep)?.Recorded(PrepareImage.ImageIdFact);
        try
        {
            var container = await targets.Docker(guard.Node!).Containers.InspectContainerAsync(
                args.Container, cancellationToken);
            if (imageId is not null && container.Image != imageId)
            {
                return GuardReading.Broken(
                    $"{where} was replaced: its image is {container.Image}, planned was {imageId}.");
            }

            return (container.HostConfig.Binds ?? []).SequenceEqual(args.Binds, StringComparer.Ordinal)
                ? GuardReading.Holds
                : GuardReading.Broken($"{where} was replaced: its binds differ from the planned ones.");
        }
        catch (DockerNotFoundException)
        {
            return GuardReading.Broken(
                $"{where} was removed. The operator does not create it again; "
                + "spec.desiredState: RolledBack rolls back.");
        }
    }
}
