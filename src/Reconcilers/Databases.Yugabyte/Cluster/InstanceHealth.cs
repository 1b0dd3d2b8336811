using System.Globalization;
using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// Whether a process that was started is what it should be: its host says that it runs the wanted program and no other
/// of the instance lives, it answers itself with the wanted version, and its cluster has taken it. What is read of the
/// cluster must be of this process and not of the one before it (docs/research/yugabytedb.md#rules).
/// </summary>
/// <param name="targets">The way there.</param>
/// <param name="cluster">The universe.</param>
internal sealed class InstanceHealth(IYugabyteTargets targets, YugabyteCluster cluster)
{
    // A clock of another host, a heartbeat on its way, whole seconds.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(15);

    /// <summary>What is wrong with the process itself; empty if nothing is.</summary>
    public async Task<IReadOnlyList<string>> ProcessProblemsAsync(
        DatabaseInstance instance, InstanceProcess process, ProgramChange change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(instance);
        ArgumentNullException.ThrowIfNull(process);
        ArgumentNullException.ThrowIfNull(change);
        if (HostProblem(instance, process, change) is { } problem)
        {
            return [problem];
        }

        try
        {
            var running = await cluster.VersionAsync(instance, cancellationToken);
            return YugabyteVersion.Parse(change.Version).Covers(running) ? [] : [$"it says that it is {running}, not {change.Version}"];
        }
        catch (Exception exception) when (exception is ServiceException or YbAnswerException)
        {
            return [exception.Message];
        }
    }

    /// <summary>
    /// What is wrong with the tablets of a tablet server, as it says itself: empty once all run and none has failed.
    /// </summary>
    public async Task<IReadOnlyList<string>> TabletProblemsAsync(
        DatabaseInstance instance, CancellationToken cancellationToken)
    {
        try
        {
            var web = cluster.Web(instance);
            var failed = await cluster.TserverClient.FailedTabletsAsync(web, cancellationToken);
            if (failed.Count > 0)
            {
                return [$"{failed.Count} tablets have failed on it: {string.Join(", ", failed.Take(5))}"];
            }

            var states = await cluster.TserverClient.TabletsAsync(web, cancellationToken);
            return states.AllRun ? [] : [$"of its tablets {states.Running} run, and {states.Describe()}"];
        }
        catch (Exception exception) when (exception is ServiceException or YbAnswerException)
        {
            return [exception.Message];
        }
    }

    /// <summary>
    /// What is wrong in the cluster with a tablet server that runs: empty once it has caught up and all of the cluster
    /// is well.
    /// </summary>
    public async Task<IReadOnlyList<string>> TserverProblemsAsync(
        DatabaseInstance instance, InstanceProcess process, ClusterView view, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(process);
        try
        {
            if (view.Tserver(cluster.Web(instance)) is not { IsAlive: true } seen)
            {
                return ["the master does not list it as ALIVE"];
            }

            if (await RanLongerAsync(instance, process, seen.Uptime + seen.SinceHeartbeat, cancellationToken))
            {
                return [string.Create(CultureInfo.InvariantCulture, $"the master still knows the process before it (up for {seen.Uptime.TotalSeconds:F0} s)")];
            }

            var lag = await cluster.TserverClient.FollowerLagAsync(cluster.Web(instance), cancellationToken);
            if (lag.Tablets == 0 && seen.Tablets > 0)
            {
                return ["it does not tell how far its followers lag"];
            }

            return lag.Largest >= cluster.MaxFollowerLag
                ? [string.Create(CultureInfo.InvariantCulture, $"its followers lag by {lag.Largest.TotalMilliseconds:F0} ms; less than {cluster.Settings.MaxFollowerLag} is wanted (spec.yugabyte.maxFollowerLag)")]
                : [.. view.Problems(cluster)];
        }
        catch (Exception exception) when (exception is ServiceException or YbAnswerException or HostException)
        {
            return [exception.Message];
        }
    }

    /// <summary>
    /// What is wrong in the cluster with a master that runs: empty once the others have it among them and all of the
    /// cluster is well.
    /// </summary>
    public IReadOnlyList<string> MasterProblems(DatabaseInstance instance, InstanceProcess process, ClusterView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(process);
        if (view.Master(cluster.Rpc(instance)) is not { IsAlive: true } seen)
        {
            return ["the leading master does not list it as alive"];
        }

        // Both moments are of that host's own clock.
        var known = seen.StartTimeMicroseconds is { } start ? DateTimeOffset.UnixEpoch.AddTicks(start * TimeSpan.TicksPerMicrosecond) : (DateTimeOffset?)null;
        return known < process.StartedAt - Slack ? ["the leading master still knows the process before it"] : [.. view.Problems(cluster)];
    }

    private static string? HostProblem(DatabaseInstance instance, InstanceProcess process, ProgramChange change) => process switch
    {
        { Supervision: SupervisionState.Restarting } => $"its supervisor says {process.SupervisionText}: it ends and is started again",
        { Supervision: SupervisionState.Inactive or SupervisionState.Missing } => $"its supervisor says {process.SupervisionText}",
        { Pid: null } => "it does not run",
        { Strays: [var stray, ..] } => string.Create(CultureInfo.InvariantCulture, $"process {stray.Pid} ({stray.Executable}) of the same instance lives beside it on {instance.Host}, unknown to its supervisor; end it"),
        _ when process.ExecutableSha256 != change.Sha256 => $"process {process.Pid} on {instance.Host} runs {process.Executable}, which is not the program of {change.Version}",
        { IsListening: false } => "nothing listens on its port yet",
        { ListenerPid: { } listener, Pid: { } pid } when listener != pid => string.Create(CultureInfo.InvariantCulture, $"its port is held by process {listener}"),
        _ => null,
    };

    // By the start of the process on its own host: what the master counts as its uptime is at most that.
    private async Task<bool> RanLongerAsync(
        DatabaseInstance instance, InstanceProcess process, TimeSpan uptime, CancellationToken cancellationToken)
    {
        if (process.StartedAt is not { } started)
        {
            return false;
        }

        var offset = await targets.Hosts.Files(instance.Host).ClockOffsetAsync(cancellationToken);
        return uptime > targets.Time.GetUtcNow() + offset - started + Slack;
    }
}
