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

/// <summary>Metrics in Prometheus' text format.</summary>
internal sealed class PrometheusText
{
    private readonly List<(string Name, string Labels, double Value)> _samples;

    private PrometheusText(List<(string, string, double)> samples) => _samples = samples;

    /// <summary>Reads an answer.</summary>
    /// <exception cref="TiDbApiException">Another status than 200, or not a single sample in it.</exception>
    public static PrometheusText Read(ServiceAnswer answer, string what)
    {
        if (answer.Status != 200)
        {
            throw new TiDbApiException(
                Reasons.AnswerUnusable,
                $"{what} answered {answer.Status}: {ToolOutput.Excerpt(answer.Body)}",
                answer.Status);
        }

        var samples = answer.Body.Split('\n').Select(Sample).OfType<(string, string, double)>().ToList();
        return samples.Count > 0
            ? new PrometheusText(samples)
            : throw new TiDbApiException(
                Reasons.AnswerUnusable,
                $"{what} answered no metrics ({answer.Kind}). Check what listens on that port.",
                answer.Status);
    }

    public double? Sum(Func<string, bool> name, Func<string, bool>? labels = null)
    {
        var found = _samples.Where(s => name(s.Name) && (labels is null || labels(s.Labels))).ToList();
        return found.Count == 0 ? null : found.Sum(s => s.Value);
    }

    private static (string, string, double)? Sample(string line)
    {
        line = line.Trim();
        if (line.Length == 0 || line[0] == '#')
        {
            return null;
        }

        var (open, close) = (line.IndexOf('{', StringComparison.Ordinal), line.LastIndexOf('}'));
        var nameEnd = open >= 0 ? open : line.IndexOf(' ', StringComparison.Ordinal);
        var rest = open >= 0 ? close : nameEnd;
        if (nameEnd <= 0 || rest < 0 || (open >= 0 && close < open))
        {
            return null;
        }

        var labels = open >= 0 ? line[(open + 1)..close] : "";
        var value = line[(rest + 1)..].Trim().Split(' ')[0];
        return double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? (line[..nameEnd], labels, number)
            : null;
    }
}
