namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Imports dashboards into Grafana, as tidb-ansible does after it has restarted Grafana
/// (docs/project/research/tidb.md#monitoring). Each is read and compared first: only one that differs is
/// written.</summary>
/// <remarks>A later Grafana may store a dashboard in a newer form than it was sent in, which then always differs. If it
/// still has the version of the last write, it was not changed since.</remarks>
/// <param name="Service">The name of Grafana in spec.tidb.monitoring.</param>
/// <param name="From">Files and directories on its host.</param>
/// <param name="DataSource">The data source that the dashboards use; null leaves it.</param>
/// <param name="TitlePrefix">What titles begin with; null leaves them.</param>
[Acceptable(OnlyIf = "if Grafana does not answer or refuses a dashboard; then its dashboards stay as they are")]
[Step("dashboards")]
internal sealed record ImportDashboards(
    string Service, List<string> From, string? DataSource = null, string? TitlePrefix = null) : TiDbStep
{
    // Grafana has just been restarted.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    protected override TimeSpan Pause => TimeSpan.FromSeconds(2);

    internal override string Title(string? node) => $"Import the dashboards into {Service}";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        try
        {
            var (all, different) = await CompareAsync(context, cancellationToken);
            return different.Count == 0
                ? new Observation.Done($"{Service} has all {all} dashboards.")
                : new Observation.NotStarted($"{different.Count} of {all} dashboards are not imported yet.");
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
        var grafana = Targets.Grafana(Settings);
        var (_, different) = await CompareAsync(context, cancellationToken);
        var saved = context.Memory.Of<SavedDashboards>();
        foreach (var (dashboard, former) in different)
        {
            Targets.EnsureMayAct();
            try
            {
                saved.Versions[dashboard.Title] = await grafana.SaveAsync(
                    dashboard, former, $"Upgrade to {Spec.ToVersion}", cancellationToken);
            }
            catch (TiDbApiException exception)
            {
                // Grafana has decided; another attempt would hear the same.
                throw new StepActionException(
                    exception.Reason,
                    $"The dashboard {dashboard.Title} was not imported. {exception.Message}",
                    retryable: false, exception);
            }
        }
    }

    private async Task<(int All, List<(DashboardModel Dashboard, StoredDashboard? Former)> Different)> CompareAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        var saved = context.Memory.Of<SavedDashboards>();
        var grafana = Targets.Grafana(Settings);
        var files = Targets.Hosts.Files(Settings.Host);
        var all = await DashboardFiles.ReadAsync(files, From, DataSource, TitlePrefix, cancellationToken);
        var different = new List<(DashboardModel, StoredDashboard?)>();
        foreach (var dashboard in all)
        {
            var stored = await grafana.FindAsync(dashboard.Uid, dashboard.Title, cancellationToken);
            if (stored is null || !(dashboard.IsSame(stored.Model) || saved.Has(dashboard, stored)))
            {
                different.Add((dashboard, stored));
            }
        }

        return (all.Count, different);
    }

    private MonitoringService Settings => MonitoringLayout.Find(Spec, Service);

    // What this process has written, by title.
    private sealed class SavedDashboards
    {
        public ConcurrentDictionary<string, (string Uid, long Version)> Versions { get; } = new(StringComparer.Ordinal);

        public bool Has(DashboardModel dashboard, StoredDashboard stored) =>
            Versions.TryGetValue(dashboard.Title, out var saved) && saved == (stored.Uid, stored.Version);
    }
}

/// <summary>Reads the files with dashboards on the host of Grafana.</summary>
internal static class DashboardFiles
{
    private const int Missing = 3;

    // Files, and of directories what ends in .json: a letter and a path a line.
    private const string List = """
        for from in "$@"; do
          if [ -d "$from" ]; then
            for file in "$from"/*.json; do [ ! -f "$file" ] || printf 'd %s\n' "$file"; done
          elif [ -f "$from" ]; then
            printf 'f %s\n' "$from"
          else
            echo "$from does not exist" >&2
            exit 3
          fi
        done
        """;

