namespace Drydock.Tests.Unit.Fakes;

/// <content>The monitoring, and what hosts say about units.</content>
internal sealed partial class TiDbWorld
{
    /// <summary>Services of the monitoring by host and port, with their pids; null while one is down.</summary>
    public Dictionary<string, int?> Services { get; } = new(StringComparer.Ordinal);

    /// <summary>Services that run and do not open their ports.</summary>
    public HashSet<string> SilentServices { get; } = new(StringComparer.Ordinal);

    /// <summary>Services that no supervisor manages.</summary>
    public HashSet<string> UnmanagedServices { get; } = new(StringComparer.Ordinal);

    /// <summary>Services that listen, and whose pages do not answer yet.</summary>
    public HashSet<int> UnreadyPorts { get; } = [];

    /// <summary>What promtool objects to; null if nothing.</summary>
    public string? PromtoolRefusal { get; set; }

    /// <summary>Second names of units, by host.</summary>
    public Dictionary<(string Host, string Name), string> Aliases { get; } = [];

    /// <summary>Why units get no second name; null if they do.</summary>
    public string? AliasRefusal { get; set; }

    /// <summary>Directories that do not exist on any host.</summary>
    public HashSet<string> MissingDirectories { get; } = new(StringComparer.Ordinal);

    /// <summary>Dashboards of Grafana by uid: version and content.</summary>
    public Dictionary<string, (long Version, string Model)> Dashboards { get; } = new(StringComparer.Ordinal);

    /// <summary>What Grafana answers instead, by method and path; null for its own.</summary>
    public Func<string, string, (int Status, string Body)?> GrafanaAnswers { get; set; } = static (_, _) => null;

    public int LastServicePid { get; set; } = 50000;

    /// <summary>The path of etcd's gateway at a PD; null where there is none.</summary>
    public Func<TiDbProcess, string?> Gateway { get; set; } =
        static pd => pd.Running is ['2', ..] ? "/v3alpha/kv/range" : "/v3/kv/range";

    // A dashboard for each path that the spec names.
    private void SeedDashboards()
    {
        foreach (var path
            in Upgrade.Spec.Tidb is { Dashboards: { } dashboards, Monitoring.Count: > 0 } ? dashboards.From : [])
        {
            Files[(Upgrade.Spec.Tidb!.Services().First().Host, path)] =
                """{"title":"Test-Cluster-PD","uid":"pd","panels":[]}""";
        }
    }
}
