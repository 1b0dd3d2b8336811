using Docker.DotNet.Models;

namespace Drydock.Reconcilers.Oms;

/// <summary>The base of the steps of an OMS upgrade: containers, and the programs that supervisord runs in
/// them.</summary>
internal abstract record OmsStep : StepBase<IOmsTargets>
{
    // The step's own start is in its stored form only after it was reported to be under way.
    private DateTimeOffset? _firstLook;

    /// <summary>The time limit of one attempt, a duration of the spec.</summary>
    internal virtual string TimeLimit(OmsUpgradeTimeouts timeouts, string phase) => timeouts.Of(phase);

    /// <summary>How long the step is meant to wait, which is no part of the time that it may take.</summary>
    internal virtual TimeSpan PlannedWait => TimeSpan.Zero;

    /// <summary>Adds to a rollback what takes back what this step did or may have done. Nothing where it changed
    /// nothing, or where the undo of another step covers it.</summary>
    /// <param name="done">The step, which has begun.</param>
    internal virtual void Undo(OmsRollback back, PlanStep done)
    {
    }

    protected DockerClient Docker(StepContext context) => Targets.Docker(context.Node);

    protected Task<InspectedContainer?> InspectAsync(
        StepContext context, string container, CancellationToken cancellationToken) =>
        Docker(context).Containers.FindContainerAsync(container, cancellationToken);

    /// <summary>Whether a part of the phase's time limit has passed.</summary>
    protected bool IsOver(StepContext context, Func<TimeSpan, TimeSpan> part)
    {
        var now = context.Time.GetUtcNow();
        var began = context.Step.StartedAt ?? (_firstLook ??= now);
        var limit = KubernetesDuration.Parse(Targets.Upgrade.Spec.Timeouts.Of(context.Step.Phase));
        return now - began >= part(limit);
    }

    /// <summary>The time by the clock of the host that measured T1, so that the two are subtracted from one clock; by
    /// the clock of another host of the plan if that one cannot be asked, and at last by the operator's.</summary>
    protected async Task<DateTimeOffset> HostTimeAsync(StepContext context, CancellationToken cancellationToken)
    {
        var steps = (Targets.Upgrade.Status?.Plan?.Steps ?? []).Concat(context.Plan.Steps).ToList();
        var hosts = steps
            .OrderBy(s => PlanProgress.Fact(s, StopContainer.FinishedAtFact) ?? DateTimeOffset.MaxValue)
            .Select(s => s.Node)
            .OfType<string>()
            .Distinct(StringComparer.Ordinal);
        foreach (var host in hosts)
        {
            try
            {
                if ((await Targets.Docker(host).System.GetSystemInfoAsync(cancellationToken)).Clock is { } now)
                {
                    return now;
                }
            }
            catch (Exception error) when (error is DockerException or KeyNotFoundException)
            {
                // The next one.
            }
        }

        return context.Time.GetUtcNow();
    }

    protected static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    protected async Task PauseOrEventAsync(StepContext context, CancellationToken cancellationToken)
    {
        var first = await Task.WhenAny(
            Task.Delay(PauseAfter(context.Waited), context.Time, cancellationToken),
            Targets.NextContainerEventAsync(context.Node, cancellationToken));
        await first;
    }

    /// <summary>Starts a container.</summary>
    /// <exception cref="StepActionException">containerd still has the remains of an interrupted start: a dockerd with
    /// live-restore was killed during that start, and its containerd with it. Every later start is then refused, also
    /// by a restarted dockerd (seen with 20.10 and containerd 1.6).</exception>
    protected async Task StartAsync(StepContext context, string container, CancellationToken cancellationToken)
    {
        try
        {
            await Docker(context).Containers.StartContainerAsync(container, cancellationToken);
        }
        catch (DockerApiException exception) when (IsLeftOver(exception.EngineMessage))
        {
            var id = (await InspectAsync(context, container, cancellationToken))?.ID ?? container;
            throw new StepActionException(
                Reasons.ComponentsUnhealthy,
                $"dockerd on {context.Node} was killed while it started {container}, and containerd still has the "
                + $"remains of that start ({exception.EngineMessage}). On that host, run "
                + $"`pkill -KILL -f 'containerd-shim.* -id {id}'` and "
                + $"`rm -rf /run/containerd/io.containerd.runtime.v2.task/moby/{id}` "
                + "(or remove the directory named above), then retry.",
                retryable: false,
                exception);
        }
    }

    private static bool IsLeftOver(string words) =>
        (words.Contains("task ", StringComparison.Ordinal)
            && words.Contains("already exists", StringComparison.Ordinal))
        || (words.Contains("shim", StringComparison.Ordinal)
            && words.Contains("file exists", StringComparison.Ordinal));

    protected async Task<SupervisorStatus> ProgramsAsync(
        StepContext context, string container, CancellationToken cancellationToken)
    {
        try
        {
            return await Targets.ProgramsAsync(context.Node, container, cancellationToken);
        }
        catch (DockerConflictException)
        {
            throw Down(context, container);
        }
    }

    protected static StepActionException Down(StepContext context, string container) =>
        new(Reasons.ComponentsUnhealthy, NotRunning(context, container));

    protected static string NotRunning(StepContext context, string container) =>
        $"{container} on {context.Node} is not running. Check `docker logs {container}` on that host and fix the "
        + $"cause. If no other container of OMS runs there, run `docker start {container}`, then retry.";

    protected static string Exited(StepContext context, string container, State state) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"{container} on {context.Node} was started and is {state.Status} with exit code "
        + $"{state.ExitCode}{(state.OOMKilled ? " (out of memory)" : "")}. ")
        + $"Check `docker logs {container}` on that host, fix the cause, then retry.";

    protected async Task SupervisorctlAsync(
        StepContext context, string container, string verb, string program, CancellationToken cancellationToken)
    {
        // Often not the first request of its act.
        Targets.EnsureMayAct();
        var answer = await Docker(context).RunExecAsync(container, ["supervisorctl", verb, program], cancellationToken);
        ThrowIfRefused(context, verb, program, answer.Stdout + answer.Stderr);
    }

    protected static void ThrowIfRefused(StepContext context, string verb, string program, string answer)
    {
        var text = answer.Trim();
        if (text.Contains("ERROR", StringComparison.Ordinal))
        {
            throw new StepActionException(
                Reasons.StepFailed,
                $"`supervisorctl {verb} {program}` on {context.Node} answered: {text}. "
                + "See /home/admin/logs in the container.");
        }
    }
}
