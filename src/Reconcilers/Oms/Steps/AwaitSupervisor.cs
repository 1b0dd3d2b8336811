using Drydock.Crds.Common;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Oms;

/// <summary>supervisord in the new container answers.</summary>
internal sealed class AwaitSupervisor(IOmsTargets targets) : OmsStep(targets)
{
    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var name = context.Parameter("container");
        var container = await InspectAsync(context, name, cancellationToken);
        if (container is not { State.Running: true })
        {
            return new Observation.Failed(Reasons.ComponentsUnhealthy, $"{name} on {Node(context)} does not run any more; look at 'docker logs {name}' there, put its cause right, start it ('docker start {name}'), then retry");
        }

        var programs = await ProgramsAsync(context, cancellationToken);
        return programs.Answered
            ? new Observation.Done($"supervisord lists {programs.Programs.Count} programs")
            : new Observation.Running($"supervisord does not answer yet ({string.Join(' ', programs.OtherLines.Take(1))})");
    }
}
