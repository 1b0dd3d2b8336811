using Drydock.Crds.Common;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Runs docker_init.sh (docs/research/oms.md#initialisation). The marker line in the output of this run decides; the
/// exit code is stored (its meaning is not documented). A retry may repeat it after a run that provably failed.
/// </summary>
internal sealed class RunDockerInit(IOmsTargets targets) : RunOnceCommand<RunDockerInit.Args>(targets)
{
    /// <summary>Fact: the script printed its marker but ended with an exit code other than 0.</summary>
    public const string WarningFact = "warning";

    /// <param name="Container">Name or id of the container.</param>
    /// <param name="UnlistedPath">
    /// The upgrade path, if the vendor does not list it: it is part of what is approved, so the plan hash differs.
    /// </param>
    public sealed record Args(string Container, string? UnlistedPath = null);

    protected override string Container(Args args) => args.Container;

    protected override string WorkingDirectory(Args args) => "/root";

    protected override IReadOnlyList<string> Command(Args args) => ["/bin/bash", DockerInit.ScriptPath];

    protected override Observation Judge(StepContext context, int exitCode, string log)
    {
        var verdict = DockerInit.Judge(log, exitCode);
        return verdict.Outcome switch
        {
            DockerInitOutcome.Failed =>
                new Observation.Failed(Reasons.MarkerMissing, $"{context.Node}: {verdict.Message}"),
            DockerInitOutcome.SuccessWithWarning =>
                new Observation.Done(verdict.Message, Entry(WarningFact, "true")),
            _ => new Observation.Done(verdict.Message),
        };
    }
}
