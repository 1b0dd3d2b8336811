namespace Drydock.Lab.Upgrades;

/// <summary>
/// Deletes every object of Drydock with its finalizers, as a test does at its end and a user must not.
/// </summary>
internal sealed class ApiCleaner(ControlPlane controlPlane)
{
    private const string Group = "/apis/drydock.dev/v1alpha1";

    public async Task CleanAsync(string operatorNamespace, CancellationToken cancellationToken)
    {
        using var http = controlPlane.CreateHttpClient();
        foreach (var kind in new[] { "omsupgrades", "databaserollingupgrades", "snapshotrestores", "backupsnapshots" })
        {
            await CleanAsync(
                http, $"{Group}/{kind}", meta => $"{Group}/namespaces/{meta["namespace"]}/{kind}/{meta["name"]}",
                cancellationToken);
        }

        var leases = $"/apis/coordination.k8s.io/v1/namespaces/{operatorNamespace}/leases";
        await CleanAsync(http, leases, meta => $"{leases}/{meta["name"]}", cancellationToken);
    }

    private static async Task CleanAsync(
        HttpClient http, string list, Func<JsonNode, string> path, CancellationToken cancellationToken)
    {
        var items = JsonNode.Parse(
            await http.GetStringAsync(new Uri(list, UriKind.Relative), cancellationToken))!["items"]!.AsArray();
        foreach (var item in items)
        {
            var url = new Uri(path(item!["metadata"]!), UriKind.Relative);
            using var patch = new StringContent(
                """{"metadata":{"finalizers":null}}""", Encoding.UTF8, "application/merge-patch+json");
            using var patched = await http.PatchAsync(url, patch, cancellationToken);
            using var deleted = await http.DeleteAsync(url, cancellationToken);
        }
    }
}
