using System.Globalization;
using Drydock.Abstractions.Values;
using Drydock.Crds.Common;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Runs the correction JAR (docs/research/oms.md#correction-jar), which restructures the metadata for 4.0.1 and later.
/// Its exit codes are not documented: 0 is success, anything else a failure. It may be repeated only on restored data.
/// </summary>
internal sealed class RunCorrectionJar(IOmsTargets targets) : RunOnceCommand<RunCorrectionJar.Args>(targets)
{
    private const string Java = "/opt/alibaba/java/bin/java";

    /// <param name="Container">Name or id of the container.</param>
    /// <param name="Jar">Path of the JAR, relative to the working directory or absolute.</param>
    /// <param name="WorkingDir">Where the command runs.</param>
    /// <param name="Last">Whether this is the last region (<c>-ltrue</c>).</param>
    public sealed record Args(string Container, string Jar, string WorkingDir, bool Last);

    protected override string Container(Args args) => args.Container;

    protected override string WorkingDirectory(Args args) => args.WorkingDir;

    protected override IReadOnlyList<string> Command(Args args) =>
        [Java, "-jar", args.Jar, "-mupgrade", $"-y{OmsConfig.ContainerPath}", args.Last ? "-ltrue" : "-lfalse"];

    protected override async Task<Observation.Failed?> ObstacleAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        // The steps that stopped the consoles are finished and not observed again; a console on any node writes to the
        // same metadata.
        foreach (var stop in context.Plan.Steps.Where(s => s.Is<StopConsole>()))
        {
            var container = stop.Arguments<StopConsole.Args>().Container;
            var there = await ProgramsAsync(context with { Step = stop }, container, cancellationToken);
            if (there.StateOf(OmsPrograms.Console) is var state and not SupervisorState.Stopped)
            {
                return new Observation.Failed(
                    Reasons.ComponentsUnhealthy,
                    $"oms_console on {stop.Node} is {state?.ToString().ToUpperInvariant() ?? "not listed"}, but it "
                    + "must be STOPPED on every node while the correction JAR runs. On that host, run "
                    + $"`docker exec {container} supervisorctl stop oms_console`, then retry.");
            }
        }

        var programs = await ProgramsAsync(context, args.Container, cancellationToken);
        var down = programs.NotRunning([OmsPrograms.ClusterManager, OmsPrograms.Supervisor]);
        return down.Count == 0
            ? null
            : new Observation.Failed(
                Reasons.ComponentsUnhealthy,
                $"The correction JAR on {context.Node} needs programs that are not running: "
                + $"{string.Join(", ", down)}. Start them (`docker exec {args.Container} supervisorctl start "
                + "PROGRAM`), "
                + "then retry.");
    }

    protected override Observation Judge(StepContext context, int exitCode, string log) => exitCode == 0
        ? new Observation.Done("The correction JAR ended with exit code 0.")
        : new Observation.Failed(
            Reasons.RestoreRequired,
            Sentences.Join(
                $"The correction JAR on {context.Node} ended with exit code "
                + $"{exitCode.ToString(CultureInfo.InvariantCulture)}.",
                Excerpt(log),
                "It must not run again on this data: the snapshot has to be restored first."));
}
