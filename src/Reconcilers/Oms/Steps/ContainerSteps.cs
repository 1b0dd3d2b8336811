using Docker.DotNet.Models;

namespace Drydock.Reconcilers.Oms;

internal abstract record StartStep(string Container) : OmsStep
{
    internal override int Attempts => 3;

    /// <exception cref="StepActionException">containerd still has the remains of an interrupted start: a dockerd with
    /// live-restore was killed during that start, and its containerd with it. Every later start is then refused, also
    /// by a restarted dockerd (seen with 20.10 and containerd 1.6).</exception>
    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        try
        {
            await Docker(context).Containers.StartContainerAsync(Container, cancellationToken);
        }
        catch (DockerApiException exception) when (IsLeftOver(exception.EngineMessage))
        {
            var id = (await InspectAsync(context, Container, cancellationToken))?.ID ?? Container;
            throw new StepActionException(
                Reasons.ComponentsUnhealthy,
                $"dockerd on {context.Node} was killed while it started {Container}, and containerd still has the "
                + $"remains of that start ({exception.EngineMessage}). On that host, run `pkill -KILL -f "
                + $"'containerd-shim.* -id {id}'` and `rm -rf /run/containerd/io.containerd.runtime.v2.task/moby/{id}` "
                + "(or remove the directory named above), then retry.",
                retryable: false,
                exception);
        }
    }

    public override Task WaitAsync(StepContext context, CancellationToken cancellationToken) =>
        Targets.NextContainerEventAsync(context.Node, cancellationToken);

    protected static Observation.Failed Ended(StepContext context, string name, State state) => new(
        Reasons.ComponentsUnhealthy,
        $"{name} on {context.Node} was started and is {state.Status} with exit code {state.ExitCode}"
        + $"{(state.OOMKilled ? " (out of memory)" : "")}. Check `docker logs {name}` on that host, fix the cause, "
        + "then retry.");

    private static bool IsLeftOver(string words) =>
        (words.Contains("task ", StringComparison.Ordinal)
            && words.Contains("already exists", StringComparison.Ordinal))
        || (words.Contains("shim", StringComparison.Ordinal)
            && words.Contains("file exists", StringComparison.Ordinal));
}

/// <summary>Starts the created new container. The guards check that no old one runs.</summary>
internal sealed record StartContainer(string Container) : StartStep(Container)
{
    public const string StartedAtFact = "startedAt";

    internal override string Title(string? node) => $"Start {Container} on {node}";
    internal override string Runs => $"docker start {Container}";

    // Every new container stops, whichever began: all write to the same databases.
    internal override void Undo(OmsRollback back, Step done)
    {
        if (!back.IsFirst(done))
        {
            return;
        }

        back.Phase(OmsUpgradePhases.StopNew, () => back.OnEach(n => back.Add(
            new StopContainer(n.NewName, n.NewName, MayBeGone: true), n.Name)));
        back.Phase(OmsUpgradePhases.BackupNew, () =>
        {
            var quiet = back.Add(AwaitNoSessions.OfHosts(back.Done));

            // The data that a failed upgrade left may be unreadable; that must not block the rollback.
            var dump = back.Done.Step<TakeSnapshot>()!.As<TakeSnapshot>() with
            {
                BeforeRollback = true,
                Optional = !back.AfterSuccess,
            };
            return [back.Add(dump, after: [quiet])];
        });
        back.Phase(OmsUpgradePhases.RestoreDatabases, () => [back.Add(RestoreDatabases.Of(back.Done))]);
    }

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var container = await InspectAsync(context, Container, cancellationToken);
        return container switch
        {
            // Its guard has it created again.
            null when !context.Step.HasBegun => new NotStarted($"{Container} was removed from {context.Node}."),
            null => new Failed(
                Reasons.ContainerNotFound,
                $"{Container} was removed from {context.Node} after this upgrade created it. "
                + "spec.desiredState: RolledBack rolls back."),
            { State.Running: true } => new Done(
                $"{Container} is running.",
                Entry(StartedAtFact, $"{container.StartedAt ?? context.Time.GetUtcNow():O}")),
            { State.Status: "created" } => new NotStarted($"{Container} is created and not started."),
            _ => Ended(context, Container, container.State),
        };
    }
}

/// <summary>Starts an old container again during a rollback. Whether it was started is read from the time of its last
/// stop: the receipt has that time from before the start, so a container with a later stop was started and has
/// ended.</summary>
/// <param name="Container">Id of the container.</param>
internal sealed record StartOldContainer(string Container, string Name) : StartStep(Container)
{
    public const string ImageFact = "image";
    public const string ImageIdFact = "imageId";
    private const string StoppedKey = "stoppedBefore";

