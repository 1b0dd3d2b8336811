using System.Text;
using Drydock.Clients.Docker;
using Drydock.Crds.Common;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// On a node where docker_init.sh does not run: autostart of oms_console on again, and oms_console started if it does
/// not run (docs/research/oms.md#initialisation).
/// </summary>
internal sealed class StartConsole(IOmsTargets targets) : OmsStep(targets)
{
    private const string Ini = "/etc/supervisor/conf.d/oms_console.ini";

    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var ini = await Docker(context).Containers.ReadFileAsync(context.Parameter("container"), Ini, 1024 * 1024, cancellationToken);
        var autostartOff = ini is not null && Encoding.UTF8.GetString(ini).Contains("autostart = false", StringComparison.Ordinal);
        var state = (await ProgramsAsync(context, cancellationToken)).StateOf(OmsPrograms.Console);
        return state switch
        {
            _ when autostartOff => new Observation.NotStarted("autostart of oms_console is off"),
            SupervisorState.Running => new Observation.Done("oms_console runs and starts by itself"),
            SupervisorState.Starting or SupervisorState.Backoff or SupervisorState.Stopping => new Observation.Running($"oms_console is {state}"),
            SupervisorState.Fatal or SupervisorState.Exited when context.Step.Attempt > 0 => new Observation.Failed(
                Reasons.ComponentsUnhealthy, $"oms_console on {Node(context)} is {state}; see /home/admin/logs/oms_console_stderr.log there"),
            _ => new Observation.NotStarted($"oms_console is {state?.ToString() ?? "not listed"}"),
        };
    }

    /// <inheritdoc />
    public override async Task ActAsync(StepContext context, CancellationToken cancellationToken)
    {
        await Docker(context).RunExecAsync(context.Parameter("container"), ["sed", "-i", "s/autostart = false/autostart = true/g", Ini], cancellationToken);
        if (!(await ProgramsAsync(context, cancellationToken)).IsRunning(OmsPrograms.Console))
        {
            await SupervisorctlAsync(context, "start", OmsPrograms.Console, cancellationToken);
        }
    }
}
