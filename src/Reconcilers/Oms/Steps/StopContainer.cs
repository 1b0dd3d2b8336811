namespace Drydock.Reconcilers.Oms;

/// <summary>Stops a container with the grace of spec.container.stopGrace (docs/research/oms.md#procedure) and first
/// removes its restart policy, so that a restart of dockerd does not start it again.</summary>
/// <param name="Container">Name or id of the container.</param>
/// <param name="Name">Name of the container.</param>
/// <param name="MayBeGone">Whether a removed container counts as stopped.</param>
internal sealed record StopContainer(string Container, string Name, bool MayBeGone = false) : OmsStep
{
    /// <summary>Fact: when the container stopped, as it reports itself, ISO 8601. The earliest of all nodes is
    /// T1.</summary>
    public const string FinishedAtFact = "finishedAt";

    // Fact: when it stopped last, if it ran again after T1.
    public const string RanUntilFact = "ranUntil";

    private static readonly TimeSpan LeastGrace = TimeSpan.FromSeconds(120);

    internal override string Title(string? node) => $"Stop {Name} on {node}";

    // All old containers start, whichever stopped: a stop that was begun may have been carried out.
    internal override void Undo(OmsRollback back, PlanStep done)
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

    /// <summary>Whether the stopped container ran after the step had ended. Only times of its own host are compared,
    /// and only whether they are the same.</summary>
    public static bool RanSince(PlanStep stop, InspectedContainer container) => container.FinishedAt is { } finished
        && PlanProgress.Fact(stop, RanUntilFact) is { } known && known != finished;

    /// <summary>Whether dockerd may start the container again.</summary>
    public static bool HasRestartPolicy(InspectedContainer container) =>
        RestartPolicies.NameOf(container.HostConfig.RestartPolicy) != RestartPolicies.No;

    public static SortedDictionary<string, string> Facts(DateTimeOffset first, DateTimeOffset last) =>
        new(StringComparer.Ordinal)
        {
            [FinishedAtFact] = first.ToString("O", CultureInfo.InvariantCulture),
            [RanUntilFact] = last.ToString("O", CultureInfo.InvariantCulture),
        };

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var container = await InspectAsync(context, Container, cancellationToken);
        if (container is null)
        {
            return MayBeGone
                ? new Observation.Done($"{Name} does not exist any more.")
                : new Observation.Failed(
                    Reasons.ContainerNotFound,
                    $"{Name} ({Container}) was removed from {context.Node}. "
                    + "The upgrade only stops this container, because a rollback needs it.");
        }

        if (container.State.Running || container.State.Restarting
            || HasRestartPolicy(container))
        {
            return new Observation.NotStarted(
                container.State.Running ? $"{Name} is running." : $"{Name} still has a restart policy.");
        }

        if (container.State.Status == "created")
        {
            return new Observation.Done($"{Name} was never started.");
        }

        var finished = container.FinishedAt ?? context.Time.GetUtcNow();
        var first = PlanProgress.Fact(context.Step, FinishedAtFact) ?? finished;
        return new Observation.Done(
            $"{Name} stopped at {finished.ToString("u", CultureInfo.InvariantCulture)}.",
            Facts(first, finished));
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        var containers = Docker(context).Containers;
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
