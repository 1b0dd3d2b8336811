namespace Drydock.Reconcilers.Databases.TiDb;

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
