namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Checks monitoring services on their hosts: supervisor, process, directories and new files; the new
/// configuration of Prometheus, and the dashboards for Grafana. None of them holds data of the database, so an
/// administrator may judge most of it differently. Changes nothing.</summary>
internal sealed class MonitoringPreflight(TiDbTargets targets, Findings findings)
{
    // Paths of directories that do not exist or cannot be written, one a line.
    private const string Unwritable = """
        for directory in "$@"; do
          if [ ! -d "$directory" ]; then echo "$directory does not exist"
          elif [ ! -w "$directory" ]; then echo "the login user cannot write $directory"; fi
        done
        """;

    private DatabaseRollingUpgradeSpec Spec => targets.Spec;

    public Task<bool> LookAsync(MonitoringService service, bool isPackageThere, CancellationToken cancellationToken) =>
        findings.LookAsync(
            async () =>
            {
                var host = targets.Hosts.Service(MonitoringLayout.Target(service));
                var process = await host.LookAsync(cancellationToken);
                Judge(service, process);
                if (await host.FindMissingRightAsync(process, cancellationToken) is { } right)
                {
                    findings.Ask(Reasons.AccessDenied, service.Host, right, service.Name, "spec.access");
                }

                if (await host.FindLossAsync(process, cancellationToken) is { } loss)
                {
                    Ask(Reasons.ControlMismatch, service, $"{Where(service)}: {loss}", "control");
                }

                await DirectoriesAsync(service, cancellationToken);
                if (await FilesAsync(service, isPackageThere, cancellationToken)
                    && await PrometheusCheck.FindProblemAsync(
                        targets.Hosts.Files(service.Host), Spec, service, cancellationToken) is { } problem)
                {
                    Ask(Reasons.ConfigurationInvalid, service, $"{problem} Correct the file and its sha256.", "files");
                }

                return true;
            },
            service.Name, MonitoringLayout.Field(service));

    public async Task DashboardsAsync(bool isPackageThere, CancellationToken cancellationToken)
    {
        const string Field = "spec.tidb.dashboards";
        if (targets.Settings.Dashboards is not { } dashboards
            || targets.Settings.Services().FirstOrDefault(s => s.Name == dashboards.Service) is not { } service)
        {
            return;
        }

        var there = dashboards.From.Where(
            f => isPackageThere || !(MonitoringLayout.IsInPackage(Spec, f)
                && MonitoringLayout.GetsArchive(Spec, service.Host))).ToList();
        if (there.Count > 0)
        {
            await findings.LookAsync<IReadOnlyList<DashboardModel>>(
                async () => await DashboardFiles.ReadAsync(
                    targets.Hosts.Files(service.Host), there, dashboards.DataSource, dashboards.TitlePrefix,
                    cancellationToken),
                service.Name, $"{Field}.from");
        }

        try
        {
            var grafana = targets.Grafana(service);
            await grafana.CheckLoginAsync(cancellationToken);
            if (dashboards.DataSource is { } source && !await grafana.HasDataSourceAsync(source, cancellationToken))
            {
                findings.Ask(
                    Reasons.ConfigurationInvalid, "dashboards",
                    $"Grafana ({Where(service)}) has no data source {source}, which the dashboards are to use. Create "
                    + $"it there, or correct {Field}.dataSource.",
                    service.Name, $"{Field}.dataSource");
            }
        }
        catch (TargetException exception)
        {
            findings.Ask(
                exception.Reason, service.Name, $"Dashboards cannot be imported: {exception.Message}", service.Name,
                Field);
        }
    }

    private void Judge(MonitoringService service, InstanceProcess process)
    {
        if (process.Supervision == SupervisionState.Missing)
        {
            findings.Add(
                Reasons.ControlMismatch,
                $"{Where(service)}: its supervisor does not manage it ({process.SupervisionText}). Correct control.",
                service.Name, $"{MonitoringLayout.Field(service)}.control");
        }
        else if (process.Pid is not { } pid)
        {
            findings.Note($"{Where(service)} is not running ({process.SupervisionText}). The upgrade starts it.");
        }
        else if (process.Supervision is SupervisionState.Restarting or SupervisionState.Inactive)
        {
            Ask(
                Reasons.ControlMismatch, service,
                $"{Where(service)}: pid {pid} is running, but its supervisor reports {process.SupervisionText}: "
                + "the process was started manually, or keeps restarting. Start it through its supervisor.",
                "control");
        }
        else if (!process.IsListening)
        {
            Ask(
                Reasons.ClusterUnhealthy, service,
                $"{Where(service)} is running but does not listen on port {service.Port}. "
                + "Correct the port, or fix the process.",
                "port");
        }
    }

    private async Task DirectoriesAsync(MonitoringService service, CancellationToken cancellationToken)
    {
        var directories = service.Files.Select(f => Path.GetDirectoryName(MonitoringLayout.Place(service, f))!)
            .Append(service.DeployDir)
            .Distinct(StringComparer.Ordinal)
            .ToList();
        if (service.Files.Count == 0)
        {
            return;
        }

        var result = await targets.Hosts.Files(service.Host).AskAsync(
            RemoteCommand.Script(Unwritable, directories), cancellationToken);
        foreach (var problem in result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            Ask(
                Reasons.AccessDenied, service,
                $"{Where(service)}: {problem}, so files cannot be replaced there. Correct deployDir or files[].to, or "
                + "create the directory and give the user the right.",
                "deployDir");
        }
    }

    // Whether all of them can be looked at now, and are right. What an archive brings is verified when it is there.
    private async Task<bool> FilesAsync(
        MonitoringService service, bool isPackageThere, CancellationToken cancellationToken)
    {
        var there = service.Files.Where(
            f => isPackageThere || !(MonitoringLayout.IsInPackage(Spec, f.From)
                && MonitoringLayout.GetsArchive(Spec, service.Host))).ToList();
        if (there.Count == 0)
        {
            return false;
        }

        var sums = await targets.Hosts.Files(service.Host).Sha256Async(
            [.. there.Select(f => f.From)], cancellationToken);
        var isRight = true;
        foreach (var (file, sum) in there.Zip(sums))
        {
            if (MonitoringLayout.FileProblem(service.Host, file, sum) is { } problem)
            {
                isRight = false;
                findings.Add(
                    sum is null ? Reasons.PackageMissing : Reasons.PackageCorrupt,
                    problem, service.Name, $"{MonitoringLayout.Field(service)}.files");
            }
        }

        return isRight && there.Count == service.Files.Count;
    }

    private void Ask(string reason, MonitoringService service, string message, string field) =>
        findings.Ask(reason, service.Name, message, service.Name, $"{MonitoringLayout.Field(service)}.{field}");

    private static string Where(MonitoringService service) => $"{service.Name} on {service.Host}";
}
