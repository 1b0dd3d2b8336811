namespace Drydock.Benchmarks;

/// <summary>
/// docs/project/performance.md with one section a part. Sections of parts that were not run again stay as they are,
/// with their own date.
/// </summary>
internal static class PerformancePage
{
    private const string Head = """
        # Performance

        `make bench` writes this page. Each part measures the operator and its alternative in one run on one lab:
        a real API server, dockerds, MariaDB, hosts with sshd, and the stand-ins. All of them share one machine
        with the operator. The figures are those of one run, so quote the ratios. `make bench BENCH_ONLY=NAME`
        measures one part again (upgrade, regions, databases, databases-zones, footprint, scale, dumps) and keeps the
        others.
        """;

    private const string Mark = "## ";

    public static async Task WriteAsync(
        IEnumerable<string> order, string title, string text, CancellationToken cancellationToken)
    {
        var path = Repository.PathOf("docs", "project", "performance.md");
        var sections = File.Exists(path) ? Read(await File.ReadAllLinesAsync(path, cancellationToken)) : [];
        sections[title] = text.Trim();
        var page = new StringBuilder(Head).AppendLine();
        foreach (var one in order.Where(sections.ContainsKey))
        {
            page.AppendLine().Append(Mark).AppendLine(one).AppendLine().AppendLine(sections[one]);
        }

        await File.WriteAllTextAsync(path, page.ToString(), cancellationToken);
    }

    private static Dictionary<string, string> Read(IEnumerable<string> lines)
    {
        var sections = new Dictionary<string, string>(StringComparer.Ordinal);
        string? title = null;
        foreach (var line in lines)
        {
            if (line.StartsWith(Mark, StringComparison.Ordinal))
            {
                title = line[Mark.Length..];
                sections[title] = "";
            }
            else if (title is not null)
            {
                sections[title] += line + "\n";
            }
        }

        return sections.ToDictionary(s => s.Key, s => s.Value.Trim(), StringComparer.Ordinal);
    }
}
