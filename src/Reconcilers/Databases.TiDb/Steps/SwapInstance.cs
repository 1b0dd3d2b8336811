namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Stops an instance, installs the new program and the new configuration file, and starts it. What its host
/// shows decides: an instance that runs the new program is never touched; one that runs the old program is stopped only
/// if the new one is ready beside it and <see cref="StopGate"/>, read right before, finds no problem; one that is down
/// is completed and started without further checks. A pump is only stopped: SIGTERM pauses it. Were it paused over
/// HTTP, it would end, and its supervisor would run the old program once more
/// (docs/research/tidb.md#pump-and-drainer).</summary>
/// <param name="Store">The store of a TiKV; null for other components.</param>
internal sealed record SwapInstance(ulong? Store = null) : TiDbStep
{
    /// <summary>Receipt key: since when the step has been trying.</summary>
    public const string SinceKey = "since";

    /// <summary>Fact: when the new process was started, by its host's clock, to within a second.</summary>
    public const string StartedAtFact = "startedAt";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var instance = Instance(context);
        var process = await Targets.Hosts.Instance(instance.Name).LookAsync(cancellationToken);
        var newSha256 = InstancePrograms.NewSha256(Targets, context.Plan, instance);
        if (InstancePrograms.RunsNew(process, newSha256))
        {
            return process.Strays.Count == 0
                ? new Observation.Done(
                    Facts: process.StartedAt is { } at ? Entry(StartedAtFact, Timestamps.Text(at)) : null)
                : new Observation.Failed(
                    Reasons.ProcessLivesOn,
                    $"{instance.Name} on {instance.Host} runs the new program (pid {process.Pid}), and unexpected "
                    + $"processes run beside it: {Strays(process)}. Stop them, then retry.");
        }

        if (process.IsAlive && process.InstalledSha256 == newSha256 && InstancePrograms.IsStarting(process, instance))
        {
            return new Observation.Running($"{instance.Name} is being started.");
        }

        // A process that was started and exits again and again is reported by the next step, which verifies it.
        return process is { IsAlive: false, Supervision: SupervisionState.Restarting }
            && process.InstalledSha256 == newSha256
            ? new Observation.Done(
                $"{instance.Name} was started and its supervisor restarts it ({process.SupervisionText}).")
            : new Observation.NotStarted(process.IsAlive
                ? $"{instance.Name} runs the old program."
                : $"{instance.Name} is not running.");
    }

    public override Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken) => Task.FromResult(
            context.Receipt(SinceKey) is not null
                ? Receipt(context)
                : Entry(SinceKey, Timestamps.Text(context.Time.GetUtcNow())));

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        try
        {
            await SwapAsync(context, cancellationToken);
        }
        catch (Exception exception) when (Store is not null && IsLast(context, exception))
        {
            // A step that fails removes what the drain left: an evicted store would stay without leaders permanently
            // (docs/research/tidb.md#rules).
            await Targets.Pd().LetLeadersBackAsync(Store.Value, cancellationToken);
            throw;
        }
    }

    internal static string Strays(InstanceProcess process) =>
        string.Join(", ", process.Strays.Select(s => $"pid {s.Pid} ({s.Executable})"));

    private async Task SwapAsync(StepContext context, CancellationToken cancellationToken)
    {
        var instance = Instance(context);
        var host = Targets.Hosts.Instance(instance.Name);
        var newSha256 = InstancePrograms.NewSha256(Targets, context.Plan, instance);

        // ReplaceAsync looks again; the observation a moment ago tells what to prove before.
        var process = await host.LookAsync(StopGate.OldestLook, cancellationToken);
        if (InstancePrograms.RunsNew(process, newSha256))
        {
            return;
        }

        var program = new StagedProgram(Targets, context.Plan, instance);
        var file = await new ConfigurationInstall(Targets, context.Plan, instance).LeftAsync(cancellationToken);
        if (process.IsAlive)
        {
            await program.StageAsync(process, cancellationToken);
            await EnsureMayStopAsync(context, instance, cancellationToken);
        }

        await program.ReplaceAsync(process, file, cancellationToken);
    }

    // The result of the drain may have changed since.
    private async Task EnsureMayStopAsync(
        StepContext context, DatabaseInstance instance, CancellationToken cancellationToken)
    {
        if (instance.Component == DatabaseComponent.PD)
        {
            await EnsureNotLeadingAsync(context, instance, cancellationToken);
        }
        else if (Store is { } store)
        {
            await EnsureDrainedAsync(context, instance, store, cancellationToken);
        }

        var drain = context.Plan.Steps.Find(s => s.Id == TiDbStepIds.Drain(instance));
        var together = StoppedTogether.Others(context.Plan, drain);
        if (await new StopGate(Targets).ProblemsAsync(instance, together, cancellationToken) is
            { Count: > 0 } problems)
        {
            throw Refusal(context, $"{instance.Name} is not stopped: {string.Join(" ", problems)}");
        }
    }

    private async Task EnsureNotLeadingAsync(
        StepContext context, DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var members = await Targets.Pd().MembersAsync(cancellationToken);
        if (members.Members.Count >= PdLeadership.FewestToMove && PdLeadership.Leads(Spec, members, instance))
        {
            await PdLeadership.MoveAwayAsync(Targets, context.Plan, members, instance, cancellationToken);
            throw Refusal(
                context,
                $"{instance.Name} is not stopped: it became the PD leader again. A transfer was requested again.");
        }
    }

    private async Task EnsureDrainedAsync(
        StepContext context, DatabaseInstance instance, ulong store, CancellationToken cancellationToken)
    {
        if (context.Recorded(TiDbStepIds.Drain(instance), DrainTikv.ProceededFact) is not null)
        {
            return;
        }

        var now = await StoreDrain.ReadAsync(Targets, instance, store, cancellationToken);
        if (!now.IsOver)
        {
            await Targets.Pd().EvictLeadersAsync(store, cancellationToken);
            throw Refusal(context, string.Create(
                CultureInfo.InvariantCulture,
                $"{instance.Name} is not stopped: {now.Leaders} leaders returned and are moved away again."));
        }
    }

    // Repeated automatically until spec.timeouts.swap is over, then the step fails.
    private StepActionException Refusal(StepContext context, string message)
    {
        var isLate = Timestamps.Parse(context.Receipt(SinceKey)) is { } since
            && context.Time.GetUtcNow() - since >= KubernetesDuration.Parse(Spec.Timeouts.Swap);
        return isLate
            ? new StepActionException(
                Reasons.ClusterUnhealthy,
                $"{message} The operator waited {Spec.Timeouts.Swap} (spec.timeouts.swap). Fix the cause, then retry.",
                retryable: false)
            : NotYet(Reasons.ClusterUnhealthy, message);
    }

    private bool IsLast(StepContext context, Exception exception)
    {
        var failure = exception as StepActionException ?? (exception is HostException ? Failure(exception) : null);
        return failure is { NotTaken: false }
            && (!failure.Retryable || context.Step.Tries >= context.Step.MaxAttempts);
    }
}
