namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Imports dashboards into Grafana, as tidb-ansible does after it has restarted Grafana
/// (docs/research/tidb.md#monitoring). Each is read and compared first: only one that differs is written.</summary>
/// <remarks>A later Grafana may store a dashboard in a newer form than it was sent in, which then always differs. If it
/// still has the version of the last write, it was not changed since.</remarks>
/// <param name="Service">The name of Grafana in spec.tidb.monitoring.</param>
/// <param name="From">Files and directories on its host.</param>
/// <param name="DataSource">The data source that the dashboards use; null leaves it.</param>
/// <param name="TitlePrefix">What titles begin with; null leaves them.</param>
[Acceptable(OnlyIf = "if Grafana does not answer or refuses a dashboard; then its dashboards stay as they are")]
internal sealed record ImportDashboards(
    string Service,
    List<string> From,
    string? DataSource = null,
    string? TitlePrefix = null) : TiDbStep
{
    // Grafana has just been restarted.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<string, (string Uid, long Version)> _saved = new(StringComparer.Ordinal);

    protected override TimeSpan Pause => TimeSpan.FromSeconds(2);

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        try
        {
            var (all, different) = await CompareAsync(cancellationToken);
            return different.Count == 0
                ? new Observation.Done(string.Create(
                    CultureInfo.InvariantCulture, $"{Service} has all {all} dashboards."))
                : new Observation.NotStarted(string.Create(
                    CultureInfo.InvariantCulture, $"{different.Count} of {all} dashboards are not imported yet."));
        }
        catch (HostException exception) when (exception.Reason != Reasons.HostUnreachable)
        {
            return new Observation.Failed(exception.Reason, exception.Message);
        }
        catch (TargetException exception) when (exception is not HostException)
        {
            return context.Time.GetUtcNow() - Began(context) < Patience
                ? new Observation.Running(exception.Message)
                : new Observation.Failed(exception.Reason, exception.Message);
        }
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        var grafana = Client();
        var (_, different) = await CompareAsync(cancellationToken);
        foreach (var (dashboard, former) in different)
        {
            Targets.EnsureMayAct();
            try
            {
                _saved[dashboard.Title] = await grafana.SaveAsync(
                    dashboard, former, $"Upgrade to {Spec.ToVersion}", cancellationToken);
            }
            catch (TiDbApiException exception)
            {
                // Grafana has decided; another attempt would hear the same.
                throw new StepActionException(
                    exception.Reason,
                    $"The dashboard {dashboard.Title} was not imported. {exception.Message}",
                    retryable: false,
                    exception);
            }
        }
    }

    private async Task<(int All, List<(DashboardModel Dashboard, StoredDashboard? Former)> Different)> CompareAsync(
        CancellationToken cancellationToken)
    {
        var grafana = Client();
        var files = Targets.Hosts.Files(Settings().Host);
        var all = await DashboardFiles.ReadAsync(files, From, DataSource, TitlePrefix, cancellationToken);
        var different = new List<(DashboardModel, StoredDashboard?)>();
        foreach (var dashboard in all)
        {
            var stored = await grafana.FindAsync(dashboard.Uid, dashboard.Title, cancellationToken);
            if (stored is null || !(dashboard.IsSame(stored.Model) || IsUnchanged(dashboard, stored)))
            {
                different.Add((dashboard, stored));
            }
        }

        return (all.Count, different);
    }

    private bool IsUnchanged(DashboardModel dashboard, StoredDashboard stored) =>
        _saved.TryGetValue(dashboard.Title, out var saved) && saved == (stored.Uid, stored.Version);

    private GrafanaClient Client()
    {
        var service = Settings();
        return new GrafanaClient(Targets.GrafanaHttp, new Endpoint(service.Host, service.Port));
    }

    private MonitoringService Settings() =>
        Targets.Settings().Services().FirstOrDefault(m => m.Name == Service) ?? throw new StepActionException(
            Reasons.InvalidSpec,
            $"spec.tidb.monitoring does not list {Service}, for which the plan has a step. Add it again.");
}