    /// <summary>The dashboards, by file. In a directory, files that are no dashboards are left out.</summary>
    /// <param name="dataSource">The data source that they get; null leaves them.</param>
    /// <param name="titlePrefix">The beginning of titles; null leaves them.</param>
    /// <exception cref="HostException">A file or directory is missing (PackageMissing), or is no dashboard or has none
    /// (PackageCorrupt).</exception>
    public static async Task<IReadOnlyList<DashboardModel>> ReadAsync(
        IHostFiles host, IReadOnlyList<string> from, string? dataSource, string? titlePrefix,
        CancellationToken cancellationToken)
    {
        var result = await host.AskAsync(RemoteCommand.Script(List, from), cancellationToken);
        if (!result.IsSuccess)
        {
            throw new HostException(
                host.Host,
                result.ExitCode == Missing ? Reasons.PackageMissing : Reasons.StepFailed,
                $"{host.Host}: the dashboards cannot be listed: {ForeignText.Words(result.Errors)}. Copy them there, "
                + "or correct spec.tidb.dashboards.from.");
        }

        var found = new List<DashboardModel>();
        foreach (var line in result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var (isListed, path) = (line[0] == 'f', line[2..]);
            var text = await host.ReadAsync(path, cancellationToken) ?? "";
            if (DashboardModel.Of(text, dataSource, titlePrefix) is { } dashboard)
            {
                found.Add(dashboard);
            }
            else if (isListed)
            {
                throw NoDashboard(host, $"{path} is no dashboard (JSON with title, and with panels or rows)");
            }
        }

        return found.Count > 0 ? found : throw NoDashboard(host, $"{string.Join(", ", from)}: there is no dashboard");
    }

    private static HostException NoDashboard(IHostFiles host, string what) => new(
        host.Host, Reasons.PackageCorrupt, $"{host.Host}: {what}. Correct spec.tidb.dashboards.from.",
        retryable: false);
}

/// <summary>A dashboard of Grafana as a file has it, changed for one cluster as tidb-ansible does
/// (docs/project/research/tidb.md#monitoring). Pure.</summary>
internal sealed class DashboardModel
{
    private const string Template = "Test-Cluster";

    // Grafana's own sources: -- Grafana --, -- Mixed --, -- Dashboard --.
    private const string BuiltIn = "-- ";

    private DashboardModel(JsonObject model, string title) => (Model, Title) = (model, title);

    /// <summary>The dashboard as it is sent; without an id of another Grafana.</summary>
    public JsonObject Model { get; }

    public string Title { get; }
    public string? Uid => Text(Model["uid"]) is { Length: > 0 } uid ? uid : null;

    /// <summary>Reads a file; null if it is no dashboard.</summary>
    /// <param name="dataSource">The data source of panels, variables and annotations; null leaves them.</param>
    /// <param name="titlePrefix">What the title begins with instead of Test-Cluster; null leaves it.</param>
    public static DashboardModel? Of(string text, string? dataSource, string? titlePrefix)
    {
        JsonObject? model;
        try
        {
            model = JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            // The caller says which file is no dashboard.
            return null;
        }

        if (model is null || Text(model["title"]) is not { Length: > 0 } title
            || (model["panels"] ?? model["rows"]) is not JsonArray)
        {
            return null;
        }

        if (titlePrefix is not null && title.StartsWith(Template, StringComparison.Ordinal))
        {
            title = titlePrefix + title[Template.Length..];
            model["title"] = title;
        }

        if (dataSource is not null)
        {
            Use(model, dataSource);
        }

        model["id"] = null;
        return new DashboardModel(model, title);
    }

    public bool IsSame(JsonObject stored) => JsonNode.DeepEquals(Comparable(Model), Comparable(stored));

    private static JsonObject Comparable(JsonObject model)
    {
        var copy = model.DeepClone().AsObject();
        copy.Remove("id");
        copy.Remove("uid");
        copy.Remove("version");
        return copy;
    }

    // Panels, variables and annotations name their source by this key. A variable of another cluster keeps no value.
    private static void Use(JsonNode? node, string dataSource)
    {
        switch (node)
        {
            case JsonArray list:
                foreach (var item in list)
                {
                    Use(item, dataSource);
                }

                break;
            case JsonObject owner:
                if (owner.TryGetPropertyValue("datasource", out var named)
                    && (named is null
                        || (Text(named) is { } name && !name.StartsWith(BuiltIn, StringComparison.Ordinal))))
                {
                    owner["datasource"] = dataSource;
                }

                if (Text(owner["type"]) == "query" && owner["current"] is JsonObject && owner["options"] is JsonArray)
                {
                    (owner["current"], owner["options"]) = (new JsonObject(), new JsonArray());
                }

                foreach (var (_, value) in owner.ToList())
                {
                    Use(value, dataSource);
                }

                break;
            default:
                break;
        }
    }

    internal static string? Text(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
