using System.Globalization;
using Drydock.Crds.Common;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.OmsUpgrades.Access;
using Drydock.Reconcilers.OmsUpgrades.Domain;

namespace Drydock.Reconcilers.OmsUpgrades.Steps;

/// <summary>
/// Runs the correction JAR (runbook §4.4 3), which restructures the metadata for 4.0.1 and later. Its exit codes are not documented (facts §3.4): 0 is
/// success, anything else a failure. It may be repeated only on restored data.
/// </summary>
public sealed class RunCorrectionJar(IOmsTargets targets) : RunOnceCommand(targets)
{
    private const string Java = "/opt/alibaba/java/bin/java";

    /// <inheritdoc />
    protected override string WorkingDirectory(StepContext context) => context.Parameter("workingDir");

    /// <inheritdoc />
    protected override IReadOnlyList<string> Command(StepContext context) =>
        [Java, "-jar", context.Parameter("jar"), "-mupgrade", $"-y{OmsConfig.ContainerPath}", $"-l{context.Parameter("last")}"];

    /// <inheritdoc />
    protected override async Task<Observation.Failed?> ObstacleAsync(StepContext context, CancellationToken cancellationToken)
    {
        var programs = await ProgramsAsync(context, cancellationToken);
        if (programs.StateOf(OmsPrograms.Console) != SupervisorState.Stopped)
        {
            return new Observation.Failed(Reasons.ComponentsUnhealthy, $"oms_console on {Node(context)} is {programs.StateOf(OmsPrograms.Console)} and must be STOPPED while the correction JAR runs; stop it, then retry");
        }

        var down = programs.NotRunning([OmsPrograms.ClusterManager, OmsPrograms.Supervisor]);
        return down.Count == 0
            ? null
            : new Observation.Failed(Reasons.ComponentsUnhealthy, $"on {Node(context)}: {string.Join(", ", down)}; the correction JAR needs both. Start them, then retry");
    }

    /// <inheritdoc />
    protected override Observation Judge(StepContext context, int exitCode, string log) => exitCode == 0
        ? new Observation.Done("correction JAR ended with 0")
        : new Observation.Failed(
            Reasons.RestoreRequired,
            $"the correction JAR on {Node(context)} ended with {exitCode.ToString(CultureInfo.InvariantCulture)}; its output is kept. It is not repeated on this data: restore the snapshot first");
}
