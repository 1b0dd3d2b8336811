using System.Globalization;
using Drydock.Crds.Common;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Runs the correction JAR (docs/research/oms.md#correction-jar), which restructures the metadata for 4.0.1 and later.
/// Its exit codes are not documented: 0 is success, anything else a failure. It may be repeated only on restored data.
/// </summary>
internal sealed class RunCorrectionJar(IOmsTargets targets) : RunOnceCommand(targets)
{
    private const string Java = "/opt/alibaba/java/bin/java";

    /// <inheritdoc />
    protected override string WorkingDirectory(StepContext context) => context.Parameter("workingDir");

    /// <inheritdoc />
    protected override IReadOnlyList<string> Command(StepContext context) =>
        [Java, "-jar", context.Parameter("jar"), "-mupgrade", $"-y{OmsConfig.ContainerPath}", $"-l{context.Parameter("last")}"];

    /// <inheritdoc />
    protected override async Task<Observation.Failed?> ObstacleAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        // The steps that stopped them are over and not looked at again; a console anywhere writes to the same metadata.
        foreach (var stop in context.Plan.Steps.Where(s => s.Action == OmsActions.StopConsole))
        {
            var there = context with { Step = stop };
            if ((await ProgramsAsync(there, cancellationToken)).StateOf(OmsPrograms.Console) is var state and not SupervisorState.Stopped)
            {
                return new Observation.Failed(
                    Reasons.ComponentsUnhealthy,
                    $"oms_console on {Node(there)} is {state?.ToString().ToUpperInvariant() ?? "not listed"} and must be STOPPED on every node while the correction JAR runs; stop it there ('docker exec {there.Parameter("container")} supervisorctl stop oms_console'), then retry");
            }
        }

        var programs = await ProgramsAsync(context, cancellationToken);
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