    internal override string Verb => "start";
    internal override string Title(string? node) => $"Start {Name} on {node}";
    internal override string Runs => $"docker start {Name}";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var container = await InspectAsync(context, Container, cancellationToken);
        return container switch
        {
            null => new Failed(
                Reasons.ContainerNotFound,
                $"The old container {Name} ({Container}) was removed from {context.Node}, so the rollback cannot start "
                + "it."),
            { State.Running: true } => new Done(
                $"{Name} is running.",
                Entries((ImageFact, container.Config.Image ?? ""), (ImageIdFact, container.Image))),
            _ when context.Receipt(StoppedKey) is { } before && before != $"{container.FinishedAt:O}" =>
                Ended(context, Name, container.State),
            _ => new NotStarted($"{Name} is stopped."),
        };
    }

    public override async Task<Receipt> PrepareAsync(StepContext context, CancellationToken cancellationToken) =>
        Entry(StoppedKey, $"{(await InspectAsync(context, Container, cancellationToken))?.FinishedAt:O}");
}

/// <summary>Stops a container with the grace of spec.container.stopGrace (docs/project/research/oms.md#procedure) and
/// first removes its restart policy, so that a restart of dockerd does not start it again.</summary>
/// <param name="MayBeGone">Whether a removed container counts as stopped.</param>
[Effect(Effect.Changes)]
[Effect(Effect.EndsUndo, Phase = OmsUpgradePhases.StopOld)]
internal sealed record StopContainer(string Container, string Name, bool MayBeGone = false) : OmsStep, IConsent
{
    /// <summary>Fact: when the container stopped, as it reports itself, ISO 8601. The earliest of all nodes is
    /// T1.</summary>
    public const string FinishedAtFact = "finishedAt";

    // Fact: when it stopped last, if it ran again after T1.
    public const string RanUntilFact = "ranUntil";

    // Fact: the clock of its host once it was seen stopped.
    private const string HostClockFact = "hostClock";

    private static readonly TimeSpan LeastGrace = TimeSpan.FromSeconds(120);

    internal override string Title(string? node) => $"Stop {Name} on {node}";
    internal override string Runs => $"docker update --restart=no {Name}; docker stop {Name}";

    public IEnumerable<ConsentLine> ConsentTo(PlanProgress plan, Step own)
    {
        var down = own.Phase switch
        {
            OmsUpgradePhases.StopOld => "OMS goes down, until the upgrade or a rollback ends.",
            OmsUpgradePhases.StopNew => "OMS goes down, until the rollback ends.",
            _ => $"OMS is down, until everything from {OmsUpgradePhases.StartNew} on has run again.",
        };
        return [new(ConsentWeight.Down, down)];
    }

    // All old containers start, whichever stopped: a stop that was begun may have been carried out.
    internal override void Undo(OmsRollback back, Step done)
    {
        if (done.Phase != OmsUpgradePhases.StopOld || !back.IsFirst(done))
        {
            return;
        }

        back.Phase(OmsUpgradePhases.StartOld, () =>
        {
            var programs = back.OnEach(n =>
            {
                var started = back.Add(new StartOldContainer(n.OldContainer, n.OldName), n.Name);
                var answers = back.Add(new AwaitSupervisor(n.OldContainer), n.Name, [started]);
                var verified = back.Done.Step<AwaitPrograms>(n.Name, OmsUpgradePhases.Verify)!.As<AwaitPrograms>();
                return back.Add(verified with { Container = n.OldContainer }, n.Name, [answers]);
            });
            var hosts = back.Add(back.Done.Step<AwaitHostsOnline>()!.As<AwaitHostsOnline>(), after: programs);
            return back.OnEach(n => back.Add(
                new SetRestartPolicy(n.OldContainer, n.Policy, n.MaximumRetries), n.Name, [hosts]));
        });
    }

    /// <summary>Whether a stopped container ran after the step had ended: that of the step has another end, another one
    /// of the host a later end. Only times of that host are compared.</summary>
    public static bool RanSince(Step stop, InspectedContainer container, bool isOther = false) =>
        container.FinishedAt is { } finished
        && stop.RecordedTime(isOther ? HostClockFact : RanUntilFact) is { } known
        && (isOther ? finished > known : finished != known);

    public static bool HasRestartPolicy(InspectedContainer container) =>
        RestartPolicies.NameOf(container.HostConfig.RestartPolicy) != RestartPolicies.No;

