using System.Text;

namespace Drydock.Benchmarks;

/// <summary>
/// docs/performance.md: a section a part. The sections of parts that were not run again stay as they are, with their
/// own date.
/// </summary>
internal static class PerformancePage
{
    private const string Head = """
        # Performance

        Written by `make bench`. Each part is measured in one go beside its rival, on one lab: real apiserver, dockerds, MariaDB, hosts with sshd and the stand-ins, all of
        them on the same machine as the operator. Figures of one run; quote the ratios. `make bench BENCH_ONLY=name` measures one part again (upgrade,
        regions, databases, footprint, dumps) and leaves the others.
        """;

    private const string Mark = "## ";

    /// <summary>Replaces one section.</summary>
    /// <param name="order">All titles in order.</param>
    /// <param name="title">The one to replace.</param>
    /// <param name="text">What it says now.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task WriteAsync(
        IEnumerable<string> order, string title, string text, CancellationToken cancellationToken)
    {
        var path = Repository.PathOf("docs", "performance.md");
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
