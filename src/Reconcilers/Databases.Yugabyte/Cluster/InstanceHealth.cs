namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Whether a process that was started is healthy: by its host, it runs the wanted program and is the only
/// process of the instance; it reports the wanted version; and its cluster has accepted it. What the cluster reports
/// must be about this process and not about the former one (docs/research/yugabytedb.md#rules).</summary>
internal sealed class InstanceHealth(IYugabyteTargets targets, YugabyteCluster cluster)
{
    // For the clock of another host, a heartbeat in transit, and whole seconds.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(15);

    public async Task<IReadOnlyList<string>> ProcessProblemsAsync(
        DatabaseInstance instance, InstanceProcess process, ProgramChange change, CancellationToken cancellationToken)
    {
        if (HostProblem(instance, process, change) is { } problem)
        {
            return [problem];
        }

        try
        {
            var running = await cluster.VersionAsync(instance, cancellationToken);
            return YugabyteVersion.Parse(change.Version).Covers(running)
                ? []
                : [$"It reports version {running}, not {change.Version}."];
        }
        catch (TargetException exception)
        {
            return [exception.Message];
        }
    }

    /// <summary>" Its log says: …", for a process that does not become healthy; empty if nothing is found.</summary>
    public Task<string> LogAsync(DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var kind = instance.Component.ToString().ToLowerInvariant();
        IEnumerable<string> directories =
        [
            $"{instance.DeployDir}/logs",
            .. instance.DataDir is { } data ? new[] { $"{data}/yb-data/{kind}/logs", $"{data}/logs" } : [],
        ];
        return LogTail.ReadAsync(
            targets.Hosts.Files(instance.Host), targets.Redact, directories, cancellationToken);
    }

    /// <summary>The problems of the tablets of a tablet server, as it reports them: empty once all run and none has
    /// failed.</summary>
    public async Task<IReadOnlyList<string>> TabletProblemsAsync(
        DatabaseInstance instance, CancellationToken cancellationToken)
    {
        try
        {
            var web = cluster.Web(instance);
            var failed = await cluster.TserverClient.FailedTabletsAsync(web, cancellationToken);
            if (failed.Count > 0)
            {
                return [$"{failed.Count} tablets have failed on it: {string.Join(", ", failed.Take(5))}."];
            }

            var states = await cluster.TserverClient.TabletsAsync(web, cancellationToken);
            return states.AllRun ? [] : [$"{states.Running} of {states.All} tablets run; {states.Describe()}."];
        }
        catch (TargetException exception)
        {
            return [exception.Message];
        }
    }

    /// <summary>The problems of a running tablet server in the cluster: empty once it has caught up and all of the
    /// cluster is well.</summary>
    public async Task<IReadOnlyList<string>> TserverProblemsAsync(
        Plan plan,
        DatabaseInstance instance,
        IReadOnlyList<DatabaseInstance> beside,
        InstanceProcess process,
        ClusterView view,
        CancellationToken cancellationToken)
    {
        try
        {
            if (view.Tserver(cluster.Web(instance)) is not { IsAlive: true } seen)
            {
                return ["The leading master does not list it as ALIVE."];
            }

            if (await RanLongerAsync(instance, process, seen.Uptime + seen.SinceHeartbeat, cancellationToken))
            {
                return [
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"The leading master still lists its former process (up for {seen.Uptime.TotalSeconds:F0} s)."),
                ];
            }

            var lag = await cluster.TserverClient.FollowerLagAsync(cluster.Web(instance), cancellationToken);
            if (lag.Tablets == 0 && seen.Tablets > 0)
            {
                return ["It does not report the lag of its followers."];
            }

            return lag.Largest >= cluster.MaxFollowerLag
                ? [
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"Its followers lag by {lag.Largest.TotalMilliseconds:F0} ms; "
                        + $"the limit is {cluster.Settings.MaxFollowerLag} (spec.yugabyte.maxFollowerLag)."),
                ]
                : view.ProblemsOfRun(
                    cluster, plan, await new TserverGroup(cluster).DownAsync(view, beside, cancellationToken));
        }
        catch (TargetException exception)
        {
            return [exception.Message];
        }
    }

    /// <summary>The problems of a running master in the cluster: empty once the others have it among them and all of
    /// the cluster is well.</summary>
    public IReadOnlyList<string> MasterProblems(
        Plan plan, DatabaseInstance instance, InstanceProcess process, ClusterView view)
    {
        if (view.Master(cluster.Rpc(instance)) is not { IsAlive: true } seen)
        {
            return ["The leading master does not list it as alive."];
        }

        // Both moments are of that host's own clock.
        var known = seen.StartTimeMicroseconds is { } start
            ? DateTimeOffset.UnixEpoch.AddTicks(start * TimeSpan.TicksPerMicrosecond)
            : (DateTimeOffset?)null;
        return known < process.StartedAt - Slack
            ? ["The leading master still lists its former process."]
            : view.ProblemsOfRun(cluster, plan);
    }

    private static string? HostProblem(DatabaseInstance instance, InstanceProcess process, ProgramChange change) =>
        process switch
        {
            { Supervision: SupervisionState.Restarting } =>
                $"Its supervisor reports {process.SupervisionText}: it ends and is restarted.",
            { Supervision: SupervisionState.Inactive or SupervisionState.Missing } =>
                $"Its supervisor reports {process.SupervisionText}.",
            { Pid: null } => "It does not run.",
            { Strays: [var stray, ..] } =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{instance.Host}: unexpected second process of the instance (pid {stray.Pid}, "
                    + $"{stray.Executable}), "
                    + $"unknown to its supervisor. Stop it."),
            _ when process.ExecutableSha256 != change.Sha256 =>
                $"Process {process.Pid} on {instance.Host} runs {process.Executable}, which is not the program of "
                + $"{change.Version}.",
            { IsListening: false } => "Nothing listens on its port yet.",
            { ListenerPid: { } listener, Pid: { } pid } when listener != pid =>
                string.Create(CultureInfo.InvariantCulture, $"Its port is held by process {listener}."),
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
