namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Whether a process that was started is healthy, for the steps that verify a master or a tablet server: by
/// its host, it runs the wanted program and is the only process of the instance; it reports the wanted version; and its
/// cluster has accepted it. What the cluster reports must be about this process and not about the former one
/// (docs/research/yugabytedb.md#rules). All of that for spec.settle without interruption, as far as this process of the
/// operator knows. A restart of the operator loses it, which only makes the wait longer. Another process of the
/// instance, or one unhealthy look, starts the count again.</summary>
internal sealed class InstanceHealth
{
    /// <summary>For the clock of another host, a heartbeat in transit, and whole seconds.</summary>
    public static readonly TimeSpan Slack = TimeSpan.FromSeconds(15);

    private readonly SettleEnd _end = new();
    private (int? Pid, DateTimeOffset? StartedAt, DateTimeOffset Since)? _healthy;

    public static async Task<IReadOnlyList<string>> ProcessProblemsAsync(
        YugabyteCluster cluster,
        DatabaseInstance instance,
        InstanceProcess process,
        ProgramChange change,
        CancellationToken cancellationToken)
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

    public Observation Healthy(
        StepContext context, YugabyteCluster cluster, DatabaseInstance instance, InstanceProcess process, string? done)
    {
        var now = context.Time.GetUtcNow();
        if (_healthy is not { } known || (known.Pid, known.StartedAt) != (process.Pid, process.StartedAt))
        {
            _healthy = known = (process.Pid, process.StartedAt, now);
        }

        var settled = known.Since + cluster.Settle;
        _end.Settles(settled);
        return now >= settled
            ? new Observation.Done(done)
            : new Observation.Running(
                $"{instance.Name} is healthy. Waiting until it has been healthy for {cluster.Spec.Settle}.");
    }

    /// <param name="log">Where its log is, a sentence.</param>
    public async Task<Observation> NotHealthyAsync(
        YugabyteCluster cluster,
        DatabaseInstance instance,
        IReadOnlyList<string> problems,
        TimeSpan elapsed,
        string log,
        CancellationToken cancellationToken)
    {
        _healthy = null;
        _end.Forget();
        return elapsed < YugabyteStep.VerifyPatience(cluster.Spec)
            ? new Observation.Running($"{instance.Name} is not healthy yet. {problems[0]}")
            : new Observation.Failed(
                Reasons.InstanceUnhealthy,
                $"{instance.Name} is not healthy after {KubernetesDuration.Format(elapsed)}. "
                + $"{string.Join(" ", problems)} {log}"
                + await LogAsync(cluster, instance, cancellationToken));
    }

    public Task WaitAsync(StepContext context, TimeSpan usual, CancellationToken cancellationToken) =>
        Task.Delay(_end.Pause(usual, context.Time.GetUtcNow()), context.Time, cancellationToken);

    // " Its log says: …"; empty if nothing is found.
    private static Task<string> LogAsync(
        YugabyteCluster cluster, DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var kind = instance.Component.ToString().ToLowerInvariant();
        IEnumerable<string> directories =
        [
            $"{instance.DeployDir}/logs",
            .. instance.DataDir is { } data ? new[] { $"{data}/yb-data/{kind}/logs", $"{data}/logs" } : [],
        ];
        return LogTail.ReadAsync(
            cluster.Hosts.Files(instance.Host), cluster.Context.Redact, directories, cancellationToken);
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
                $"{instance.Host}: unexpected second process of the instance (pid {stray.Pid}, {stray.Executable}), "
                + "unknown to its supervisor. Stop it.",
            _ when process.ExecutableSha256 != change.Sha256 =>
                $"Process {process.Pid} on {instance.Host} runs {process.Executable}, which is not the program of "
                + $"{change.Version}.",
            { IsListening: false } => "Nothing listens on its port yet.",
            { ListenerPid: { } listener, Pid: { } pid } when listener != pid =>
                $"Its port is held by process {listener}.",
            _ => null,
        };
}
