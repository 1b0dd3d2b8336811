namespace Drydock.Benchmarks;

/// <summary>Copies of an upgrade that the operator has finished, each with the status that the operator
/// wrote.</summary>
internal sealed class FinishedUpgrades(UpgradeStage stage, JsonNode finished)
{
    private const int AtOnce = 8;
    private int _count;

    /// <summary>Length of the status as JSON, in bytes.</summary>
    public int StatusBytes => Encoding.UTF8.GetByteCount(finished["status"]!.ToJsonString());

    /// <summary>Steps of the plan.</summary>
    public int Steps => finished.Plan()!["steps"]!.AsArray().Count;

    /// <summary>Adds copies to a namespace.</summary>
    public async Task AddAsync(string space, int count, CancellationToken cancellationToken)
    {
        using var http = stage.ControlPlane.CreateHttpClient();
        await Parallel.ForEachAsync(
            Enumerable.Range(_count, count),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (i, token) => await AddAsync(
                http, space, string.Create(CultureInfo.InvariantCulture, $"finished-{i}"), token));
        _count += count;
    }

    private async Task AddAsync(HttpClient http, string space, string name, CancellationToken cancellationToken)
    {
        var path = $"/apis/drydock.dev/v1alpha1/namespaces/{space}/omsupgrades";
        var created = await SendAsync(http, HttpMethod.Post, path, stage.Manifest(space, name), cancellationToken);
        var status = finished["status"]!.DeepClone();
        status["observedGeneration"] = created["metadata"]!["generation"]!.GetValue<long>();
        created["status"] = status;
        await SendAsync(http, HttpMethod.Put, $"{path}/{name}/status", created, cancellationToken);
    }

    private static async Task<JsonNode> SendAsync(
        HttpClient http, HttpMethod method, string path, JsonNode body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative))
        {
            Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"),
        };
        using var answer = await http.SendAsync(request, cancellationToken);
        answer.EnsureSuccessStatusCode();
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellationToken))!;
    }
}