    public static SortedDictionary<string, string> Facts(
        DateTimeOffset first, DateTimeOffset last, DateTimeOffset clock) => new(StringComparer.Ordinal)
        {
            [FinishedAtFact] = $"{first:O}",
            [RanUntilFact] = $"{last:O}",
            [HostClockFact] = $"{clock:O}",
        };

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var container = await InspectAsync(context, Container, cancellationToken);
        var finished = container?.FinishedAt ?? context.Time.GetUtcNow();
        var first = context.Step.RecordedTime(FinishedAtFact) ?? finished;
        return container switch
        {
            null when MayBeGone => new Done($"{Name} does not exist any more."),
            null => new Failed(
                Reasons.ContainerNotFound,
                $"{Name} ({Container}) was removed from {context.Node}. The upgrade only stops this container, because "
                + "a rollback needs it."),
            { State.Running: true } => new NotStarted($"{Name} is running."),
            _ when container.State.Restarting || HasRestartPolicy(container) =>
                new NotStarted($"{Name} still has a restart policy."),
            _ when context.Step.Phase == OmsUpgradePhases.StopOld
                && await Docker(context).Containers.FindAsync(
                    Container, Targets.Witnesses.MarkerOf(context.Plan), cancellationToken) is null =>
                new NotStarted($"{Name} is stopped, and {RunOnceCommand.LogsMount} does not say yet by which plan."),
            { State.Status: "created" } => new Done($"{Name} was never started."),
            _ => new Done(
                $"{Name} stopped at {finished:u}.",
                Facts(
                    first,
                    finished,
                    (await Docker(context).System.GetSystemInfoAsync(cancellationToken)).Clock ?? finished)),
        };
    }

    // An attempt begins without facts: one that repeats the step keeps the time of the first stop.
    // What a removed container has open again is waited for while OMS still serves.
    public override Task<Receipt> PrepareAsync(StepContext context, CancellationToken cancellationToken) =>
        context.Step.Phase == OmsUpgradePhases.StopOld
        && context.Plan.Steps.Find(s => s.Phase == OmsUpgradePhases.PrepareImage && s.State != StepState.Succeeded)
            is { } open
            ? throw NotYet(Reasons.StepRunning, $"{Name} on {context.Node} is stopped once {open.Id} has succeeded.")
            : Task.FromResult(context.Recorded(context.Step.Id, FinishedAtFact) is { } first
                ? Entry(FinishedAtFact, first)
                : Receipt(context));

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        var containers = Docker(context).Containers;
        if (context.Step.Phase == OmsUpgradePhases.StopOld)
        {
            await Targets.Witnesses.MarkAsync(context.Plan, context.Node, Container, cancellationToken);
            Targets.EnsureMayAct();
        }
        else
        {
            await Targets.Witnesses.RequireLatestAsync(context, cancellationToken);
        }

        await containers.UpdateContainerAsync(Container, RestartPolicies.Update(RestartPolicies.No), cancellationToken);
        var grace = await GraceAsync(context, cancellationToken);
        Targets.EnsureMayAct();
        await containers.StopContainerAsync(Container, grace, cancellationToken);
    }

    // A container that was given more time than the default needs it. -1 is no limit.
    private async Task<int> GraceAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (ContainerOverrides.Of(Targets.Upgrade.Spec, context.Node).StopGrace is { } grace)
        {
            return (int)Math.Min(int.MaxValue, Math.Ceiling(KubernetesDuration.Parse(grace).TotalSeconds));
        }

        var container = await InspectAsync(context, Container, cancellationToken);
        var own = (int)(container?.Config.StopTimeout?.TotalSeconds ?? 0);
        return own < 0 ? own : Math.Max(own, (int)LeastGrace.TotalSeconds);
    }

    public override Task WaitAsync(StepContext context, CancellationToken cancellationToken) =>
        Targets.NextContainerEventAsync(context.Node, cancellationToken);
}

/// <summary>Gives a verified container the restart policy that the old one had before the upgrade.</summary>
/// <param name="Policy">The policy as dockerd names it.</param>
/// <param name="MaximumRetries">For the policy <c>on-failure</c>.</param>
internal sealed record SetRestartPolicy(string Container, string Policy, int MaximumRetries) : OmsStep
{
    internal override string Verb => "restart-policy";
    internal override string Title(string? node) => $"Set restart policy {Policy} on {node}";
    internal override string Runs => $"docker update --restart={Policy} {Container}";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (await InspectAsync(context, Container, cancellationToken) is not { } container)
        {
            return new Failed(Reasons.ContainerNotFound, $"{Container} was removed from {context.Node}.");
        }

