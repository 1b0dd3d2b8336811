namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Stops a process, replaces its program and starts it: the part that masters and tablet servers share. Every
/// call is level-based. After a kill the step continues from the state of the host: a process that runs the wanted
/// program is left alone; a process that does not run is replaced and started without asking the cluster.</summary>
internal sealed class InstanceSwap(YugabyteCluster cluster)
{
    public static bool Is(Step step) => step.Is<SwapMaster>() || step.Is<SwapTserver>();

    /// <summary>The instance that a swap has taken; null if none yet.</summary>
    public static string? InstanceOf(Step swap) =>
        swap.Is<SwapMaster>() ? swap.Recorded(SwapMaster.InstanceKey) : swap.Node;

    /// <summary>What a swap replaces by what; null if its phase does not say it of the instance.</summary>
    public static ProgramReplacement? Replacement(PlanProgress plan, Step swap) => swap.Is<SwapMaster>()
        ? SwapMaster.Replacement(plan, swap)
        : SwapTserver.Replacement(plan, swap).Program;

    public static SwapState Read(InstanceProcess process, InstanceGoal goal)
    {
        if (goal.IsReached(process))
        {
            return SwapState.Done;
        }

        if (process is { Pid: not null, ExecutableSha256: null })
        {
            return SwapState.Unreadable;
        }

        // A supervisor that restarts the wanted program in a loop: whether the process is healthy is checked by
        // the next step.
        var isLooping = process.Supervision == SupervisionState.Restarting && process.InstalledSha256 == goal.Sha256;
        return process.IsAlive ? SwapState.RunsOther : isLooping ? SwapState.Done : SwapState.IsDown;
    }

    /// <summary>What is seen without asking the cluster; null if the process runs another program.</summary>
    public static Observation? Look(DatabaseInstance instance, SwapState state, string which, Observation done) =>
        state switch
        {
            SwapState.Done => done,
            SwapState.Unreadable => new Observation.Unknown(
                $"The program that {instance.Name} runs on {instance.Host}{which} cannot be read. Set `become: Sudo` "
                + "in spec.access."),
            SwapState.IsDown => new Observation.NotStarted($"{instance.Name} does not run."),
            _ => null,
        };

    /// <summary>What is seen of a process that is to be stopped, after the gate was asked for a time.</summary>
    public Observation Judge(
        DatabaseInstance instance, InstanceProcess process, InstanceGoal goal, IReadOnlyList<string> problems,
        TimeSpan elapsed) => problems.Count == 0
        ? new Observation.NotStarted(
            $"{instance.Name} runs {process.Executable} (pid {process.Pid}), which is not the program of "
            + $"{goal.Version}.")
        : elapsed < YugabyteStep.GatePatience(cluster.Spec)
            ? new Observation.Running($"Waiting until {instance.Name} may be stopped. {problems[0]}")
        : new Observation.Failed(
            Reasons.ClusterUnhealthy,
            $"{instance.Name} was not stopped. {string.Join(" ", problems)} The operator waited "
            + $"{cluster.Spec.Timeouts.Verify} (spec.timeouts.verify).");

    /// <summary>Replaces the program. A process that runs another one is stopped only if that can be
    /// replaced.</summary>
    /// <param name="ensureMayStop">The last look at the cluster before the stop, as close to it as possible.</param>
    /// <exception cref="StepActionException">Nothing was stopped, or it did not start.</exception>
    public async Task ReplaceAsync(
        DatabaseInstance instance, InstanceGoal goal, Func<InstanceProcess, Task> ensureMayStop,
        CancellationToken cancellationToken)
    {
        var host = cluster.Hosts.Instance(instance.Name);
        var process = await host.LookAsync(cancellationToken);
        var state = Read(process, goal);
        if (state == SwapState.Done)
        {
            return;
        }

        if (state != SwapState.IsDown)
        {
            await EnsureCanSwapAsync(instance, process, goal, cancellationToken);
        }

        cluster.Context.EnsureMayAct();
        await new InstanceReplacement(host, goal.FormerVersion).ReplaceAsync(
            goal, file: null, ensureMayStop, cancellationToken);
    }

