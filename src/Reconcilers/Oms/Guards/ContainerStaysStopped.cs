using System.Globalization;
using Drydock.Abstractions.Plans;
using Drydock.Clients.Docker;
using Drydock.Engine.Guards;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// After T1 no old container runs, and on the way back no new one: old and new share logs, store and run mounts and
/// would corrupt them (docs/research/oms.md#rollback).
/// </summary>
internal sealed class ContainerStaysStopped(IOmsTargets targets) : IGuardCheck
{
    /// <inheritdoc />
    public string Name => OmsGuards.ContainerStaysStopped;

    /// <inheritdoc />
    public async Task<GuardReading> CheckAsync(PlanGuard guard, Plan plan, CancellationToken cancellationToken)
    {
        var name = guard.Parameters["name"];
        var isNew = guard.Parameters.GetValueOrDefault("which") == "new";
        try
        {
            var container = await targets.Docker(guard.Node!).Containers.InspectContainerAsync(guard.Parameters["container"], cancellationToken);
            return container.State.Running
                ? GuardReading.Broken($"the {(isNew ? "new" : "old")} container {name} on {guard.Node} runs since {container.State.StartedAt?.ToString("u", CultureInfo.InvariantCulture)}: somebody started it. Stop it ('docker stop {name}' there) and this goes on")
                : GuardReading.Holds;
        }
        catch (DockerNotFoundException) when (isNew)
        {
            return GuardReading.Holds;
        }
        catch (DockerNotFoundException)
        {
            return GuardReading.Broken($"the old container {name} on {guard.Node} was removed: it is the way back");
        }
    }
}
