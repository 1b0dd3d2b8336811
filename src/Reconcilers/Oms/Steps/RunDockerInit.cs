using Drydock.Crds.Common;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Runs docker_init.sh (docs/research/oms.md#initialisation). The marker line in the output of this run decides; the
/// exit code is kept (its meaning is not documented). It may be repeated by a retry after a run that provably failed.
/// </summary>
internal sealed class RunDockerInit(IOmsTargets targets) : RunOnceCommand(targets)
{
    /// <inheritdoc />
    protected override string WorkingDirectory(StepContext context) => "/root";

    /// <inheritdoc />
    protected override IReadOnlyList<string> Command(StepContext context) => ["/bin/bash", DockerInit.ScriptPath];

    /// <inheritdoc />
    protected override Task<Observation.Failed?> ObstacleAsync(StepContext context, CancellationToken cancellationToken) =>
        Task.FromResult<Observation.Failed?>(null);

    /// <inheritdoc />
    protected override Observation Judge(StepContext context, int exitCode, string log)
    {
        var verdict = DockerInit.Judge(log, exitCode);
        return verdict.Outcome == DockerInitOutcome.Failed
            ? new Observation.Failed(Reasons.MarkerMissing, $"on {Node(context)}: {verdict.Message}")
            : new Observation.Done(verdict.Message);
    }
}
