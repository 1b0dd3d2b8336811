namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Restarts a monitoring service with its new files (docs/project/research/tidb.md#procedure): stop, replace,
/// start, wait for its port. Its start time, recorded before, shows whether it was restarted: files alone do not show
/// what the process has loaded.</summary>
/// <param name="Service">The name of the service in spec.tidb.monitoring.</param>
/// <param name="Files">The beginnings of the checksums of its new files.</param>
/// <param name="Ready">The page that answers once the service is ready; null if its port is enough.</param>
[Acceptable(OnlyIf = "if promtool refuses the new configuration; then the service keeps its former files")]
internal sealed record RestartService(string Service, List<string>? Files = null, string? Ready = null)
    : TiDbStep, IConsent
{
    public IEnumerable<ConsentLine> ConsentTo(PlanProgress plan, Step own) =>
        [new(ConsentWeight.Down, "Services of the monitoring are restarted, one by one.") { LastsStep = true }];

    public const string PidBeforeKey = "pidBefore";

    /// <summary>Receipt key: when that process was started, by its host's clock, to within a second.</summary>
    public const string StartedBeforeKey = "startedBefore";

    private static readonly TimeSpan Precision = TimeSpan.FromSeconds(2);

    internal override string Title(DatabaseRollingUpgradeSpec spec, string? node) =>
        $"Restart {Service} on {MonitoringLayout.Find(spec, Service).Host} with its new files";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var service = Settings();
        if (context.Receipt(PidBeforeKey) is not { } before)
        {
            return new Observation.NotStarted($"{service.Name} has not been restarted yet.");
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

        return IsSame(process, before, context.Receipt(StartedBeforeKey))
            ? new Observation.NotStarted($"{service.Name} has not been restarted yet.")
            : !process.IsListening
            ? new Observation.Running($"{service.Name} does not listen on port {service.Port} yet.")
            : Ready is { } page && await NotReadyAsync(service, page, cancellationToken) is { } why
            ? new Observation.Running($"{service.Name} listens on port {service.Port} and is not ready yet: {why}")
            : new Observation.Done($"{service.Name} listens on port {service.Port} ({process.SupervisionText}).");
    }

    protected override bool MayBeAccepted(Observation.Failed failure) => failure.Reason == Reasons.ConfigurationInvalid;

    public override async Task<Receipt> PrepareAsync(StepContext context, CancellationToken cancellationToken)
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
            receipt[StartedBeforeKey] = Timestamps.Format(at);
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
        return problem is null ? null : $"{problem} {service.Name} was not stopped and runs with its former files.";
    }

    private async Task<string?> NotReadyAsync(
        MonitoringService service, string page, CancellationToken cancellationToken)
    {
        var (answer, problem) = await Asking.TryAsync(
            () => Targets.Context.PlainHttp.GetAsync(service.Host, service.Port, page, cancellationToken));
        return answer is null ? problem
            : answer.Status == 200 ? null
            : $"GET {new ServiceAddress(service.Host, service.Port)}{page} was answered {answer.Status}.";
    }

    private MonitoringService Settings() => MonitoringLayout.Find(Spec, Service);

    private IInstanceHost Host(MonitoringService service) => Targets.Hosts.Service(MonitoringLayout.Target(service));

    private static bool IsSame(InstanceProcess process, string pid, string? startedAt) =>
        process.Pid?.ToString(CultureInfo.InvariantCulture) == pid
        && (process.StartedAt is not { } now
            || Timestamps.Parse(startedAt) is not { } then
            || (now - then).Duration() <= Precision);
}

/// <summary>Checks a new prometheus.yml with promtool, with the files that will be beside it, while the service still
/// runs. Prometheus does not start with a configuration or rules that it cannot read.</summary>
internal static class PrometheusCheck
{
    // The script found no promtool.
    private const int NoTool = 4;

    // $1 deployDir, $2 the configuration below it, then places of promtool up to --, then pairs of new file and path
    // below deployDir. Everything is linked into a directory of its own: the new files, and the present ones beside the
    // configuration that are not replaced.
    private const string Check = """
        set -e
        deploy=$1; config=$2; shift 2
        tool=
        while [ "$1" != -- ]; do
          if [ -z "$tool" ] && [ -x "$1" ]; then tool=$1; fi
          shift
        done
        shift
        if [ -z "$tool" ]; then tool=$(command -v promtool) || exit 4; fi
        stage=$(mktemp -d)
        trap 'rm -rf -- "$stage"' EXIT
        while [ $# -gt 0 ]; do
          mkdir -p -- "$stage/$(dirname -- "$2")"
          ln -s -- "$1" "$stage/$2"
          shift 2
        done
        beside=$(dirname -- "$config")
        for entry in "$deploy/$beside"/*; do
          place=$stage/$beside/${entry##*/}
          if [ -e "$entry" ] && [ ! -e "$place" ] && [ ! -L "$place" ]; then ln -s -- "$entry" "$place"; fi
        done
        "$tool" check config "$stage/$config" 2>&1
        """;