        var present = container.HostConfig.RestartPolicy;
        return RestartPolicies.NameOf(present) == Policy
            && (Policy != "on-failure" || present.MaximumRetryCount == MaximumRetries)
                ? new Done($"The restart policy is {Policy}.")
                : new NotStarted($"The restart policy is {RestartPolicies.NameOf(present)}.");
    }

    protected override Task ExecuteAsync(StepContext context, CancellationToken cancellationToken) =>
        Docker(context).Containers.UpdateContainerAsync(
            Container, RestartPolicies.Update(Policy, MaximumRetries), cancellationToken);
}

/// <summary>Undoes <see cref="CreateContainer"/>: removes a container that this upgrade created and that does not
/// run.</summary>
internal sealed record RemoveContainer(string Container) : OmsStep
{
    internal override string Verb => "remove-container";
    internal override string Title(string? node) => $"Remove {Container} from {node}";
    internal override string Runs => $"docker rm {Container}";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var container = await InspectAsync(context, Container, cancellationToken);
        return container?.Label(Labels.UpgradeUid) != context.OwnerUid
            ? new Done($"{context.Node} has no container of this upgrade.")
            : container.State.Running
            ? new Failed(
                Reasons.TargetChanged,
                $"{Container} on {context.Node} was started outside of this upgrade, so the operator does not "
                + $"remove it. Run `docker stop {Container}` on that host, then retry.")
            : new NotStarted($"{Container} still exists.");
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        var container = await Docker(context).Containers.InspectContainerAsync(Container, cancellationToken);
        await RemoveAsync(context, container.ID, cancellationToken);
    }
}

/// <summary>Cleanup: removes the old container, addressed by the recorded id, only while it is stopped and the new
/// container runs with the programs that the upgrade required of it. After that this object cannot roll
/// back.</summary>
/// <param name="Old">Id of the old container.</param>
/// <param name="Container">The new container.</param>
/// <param name="Running">Programs that must be RUNNING; null for all of OMS.</param>
/// <param name="IfListed">Programs that must be RUNNING if supervisord of the container has them.</param>
internal sealed record RemoveOldContainer(
    string Old,
    string Name,
    string Container,
    [property: Measured] List<string>? Running = null,
    [property: Measured] List<string>? IfListed = null) : OmsStep, IConsent
{
    public const string ImageIdKey = "imageId";

    internal override string Title(string? node) => $"Remove {Name} from {node}";

    public IEnumerable<ConsentLine> ConsentTo(PlanProgress plan, Step own) =>
        [new(ConsentWeight.Destroyed, "This REMOVES the old containers: no rollback is possible afterwards.")];

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken) =>
        await InspectAsync(context, Old, cancellationToken) switch
        {
            null => new Done($"{Name} is removed."),
            { State: { Running: true } or { Restarting: true } } => new Failed(
                Reasons.TargetChanged,
                $"The old container {Name} on {context.Node} is running, so the operator does not remove it. "
                + $"If it was started by mistake, run `docker stop {Name}` on that host and retry. "
                + "If you want to roll back, set spec.desiredState: RolledBack."),
            _ => new NotStarted($"{Name} still exists."),
        };

    public override async Task<Receipt> PrepareAsync(StepContext context, CancellationToken cancellationToken)
    {
        var created = await InspectAsync(context, Container, cancellationToken);
        if (created is not { State.Running: true })
        {
            throw Stays(context, created is null
                ? "is not found by this name (if it was renamed, rename it back)"
                : "is not running");
        }

        var programs = await ProgramsAsync(context, Container, cancellationToken);
        var required = new AwaitPrograms(Container, Running ?? [.. OmsPrograms.All], IfListed: IfListed);
        var down = programs.NotRunning(required.Of(programs));
        if (!programs.Answered || down.Count > 0)
        {
            throw Stays(context, $"does not run all required programs ({string.Join(", ", down)})");
        }

        return Entry(ImageIdKey, (await InspectAsync(context, Old, cancellationToken))?.Image ?? "");
    }

    protected override Task ExecuteAsync(StepContext context, CancellationToken cancellationToken) =>
        RemoveAsync(context, Old, cancellationToken);

    private StepActionException Stays(StepContext context, string problem) => new(
        Reasons.ComponentsUnhealthy,
        $"The new container {Container} on {context.Node} {problem}, so {Name} is not removed. "
        + "Repair the new container, then retry.");
}
