namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The status port of TiKV (docs/research/tidb.md#tikv): 3.0 has /metrics and /status with an empty body,
/// always without TLS; 2.1 opens it only where metrics are not pushed, so no answer before the upgrade is
/// normal.</summary>
/// <param name="plainHttp">A transport without TLS.</param>
internal sealed class TikvStatusClient(IServiceHttp plainHttp)
{
    public async Task<bool> AnswersAsync(Endpoint status, CancellationToken cancellationToken)
    {
        try
        {
            return (await plainHttp.GetAsync(status.Host, status.Port, "/status", cancellationToken)).Status == 200;
        }
        catch (ServiceException)
        {
            // The port does not answer.
            return false;
        }
    }

    /// <summary>The numbers of Regions that it leads and that it has by its own count, more current than PD's
    /// (docs/research/tidb.md#pd); null for what it does not report.</summary>
    public async Task<(double? Leaders, double? Regions)> RegionsAsync(
        Endpoint status, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await plainHttp.GetAsync(status.Host, status.Port, "/metrics", cancellationToken);
            var metrics = PrometheusText.Read(answer, $"GET {status}/metrics");
            return (Count("type=\"leader\""), Count("type=\"region\""));

            double? Count(string type) => metrics.Sum(
                name => name == "tikv_raftstore_region_count",
                labels => labels.Contains(type, StringComparison.Ordinal));
        }
        catch (TargetException)
        {
            // PD's count decides.
            return (null, null);
        }
    }
}