    // Before a process is stopped: the other program is on the host, unchanged, and the program in its place is known.
    private async Task EnsureCanSwapAsync(
        DatabaseInstance instance, InstanceProcess process, InstanceGoal goal, CancellationToken cancellationToken)
    {
        var program = cluster.Vocabulary.Program(instance.Component);
        if (cluster.Hosts.Instance(instance.Name).Target.Swap != SwapMethod.NewDirectory
            && process.InstalledSha256 is { } installed
            && installed != goal.Sha256
            && installed != goal.FormerSha256)
        {
            throw new StepActionException(
                Reasons.TargetChanged,
                $"{instance.Name} was not stopped: {instance.DeployDir}/bin/{program} on {instance.Host} is neither "
                + $"the program of {goal.Version} nor the program of {goal.FormerVersion} that preflight saw "
                + $"(SHA-256 {installed}). Put one of the two there, then retry.",
                retryable: false);
        }

        // In a rollback the kept program may be in another place; the host finds it.
        if (goal.Directory != cluster.Spec.Package.Directory)
        {
            return;
        }

        var path = $"{goal.Directory}/bin/{program}";
        var found = (await cluster.Hosts.Files(instance.Host).Sha256Async([path], cancellationToken))[0];
        if (found != goal.Sha256)
        {
            throw new StepActionException(
                found is null ? Reasons.PackageMissing : Reasons.PackageCorrupt,
                $"{instance.Name} was not stopped: {path} on {instance.Host} was "
                + $"{(found is null ? "deleted" : "changed")} "
                + "after the package was prepared. Restore the file, then retry.",
                retryable: false);
        }
    }
}

/// <summary>The progress of the swap of a process.</summary>
internal enum SwapState
{
    Done,

    /// <summary>The process runs another program and must be stopped.</summary>
    RunsOther,

    IsDown,

    /// <summary>The process runs, but its program cannot be read.</summary>
    Unreadable,
}

/// <summary>The arguments of a step that replaces the program of an instance.</summary>
/// <param name="Sha256">In a rollback: SHA-256 of the program to run; null for the one of the package.</param>
/// <param name="Directory">In a rollback: the directory of the version to run; null for the package's.</param>
/// <param name="FormerSha256">SHA-256 of the program that is replaced; null if unknown.</param>
/// <param name="FormerDirectory">The directory of the version that is replaced, if the swap changes it.</param>
internal sealed record ProgramReplacement(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Sha256 = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Directory = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? FormerSha256 = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? FormerDirectory = null)
{
    /// <summary>What an instance is to run by a plan.</summary>
    /// <param name="version">The version to run; null for toVersion.</param>
    /// <exception cref="KeyNotFoundException">The plan does not say what the instance is to run.</exception>
    public InstanceGoal Goal(
        PlanProgress plan, DatabaseRollingUpgradeSpec spec, DatabaseInstance instance, string? version)
    {
        var program = YugabyteVocabulary.Of(spec).Program(instance.Component);
        version ??= spec.ToVersion;
        return new InstanceGoal(
            Directory ?? spec.Package.Directory,
            Sha256
                ?? PrepareYugabytePackage.Program(plan, instance.Host, program)
                ?? throw new KeyNotFoundException(
                    $"No step has recorded the checksum of {program} of the package on {instance.Host}; the stored "
                    + "plan does not fit."),
            version == spec.ToVersion ? spec.FromVersion : spec.ToVersion,
            FormerSha256 ?? "", FormerDirectory)
        { Version = version };
    }

    /// <summary>The same with the roles of old and new changed; null if the spec no longer lists the
    /// instance.</summary>
    /// <param name="former">What the upgrade replaced; null if it is not known.</param>
    public static ProgramReplacement? Back(
        DatabaseRollingUpgradeSpec spec, PlanProgress done, string? name, ProgramReplacement? former)
    {
        if (spec.Instances.Find(i => i.Name == name) is not { } instance)
        {
            return null;
        }

        var program = YugabyteVocabulary.Of(spec).Program(instance.Component);
        return new ProgramReplacement(
            former?.FormerSha256 ?? "", former?.FormerDirectory ?? instance.DeployDir!,
            PrepareYugabytePackage.Program(done, instance.Host, program) ?? "",
            former?.FormerDirectory is null ? null : spec.Package.Directory);
    }
}

