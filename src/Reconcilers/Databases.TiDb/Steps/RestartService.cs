namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Restarts a monitoring service with its new files (docs/research/tidb.md#procedure): stop, replace, start,
/// wait for its port. Its start time, recorded before, shows whether it was restarted: files alone do not show what the
/// process has loaded.</summary>
/// <param name="Service">The name of the service in spec.tidb.monitoring.</param>
/// <param name="Files">The beginnings of the checksums of its new files.</param>
/// <param name="Ready">The page that answers once the service is ready; null if its port is enough.</param>
[Acceptable(OnlyIf = "if promtool refuses the new configuration; then the service keeps its former files")]
internal sealed record RestartService(string Service, List<string>? Files = null, string? Ready = null) : TiDbStep
{
    public const string PidBeforeKey = "pidBefore";

    /// <summary>Receipt key: when that process was started, by its host's clock, to within a second.</summary>
    public const string StartedBeforeKey = "startedBefore";

    private static readonly TimeSpan Precision = TimeSpan.FromSeconds(2);

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var service = Settings();
        if (context.Receipt(PidBeforeKey) is not { } before)
        {
            return new Observation.NotStarted();
        }

        var paths = service.Files.Select(f => MonitoringLayout.Place(service, f)).ToList();
        var present = await Targets.Hosts.Files(service.Host).Sha256Async(paths, cancellationToken);
        if (!present.SequenceEqual(service.Files.Select(f => f.Sha256), StringComparer.Ordinal))
        {
            return new Observation.NotStarted($"The files of {service.Name} are not replaced yet.");
        }

        var process = await Host(service).LookAsync(cancellationToken);
        if (!process.IsAlive && process.Supervision != SupervisionState.Restarting)
        {
            return new Observation.NotStarted($"{service.Name} is not running ({process.SupervisionText}).");
        }

        if (IsSame(process, before, context.Receipt(StartedBeforeKey)))
        {
            return new Observation.NotStarted($"{service.Name} has not been restarted yet.");
        }

        return !process.IsListening
            ? new Observation.Running($"{service.Name} does not listen on port {service.Port} yet.")
            : Ready is { } page && await NotReadyAsync(service, page, cancellationToken) is { } why
            ? new Observation.Running($"{service.Name} listens on port {service.Port} and is not ready yet: {why}")
            : new Observation.Done($"{service.Name} listens on port {service.Port} ({process.SupervisionText}).");
    }

    protected override bool MayBeAccepted(Observation.Failed failure) =>
        failure.Reason == Reasons.ConfigurationInvalid;

    public override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        if (context.Receipt(PidBeforeKey) is not null)
        {
            return Receipt(context);
        }

        var process = await Host(Settings()).LookAsync(cancellationToken);
        var receipt = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [PidBeforeKey] = process.Pid?.ToString(CultureInfo.InvariantCulture) ?? "",
        };
        if (process.StartedAt is { } at)
        {
            receipt[StartedBeforeKey] = Timestamps.Text(at);
        }

        return receipt;
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        var service = Settings();
        var host = Host(service);
        if ((await host.LookAsync(cancellationToken)).IsAlive)
        {
            if (await RefusalAsync(service, cancellationToken) is { } refusal)
            {
                throw new StepActionException(Reasons.ConfigurationInvalid, refusal, retryable: false);
            }

            await host.StopAsync(cancellationToken);
        }

        foreach (var file in service.Files)
        {
            Targets.EnsureMayAct();
            var place = MonitoringLayout.Place(service, file);
            var keepAs = $"{place}.{TiDbVersion.Plain(Spec.FromVersion)}";
            await HostFileScripts.ReplaceAsync(
                Targets.Hosts.Files(service.Host), file.From, place, file.Sha256, keepAs, cancellationToken);
        }

        Targets.EnsureMayAct();
        await host.StartAsync(service.DeployDir, cancellationToken);
    }

    private async Task<string?> RefusalAsync(MonitoringService service, CancellationToken cancellationToken)
    {
        if (PrometheusCheck.Configuration(service) is null || PrometheusCheck.IsOverruled(Spec, service))
        {
            return null;
        }

        var problem = await PrometheusCheck.FindProblemAsync(
            Targets.Hosts.Files(service.Host), Spec, service, cancellationToken);
        return problem is null
            ? null
            : $"{problem} {service.Name} was not stopped and runs with its former files.";
    }

    private async Task<string?> NotReadyAsync(
        MonitoringService service, string page, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await Targets.PlainHttp.GetAsync(service.Host, service.Port, page, cancellationToken);
            return answer.Status == 200
                ? null
                : $"GET {new Endpoint(service.Host, service.Port)}{page} was answered {answer.Status}.";
        }
        catch (ServiceException exception)
        {
            return exception.Message;
        }
    }

    private MonitoringService Settings() =>
        Targets.Settings().Services().FirstOrDefault(m => m.Name == Service) ?? throw new StepActionException(
            Reasons.InvalidSpec,
            $"spec.tidb.monitoring does not list {Service}, for which the plan has a step. Add it again.");

    private IInstanceHost Host(MonitoringService service) =>
        Targets.Hosts.Service(MonitoringLayout.Target(service));

    private static bool IsSame(InstanceProcess process, string pid, string? startedAt) =>
        process.Pid?.ToString(CultureInfo.InvariantCulture) == pid
        && (process.StartedAt is not { } now
            || Timestamps.Parse(startedAt) is not { } then
            || (now - then).Duration() <= Precision);
}
