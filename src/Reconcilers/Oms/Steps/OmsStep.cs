using Docker.DotNet.Models;

namespace Drydock.Reconcilers.Oms;

/// <summary>The base of the steps of an OMS upgrade: containers, and the programs that supervisord runs in them. An
/// argument <c>Container</c> is the name or id of a container, <c>Database</c> the rm database.</summary>
internal abstract record OmsStep : StepBase<OmsTargets>, ITimedStep
{
    // A wait whose time is over is not begun again automatically, unless the step says so.
    internal override int Attempts => this is IWaitsOnly ? 1 : base.Attempts;

    /// <summary>The time limit of one attempt, a duration of the spec.</summary>
    internal virtual string TimeLimit(OmsUpgradeTimeouts timeouts, string phase) => timeouts.Of(phase);

    TimeSpan ITimedStep.TimeLimit(RunSpec spec, string phase) =>
        KubernetesDuration.Parse(TimeLimit(((OmsUpgradeSpec)spec).Timeouts, phase)) + PlannedWait;

    /// <summary>How long the step is meant to wait, which is no part of the time that it may take.</summary>
    internal virtual TimeSpan PlannedWait => TimeSpan.Zero;

    /// <summary>Adds to a rollback what takes back what this step did or may have done. Nothing where it changed
    /// nothing, or where the undo of another step covers it.</summary>
    /// <param name="done">The step, which has begun.</param>
    internal virtual void Undo(OmsRollback back, Step done)
    {
    }

    /// <summary>A command in a container, as an administrator enters it.</summary>
    protected static string Exec(string container, params IEnumerable<string> command) =>
        $"docker exec {container} {string.Join(' ', command)}";

    protected DockerClient Docker(StepContext context) => Targets.Docker(context.Node);

    protected Task<InspectedContainer?> InspectAsync(
        StepContext context, string container, CancellationToken cancellationToken) =>
        Docker(context).Containers.FindContainerAsync(container, cancellationToken);

    /// <summary>Removes a container that does not run.</summary>
    protected Task RemoveAsync(StepContext context, string container, CancellationToken cancellationToken) =>
        Docker(context).Containers.RemoveContainerAsync(
            container, new ContainerRemoveParameters { Force = false }, cancellationToken);

    /// <summary>A command that was prepared; null if dockerd has forgotten it.</summary>
    protected async Task<ExecState?> FindExecAsync(StepContext context, string id, CancellationToken cancellationToken)
    {
        try
        {
            return await Docker(context).Exec.InspectContainerExecAsync(id, cancellationToken);
        }
        catch (DockerNotFoundException)
        {
            return null;
        }
    }

    /// <param name="reader">An image on the host.</param>
    protected OmsHostFiles Files(StepContext context, string? reader) =>
        new(Docker(context), context.OwnerUid, reader!);

    protected static Receipt Entries(params IEnumerable<(string Key, string Value)> entries) =>
        entries.ToDictionary(entry => entry.Key, entry => entry.Value, StringComparer.Ordinal);

    protected static Observation ProbeIsThere =>
        new NotStarted("A probe container of this upgrade still exists.");

    /// <summary>Reads an archive of the spec. Its place is the plan's; the Secret that opens it is the one in the
    /// current spec.</summary>
    /// <param name="present">The storage as the current spec has it.</param>
    /// <param name="read">Gets the bytes, and their number if the archive is on the host.</param>
    protected async Task ReadArchiveAsync(
        StepContext context,
        PlannedArchive archive,
        StorageSpec? present,
        Func<Stream, long?, Task> read,
        CancellationToken cancellationToken)
    {
        if (archive.Storage is { } storage)
        {
            await using var content = await Targets.Archives.OpenAsync(
                StorageText.Parse(storage, present),
                Targets.Upgrade.Metadata.Namespace,
                archive.Path,
                archive.Sha256,
                cancellationToken);
            await read(content, null);
            return;
        }

        await Files(context, archive.Reader).ReadAsync(
            archive.Path,
            async (content, stat) =>
            {
                await read(content, stat.Size);
                return archive;
            },
            cancellationToken);
    }

    /// <summary>How to recover from a failure before the downtime that a retry of the stored plan cannot fix.</summary>
    protected static string NewAttempt(string repair) =>
        $"OMS still runs on the old containers. Roll back, {repair}, then upgrade again: a retry fails again.";

    /// <summary>Whether a part of the phase's time limit has passed.</summary>
    protected bool IsOver(StepContext context, Func<TimeSpan, TimeSpan> part)
    {
        var began = Began(context);
        var limit = KubernetesDuration.Parse(Targets.Upgrade.Spec.Timeouts.Of(context.Step.Phase));
        return context.Time.GetUtcNow() - began >= part(limit);
    }

    /// <summary>The time by the clock of the host that measured T1, so that the two are subtracted from one clock; by
    /// the clock of another host of the plan if that one cannot be asked, and at last by the operator's.</summary>
    protected async Task<DateTimeOffset> HostTimeAsync(StepContext context, CancellationToken cancellationToken)
    {
        var steps = (Targets.Upgrade.Status?.Plan?.Steps ?? []).Concat(context.Plan.Steps).ToList();
        var hosts = steps
            .OrderBy(s => s.RecordedTime(StopContainer.FinishedAtFact) ?? DateTimeOffset.MaxValue)
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

    protected async Task<SupervisorStatus> ProgramsAsync(
        StepContext context, string container, CancellationToken cancellationToken)
    {
        try
        {
            return await Targets.ProgramsAsync(context.Node, container, cancellationToken);
        }
        catch (DockerConflictException)
        {
            throw await RefusedAsync(context, container, cancellationToken);
        }
    }

    /// <summary>Why dockerd refuses a command in a container: it does not run, or is paused.</summary>
    protected async Task<StepActionException> RefusedAsync(
        StepContext context, string container, CancellationToken cancellationToken) =>
        await InspectAsync(context, container, cancellationToken) is { State.Paused: true }
            ? new(Reasons.ComponentsUnhealthy, $"{Witnesses.Paused(context.Node, container)} Then retry.")
            : Down(context, container);

    protected static StepActionException Down(StepContext context, string container) =>
        new(Reasons.ComponentsUnhealthy, NotRunning(context, container));

    protected static string NotRunning(StepContext context, string container) =>
        $"{container} on {context.Node} is not running. Check `docker logs {container}` on that host and fix the "
        + $"cause. If no other container of OMS runs there, run `docker start {container}`, then retry.";

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

/// <param name="Path">Its path in its storage or on the host.</param>
/// <param name="Storage">Its storage (<see cref="StorageText"/>); null: it is on the host.</param>
/// <param name="Reader">An image on the host, with which a file of the host is read.</param>
internal sealed record PlannedArchive(string Path, string? Storage, string Sha256, string? Reader);