/// <summary>Whether a process that was started is healthy, for the steps that verify a master or a tablet server: by
/// its host, it runs the wanted program and is the only process of the instance; it reports the wanted version; and its
/// cluster has accepted it. What the cluster reports must be about this process and not about the former one
/// (docs/project/research/yugabytedb.md#rules). All of that for spec.minHealthySeconds without interruption, as far as
/// this process of the operator knows. A restart of the operator loses it, which only makes the wait longer. Another
/// process of the instance, or one look that was unhealthy or failed, starts the count again.</summary>
internal static class InstanceHealth
{
    /// <summary>For the clock of another host, a heartbeat in transit, and whole seconds.</summary>
    public static readonly TimeSpan Slack = TimeSpan.FromSeconds(15);

    public static async Task<IReadOnlyList<string>> ProcessProblemsAsync(
        YugabyteCluster cluster, DatabaseInstance instance, InstanceProcess process, InstanceGoal goal,
        CancellationToken cancellationToken)
    {
        if (HostProblem(instance, process, goal) is { } problem)
        {
            return [problem];
        }

        var (running, silence) = await Asking.TryAsync(() => cluster.VersionAsync(instance, cancellationToken));
        return running is null ? [silence!]
            : cluster.IsOf(YugabyteVersion.Parse(goal.Version), running) ? []
            : [$"It reports version {running}, not {goal.Version}."];
    }

    public static Observation Healthy(
        StepContext context, YugabyteCluster cluster, DatabaseInstance instance, InstanceProcess process, string? done)
    {
        var left = HealthyTime.Of(context).Left(context.Time, cluster.Settle, (process.Pid, process.StartedAt));
        return left <= TimeSpan.Zero
            ? new Observation.Done(done)
            : new Observation.Running(
                $"{instance.Name} is healthy. Waiting until it has been healthy for {cluster.Spec.MinHealthySeconds} "
                    + "s.")
            {
                EndsAt = context.Time.GetUtcNow() + left,
            };
    }

    /// <param name="log">Where its log is, a sentence.</param>
    public static async Task<Observation> NotHealthyAsync(
        YugabyteCluster cluster, DatabaseInstance instance, InstanceProcess process, IReadOnlyList<string> problems,
        TimeSpan elapsed, string log, CancellationToken cancellationToken)
    {
        return elapsed < YugabyteStep.VerifyPatience(cluster.Spec)
            ? new Observation.Running($"{instance.Name} is not healthy yet. {problems[0]}")
            : new Observation.Failed(
                Reasons.InstanceUnhealthy,
                $"{instance.Name} is not healthy after {KubernetesDuration.Format(elapsed)}. "
                + $"{string.Join(" ", problems)} {log}"
                + await LogAsync(cluster, instance, process, cancellationToken));
    }

    // " Its log says: …"; empty if nothing is found.
    private static Task<string> LogAsync(
        YugabyteCluster cluster, DatabaseInstance instance, InstanceProcess process,
        CancellationToken cancellationToken)
    {
        var kind = instance.Component.ToString().ToLowerInvariant();
        IEnumerable<string> directories =
        [
            $"{instance.DeployDir}/logs",
            .. instance.DataDir is { } data ? new[] { $"{data}/yb-data/{kind}/logs", $"{data}/logs" } : [],
        ];
        return LogTail.ReadAsync(
            cluster.Hosts, instance, process, cluster.Context.Redact, directories, cancellationToken);
    }

    private static string? HostProblem(DatabaseInstance instance, InstanceProcess process, InstanceGoal goal) =>
        process switch
        {
            { Supervision: SupervisionState.Restarting } =>
                $"Its supervisor reports {process.SupervisionText}: it ends and is restarted.",
            { Supervision: SupervisionState.Inactive or SupervisionState.Missing } =>
                $"Its supervisor reports {process.SupervisionText}.",
            { Pid: null } => "It does not run.",
            { Strays: [var stray, ..] } =>
                $"{instance.Host}: unexpected second process of the instance (pid {stray.Pid}, {stray.Executable}), "
                + "unknown to its supervisor. Stop it.",
            _ when process.ExecutableSha256 != goal.Sha256 =>
                $"Process {process.Pid} on {instance.Host} runs {process.Executable}, which is not the program of "
                + $"{goal.Version}.",
            { IsListening: false } => "Nothing listens on its port yet.",
            { ListenerPid: { } listener, Pid: { } pid } when listener != pid =>
                $"Its port is held by process {listener}.",
            _ => null,
        };
}
