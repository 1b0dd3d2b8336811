using Drydock.Crds.Common;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// The named programs are RUNNING (others may be RUNNING or STOPPED). supervisord of OMS does not retry by itself
/// (startretries=0; docs/research/oms.md#programs), so a program in FATAL or EXITED gets one start.
/// </summary>
internal sealed class AwaitPrograms(IOmsTargets targets) : OmsStep(targets)
{
    private const string StartedKey = "started";

    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var programs = await ProgramsAsync(context, cancellationToken);
        if (!programs.Answered)
        {
            return new Observation.Running("supervisord does not answer");
        }

        var running = List(context, "running");
        var either = List(context, "runningOrStopped");
        var bad = running.Where(p => !programs.IsRunning(p))
            .Concat(either.Where(p => programs.StateOf(p) is not (SupervisorState.Running or SupervisorState.Stopped)))
            .ToList();
        if (bad.Count == 0)
        {
            return new Observation.Done(string.Join(", ", running) + " run");
        }

        var listed = string.Join(", ", programs.NotRunning(bad));
        var dead = bad.Where(p => IsDead(programs, p, running)).ToList();
        if (dead.Count == 0)
        {
            return new Observation.Running(listed);
        }

        var message = $"on {Node(context)}: {listed}; one start was tried. See the program's log under /home/admin/logs in the container, start it with supervisorctl, and this goes on";
        return context.Step switch
        {
            { Attempt: 0 } => new Observation.NotStarted(listed),

            // This attempt has started it already; only a person gives it another.
            { StartedAt: not null } when context.Receipt(StartedKey) is not null => throw new StepActionException(Reasons.ComponentsUnhealthy, message, retryable: false),
            _ => new Observation.Failed(Reasons.ComponentsUnhealthy, message),
        };
    }

    /// <inheritdoc />
    public override Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken) =>
        Task.FromResult(Fact(StartedKey, "true"));

    /// <inheritdoc />
    public override async Task ActAsync(StepContext context, CancellationToken cancellationToken)
    {
        var programs = await ProgramsAsync(context, cancellationToken);
        var running = List(context, "running");
        foreach (var program in running.Concat(List(context, "runningOrStopped")).Where(p => IsDead(programs, p, running)))
        {
            await SupervisorctlAsync(context, "start", program, cancellationToken);
        }
    }

    // STOPPED is somebody's wish where it is allowed, and a program to be started where it is not.
    private static bool IsDead(SupervisorStatus programs, string program, IReadOnlyList<string> mustRun) =>
        programs.StateOf(program) is SupervisorState.Fatal or SupervisorState.Exited
        || (programs.StateOf(program) == SupervisorState.Stopped && mustRun.Contains(program, StringComparer.Ordinal));

    private static string[] List(StepContext context, string name) =>
        context.Parameter(name).Split(',', StringSplitOptions.RemoveEmptyEntries);
}
