using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// Stops a process, puts the other program in its place and starts it: the part that masters and tablet servers share.
/// Every call is level-based, so whoever is killed in between goes on where the host is: what runs the wanted program
/// is left alone, what does not run is swapped and started without asking anybody.
/// </summary>
/// <param name="targets">The way there.</param>
internal sealed class InstanceSwap(IYugabyteTargets targets)
{
    /// <summary>Where the instance stands, as long as nothing keeps it from being stopped.</summary>
    public static SwapState Read(InstanceProcess process, ProgramChange change) =>
        change.IsDone(process) ? SwapState.Done
        : process is { Pid: not null, ExecutableSha256: null } ? SwapState.Unreadable
        : process.IsAlive ? SwapState.RunsOther

        // Its supervisor starts it again and again: what it starts is the wanted program, and whether it is healthy
        // another step says.
        : process.Supervision == SupervisionState.Restarting && process.InstalledSha256 == change.Sha256 ? SwapState.Done
        : SwapState.IsDown;

    /// <summary>
    /// Makes sure, before a process is stopped, that the other program can take its place: it is on the host,
    /// unchanged, and what lies in its place is known.
    /// </summary>
    /// <exception cref="StepActionException">It cannot; nothing was touched.</exception>
    public async Task EnsureCanSwapAsync(
        DatabaseInstance instance,
        InstanceProcess process,
        ProgramChange change,
        string program,
        CancellationToken cancellationToken)
    {
        var target = targets.Hosts.Instance(instance.Name).Target;
        if (target.Swap != SwapMethod.NewDirectory && process.InstalledSha256 is { } installed && installed != change.Sha256 && installed != change.FormerSha256)
        {
            throw new StepActionException(
                Reasons.TargetChanged,
                $"{instance.DeployDir}/bin/{program} on {instance.Host} is neither the program of {change.Version} nor the one of {change.FormerVersion} that preflight saw (SHA-256 {installed}); nothing was stopped. Put one of them there, then retry",
                retryable: false);
        }

        // On the way back the kept program may lie elsewhere; the host finds it.
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
                $"{path} on {instance.Host} is {(found is null ? "gone" : "another one")} since the package was prepared; nothing was stopped. Put it back, then retry",
                retryable: false);
        }
    }

    /// <summary>Stops what runs, and what its supervisor would start.</summary>
    public Task StopAsync(DatabaseInstance instance, CancellationToken cancellationToken)
    {
        targets.EnsureMayAct();
        return targets.Hosts.Instance(instance.Name).StopAsync(cancellationToken);
    }

    /// <summary>Puts the other program there and starts it.</summary>
    public async Task StartOtherAsync(
        DatabaseInstance instance, ProgramChange change, CancellationToken cancellationToken)
    {
        var host = targets.Hosts.Instance(instance.Name);
        targets.EnsureMayAct();
        await host.SwapAsync(change.ToSwap(host.Target), cancellationToken);
        targets.EnsureMayAct();
        await host.StartAsync(change.Directory, cancellationToken);
    }
}
