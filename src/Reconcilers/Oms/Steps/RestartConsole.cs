using System.Globalization;
using Drydock.Crds.Common;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Restarts oms_console, which reads ha.config at its start. Done when it runs with another process than the one the
/// receipt names; with onlyIfRunning also when it does not run.
/// </summary>
internal sealed class RestartConsole(IOmsTargets targets) : OmsStep(targets)
{
    private const string BeforeKey = "pidBefore";

    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var onlyIfRunning = context.OptionalParameter("onlyIfRunning") == "true";
        if (onlyIfRunning && await InspectAsync(context, context.Parameter("container"), cancellationToken) is not { State.Running: true })
        {
            return new Observation.Done("the container does not run");
        }

        var before = context.Receipt(BeforeKey);
        if (before is null && !onlyIfRunning)
        {
            return new Observation.NotStarted();
        }

        var console = (await ProgramsAsync(context, cancellationToken)).Find(OmsPrograms.Console);
        if (onlyIfRunning && console?.State is (null or SupervisorState.Fatal or SupervisorState.Exited or SupervisorState.Stopped))
        {
            return new Observation.Done("oms_console does not run and can write nothing");
        }

        if (before is null)
        {
            return new Observation.NotStarted();
        }

        return console?.State switch
        {
            SupervisorState.Running when Pid(console) != before => new Observation.Done($"oms_console runs as process {Pid(console)}"),
            SupervisorState.Running or SupervisorState.Stopped => new Observation.NotStarted(),
            SupervisorState.Starting or SupervisorState.Stopping or SupervisorState.Backoff => new Observation.Running($"oms_console is {console.State}"),
            null => new Observation.Unknown($"supervisord on {Node(context)} does not list oms_console"),
            _ => new Observation.Failed(Reasons.ComponentsUnhealthy, $"oms_console on {Node(context)} is {console.State}; see /home/admin/logs/oms_console_stderr.log there"),
        };
    }

    /// <inheritdoc />
    public override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        if (context.Step.Receipt?.ContainsKey(BeforeKey) == true)
        {
            return context.Step.Receipt;
        }

        var console = (await ProgramsAsync(context, cancellationToken)).Find(OmsPrograms.Console);
        return Fact(BeforeKey, console is null ? "0" : Pid(console));
    }

    /// <inheritdoc />
    public override Task ActAsync(StepContext context, CancellationToken cancellationToken) =>
        SupervisorctlAsync(context, "restart", OmsPrograms.Console, cancellationToken);

    private static string Pid(SupervisorProgram program) => (program.Pid ?? 0).ToString(CultureInfo.InvariantCulture);
}
