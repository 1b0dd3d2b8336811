namespace Drydock.Tests.EndToEnd.Monitoring;

/// <summary>The queries of the shipped dashboard, as Grafana would send them.</summary>
internal static class Dashboard
{
    /// <summary>Panel, legend and query of each.</summary>
    public static IReadOnlyList<(string Panel, string Unit, string Legend, string Query)> Queries { get; } =
    [
        .. from panel in JsonNode.Parse(
            File.ReadAllText(Repository.PathOf("config", "monitoring", "drydock-dashboard.json")))!["panels"]!.AsArray()
           from target in panel!["targets"]?.AsArray() ?? []
           select (
               panel["title"]!.GetValue<string>(),
               panel["fieldConfig"]?["defaults"]?["unit"]?.GetValue<string>() ?? "none",
               target!["legendFormat"]?.GetValue<string>() ?? "",
               Filled(target["expr"]!.GetValue<string>())),
    ];

    // The lab scrapes every second, and a run takes minutes.
    private static string Filled(string query) => query
        .Replace("$namespace", ".*", StringComparison.Ordinal)
        .Replace("$__rate_interval", "10s", StringComparison.Ordinal)
        .Replace("$__range", "1h", StringComparison.Ordinal);
}
