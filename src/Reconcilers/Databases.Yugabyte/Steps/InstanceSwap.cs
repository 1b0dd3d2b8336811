namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Stops a process, replaces its program and starts it: the part that masters and tablet servers share. Every
/// call is level-based. After a kill the step continues from the state of the host: a process that runs the wanted
/// program is left alone; a process that does not run is replaced and started without asking the cluster.</summary>
internal sealed class InstanceSwap(YugabyteCluster cluster)
{
    public static bool Is(PlanStep step) => step.Is<SwapMaster>() || step.Is<SwapTserver>();

    /// <summary>The instance that a swap has taken; null if none yet.</summary>
    public static string? InstanceOf(PlanStep swap) =>
        swap.Is<SwapMaster>() ? swap.Recorded(SwapMaster.InstanceKey) : swap.Node;

    public static SwapState Read(InstanceProcess process, ProgramChange change)
    {
        if (change.IsDone(process))
        {
            return SwapState.Done;
        }

        if (process is { Pid: not null, ExecutableSha256: null })
        {
            return SwapState.Unreadable;
        }

        // A supervisor that restarts the wanted program in a loop: whether the process is healthy is checked by
        // the next step.
        var isLooping = process.Supervision == SupervisionState.Restarting && process.InstalledSha256 == change.Sha256;
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
    public Observation Judge(DatabaseInstance instance, IReadOnlyList<string> problems, TimeSpan elapsed) =>
        problems.Count == 0 ? new Observation.NotStarted()
        : elapsed < YugabyteStep.GatePatience(cluster.Spec)
            ? new Observation.Running($"Waiting until {instance.Name} may be stopped. {problems[0]}")
        : new Observation.Failed(
            Reasons.ClusterUnhealthy,
            $"{instance.Name} was not stopped. {string.Join(" ", problems)} The operator waited "
            + $"{cluster.Spec.Timeouts.Verify} (spec.timeouts.verify).");

    /// <summary>Replaces the program. A process that runs another one is stopped only if that can be
    /// replaced.</summary>
    /// <param name="ensureMayStop">The last look before the stop, as close to it as possible.</param>
    /// <exception cref="StepActionException">Nothing was stopped, or it did not start.</exception>
    public async Task ReplaceAsync(
        DatabaseInstance instance,
        ProgramChange change,
        Func<InstanceProcess, Task> ensureMayStop,
        CancellationToken cancellationToken)
    {
        var host = cluster.Hosts.Instance(instance.Name);
        var process = await host.LookAsync(cancellationToken);
        var state = Read(process, change);
        if (state == SwapState.Done)
        {
            return;
        }

        if (state != SwapState.IsDown)
        {
            await EnsureCanSwapAsync(instance, process, change, cancellationToken);
            await ensureMayStop(process);
        }

        cluster.Context.EnsureMayAct();
        await host.StopAsync(cancellationToken);
        var swap = change.ToSwap(host.Target);
        cluster.Context.EnsureMayAct();
        try
        {
            await host.SwapAsync(swap, cancellationToken);
            cluster.Context.EnsureMayAct();
            await host.StartAsync(change.Directory, cancellationToken);
        }
        catch (HostException refusal)
        {
            var replacement = new InstanceReplacement(host, change.FormerVersion);
            throw await replacement.ExplainAsync(refusal, swap, cancellationToken);
        }
    }

    // Before a process is stopped: the other program is on the host, unchanged, and the program in its place is known.
    private async Task EnsureCanSwapAsync(
        DatabaseInstance instance, InstanceProcess process, ProgramChange change, CancellationToken cancellationToken)
    {
        var program = cluster.Vocabulary.Program(instance.Component);
        if (cluster.Hosts.Instance(instance.Name).Target.Swap != SwapMethod.NewDirectory
            && process.InstalledSha256 is { } installed
            && installed != change.Sha256
            && installed != change.FormerSha256)
        {
            throw new StepActionException(
                Reasons.TargetChanged,
                $"{instance.Name} was not stopped: {instance.DeployDir}/bin/{program} on {instance.Host} is neither "
                + $"the program of {change.Version} nor the program of {change.FormerVersion} that preflight saw "
                + $"(SHA-256 {installed}). Put one of the two there, then retry.",
                retryable: false);
        }

        // In a rollback the kept program may be in another place; the host finds it.
        if (change.Directory != cluster.Spec.Package.Directory)
        {
            return;
        }

        var path = $"{change.Directory}/bin/{program}";
        var found = (await cluster.Hosts.Files(instance.Host).Sha256Async([path], cancellationToken))[0];
        if (found != change.Sha256)
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

/// <summary>The program that an instance runs before a step and the one it runs after it, in an upgrade and in a
/// rollback.</summary>
/// <param name="FormerSha256">SHA-256 of the program that is replaced; null if unknown.</param>
internal sealed record ProgramChange(
    string Sha256,
    string Directory,
    string Version,
    string? FormerSha256,
    string FormerVersion,
    string? FormerDirectory)
{
    /// <summary>The change that a plan makes to an instance.</summary>
    /// <param name="version">The version to run; null for toVersion.</param>
    /// <exception cref="KeyNotFoundException">The plan does not say what the instance is to run.</exception>
    public static ProgramChange Of(
        Plan plan,
        DatabaseRollingUpgradeSpec spec,
        DatabaseInstance instance,
        ProgramReplacement replacement,
        string? version)
    {
        var program = YugabyteVocabulary.Of(spec).Program(instance.Component);
        version ??= spec.ToVersion;
        return new ProgramChange(
            replacement.Sha256
                ?? PreparePackage.Program(plan, instance.Host, program)
                ?? throw new KeyNotFoundException(
                    $"No step has recorded the checksum of {program} of the package on {instance.Host}; the stored "
                    + "plan does not fit."),
            replacement.Directory ?? spec.Package.Directory,
            version,
            replacement.FormerSha256,
            version == spec.ToVersion ? spec.FromVersion : spec.ToVersion,
            replacement.FormerDirectory);
    }

    public bool IsDone(InstanceProcess process) => process.Pid is not null && process.ExecutableSha256 == Sha256;

    public ProgramSwap ToSwap(InstanceTarget target) => new(
        Directory,
        Sha256,
        FormerVersion,
        FormerSha256 ?? "",
        target.Swap == SwapMethod.SwitchLink ? FormerDirectory : null);
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
    /// <summary>The same with the roles of old and new changed; null if the spec no longer lists the
    /// instance.</summary>
    /// <param name="former">What the upgrade replaced; null if it is not known.</param>
    public static ProgramReplacement? Back(
        DatabaseRollingUpgradeSpec spec, Plan done, string? name, ProgramReplacement? former)
    {
        if (spec.Instances.Find(i => i.Name == name) is not { } instance)
        {
            return null;
        }

        var program = YugabyteVocabulary.Of(spec).Program(instance.Component);
        return new ProgramReplacement(
            former?.FormerSha256 ?? "",
            former?.FormerDirectory ?? instance.DeployDir!,
            PreparePackage.Program(done, instance.Host, program) ?? "",
            former?.FormerDirectory is null ? null : spec.Package.Directory);
    }
}
