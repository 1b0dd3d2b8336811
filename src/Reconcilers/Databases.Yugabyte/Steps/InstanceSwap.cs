namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Stops a process, replaces its program and starts it: the part that masters and tablet servers share. Every
/// call is level-based. After a kill the step continues from the state of the host: a process that runs the wanted
/// program is left alone; a process that does not run is replaced and started without asking the cluster.</summary>
internal sealed class InstanceSwap(IYugabyteTargets targets)
{
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

    /// <summary>Verifies, before a process is stopped, that the other program can replace it: the program is on the
    /// host, unchanged, and the program in its place is known.</summary>
    /// <exception cref="StepActionException">It cannot be replaced; nothing was changed.</exception>
    public async Task EnsureCanSwapAsync(
        DatabaseInstance instance,
        InstanceProcess process,
        ProgramChange change,
        string program,
        CancellationToken cancellationToken)
    {
        var target = targets.Hosts.Instance(instance.Name).Target;
        if (target.Swap != SwapMethod.NewDirectory
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
        if (change.Directory != targets.Upgrade.Spec.Package.Directory)
        {
            return;
        }

        var path = $"{change.Directory}/bin/{program}";
        var found = (await targets.Hosts.Files(instance.Host).Sha256Async([path], cancellationToken))[0];
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

    public Task StopAsync(DatabaseInstance instance, CancellationToken cancellationToken)
    {
        targets.EnsureMayAct();
        return targets.Hosts.Instance(instance.Name).StopAsync(cancellationToken);
    }

    public async Task StartOtherAsync(
        DatabaseInstance instance, ProgramChange change, CancellationToken cancellationToken)
    {
        var host = targets.Hosts.Instance(instance.Name);
        var swap = change.ToSwap(host.Target);
        targets.EnsureMayAct();
        try
        {
            await host.SwapAsync(swap, cancellationToken);
            targets.EnsureMayAct();
            await host.StartAsync(change.Directory, cancellationToken);
        }
        catch (HostException refusal)
        {
            var replacement = new InstanceReplacement(host, change.FormerVersion);
            throw await replacement.ExplainAsync(refusal, swap, cancellationToken);
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