    public static ReplacedFile? Configuration(MonitoringService service) =>
        service.Files.Find(f => Path.GetFileName(f.To) is "prometheus.yml" or "prometheus.yaml");

    public static bool IsOverruled(DatabaseRollingUpgradeSpec spec, MonitoringService service) =>
        spec.Preflight.Acknowledge.Exists(
            a => a is Reasons.ConfigurationInvalid || a == $"{Reasons.ConfigurationInvalid}/{service.Name}");

    /// <summary>What promtool objects to: whole sentences. Null if nothing, or if there is no promtool.</summary>
    /// <exception cref="HostException">It could not be run.</exception>
    public static async Task<string?> FindProblemAsync(
        IHostFiles host, DatabaseRollingUpgradeSpec spec, MonitoringService service,
        CancellationToken cancellationToken)
    {
        if (Configuration(service) is not { } configuration)
        {
            return null;
        }

        var deploy = service.DeployDir.TrimEnd('/');
        var command = RemoteCommand.Script(
            Check,
            [
                deploy,
                configuration.To,
                .. service.Files.Where(f => Path.GetFileName(f.To) == "promtool").Select(f => f.From),
                $"{deploy}/bin/promtool",
                $"{deploy}/promtool",
                spec.NewProgram("promtool"),
                "--",
                .. service.Files.SelectMany(f => new[] { f.From, f.To }),
            ]);
        var result = await host.AskAsync(command, cancellationToken);
        return result.IsSuccess || result.ExitCode == NoTool
            ? null
            : $"promtool on {host.Host} refuses {configuration.From}, the new configuration of {service.Name}: "
                + $"{ToolOutput.Excerpt(result.Output + " " + result.Errors)}.";
    }
}

/// <summary>Where the files of monitoring services are, from the spec. Pure.</summary>
internal static class MonitoringLayout
{
    /// <summary>A service by its name.</summary>
    /// <exception cref="StepActionException">The spec does not list the service any more.</exception>
    public static MonitoringService Find(DatabaseRollingUpgradeSpec spec, string name) =>
        spec.Tidb?.Services().FirstOrDefault(m => m.Name == name) ?? throw new StepActionException(
            Reasons.InvalidSpec,
            $"spec.tidb.monitoring does not list {name}, for which the plan has a step. Add it again.");

    public static InstanceTarget Target(MonitoringService service) => new()
    {
        Name = service.Name,
        Host = service.Host,
        Program = "",
        DeployDir = service.DeployDir,
        Port = service.Port,
        Control = service.Control,
        ControlField = $"{Field(service)}.control",
        Swap = SwapMethod.ReplaceBinary,
    };

    public static string Field(MonitoringService service) => $"spec.tidb.monitoring[{service.Name}]";

    public static string Place(MonitoringService service, ReplacedFile file) =>
        $"{service.DeployDir.TrimEnd('/')}/{file.To}";

    public static IReadOnlyList<string> PackageHosts(DatabaseRollingUpgradeSpec spec)
    {
        var tidb = spec.Tidb ?? new TiDbSpec();
        var dashboards = tidb.Services().FirstOrDefault(
            s => s.Name == tidb.Dashboards?.Service && tidb.Dashboards.From.Exists(f => IsInPackage(spec, f)));
        return
        [
            .. spec.Instances.Select(i => i.Host)
                .Concat(
                    tidb.Services()
                        .Where(s => s == dashboards || PackageFiles(spec, s).Any())
                        .Select(s => s.Host)
                        .Where(h => GetsArchive(spec, h)))
                .Distinct(StringComparer.Ordinal),
        ];
    }

    public static IEnumerable<ReplacedFile> PackageFiles(DatabaseRollingUpgradeSpec spec, MonitoringService service) =>
        service.Files.Where(f => IsInPackage(spec, f.From));

    public static bool IsInPackage(DatabaseRollingUpgradeSpec spec, string path) =>
        path.StartsWith($"{spec.Package.Directory.TrimEnd('/')}/", StringComparison.Ordinal);

    public static bool GetsArchive(DatabaseRollingUpgradeSpec spec, string host)
    {
        var components = spec.Package(host).Components;
        return spec.Package.Archives.Exists(a => a.Components.Count == 0 || a.Components.Exists(components.Contains));
    }

    /// <summary>What is wrong with a new file: whole sentences. Null if it is as the spec says.</summary>
    /// <param name="sha256">Its SHA-256; null if it does not exist.</param>
    public static string? FileProblem(string host, ReplacedFile file, string? sha256) => sha256 switch
    {
        null => $"{file.From} does not exist on {host}. Copy it there, or correct spec.tidb.monitoring[].files[].from.",
        _ when sha256 != file.Sha256 =>
            $"{file.From} on {host} has SHA-256 {sha256}, expected {file.Sha256}. Copy the right file there, or "
            + "correct spec.tidb.monitoring[].files[].sha256.",
        _ => null,
    };
}
