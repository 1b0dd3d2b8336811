namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The status port of TiKV (docs/project/research/tidb.md#tikv): 3.0 has /metrics and /status with an empty
/// body, always without TLS; 2.1 opens it only where metrics are not pushed, so no answer before the upgrade is
/// normal.</summary>
internal sealed class TikvStatusClient(IServiceHttp plainHttp)
{
    public async Task<bool> AnswersAsync(ServiceAddress status, CancellationToken cancellationToken)
    {
        var (answer, _) = await Asking.TryAsync(
            () => plainHttp.GetAsync(status.Host, status.Port, "/status", cancellationToken));
        return answer?.Status == 200;
    }

    /// <summary>The numbers of Regions that it leads and that it has by its own count, more current than PD's
    /// (docs/project/research/tidb.md#pd); null for what it does not report.</summary>
    public async Task<(double? Leaders, double? Regions)> RegionsAsync(
        ServiceAddress status, CancellationToken cancellationToken)
    {
        // PD's count decides where there is no answer.
        var (answer, _) = await Asking.TryAsync(async () => PrometheusText.Read(
            await plainHttp.GetAsync(status.Host, status.Port, "/metrics", cancellationToken),
            $"GET {status}/metrics"));
        return (Count("type=\"leader\""), Count("type=\"region\""));

        double? Count(string type) => answer?.Sum(
            name => name == "tikv_raftstore_region_count", labels => labels.Contains(type, StringComparison.Ordinal));
    }
}
