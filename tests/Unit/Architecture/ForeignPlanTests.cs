using System.Text.RegularExpressions;

namespace Drydock.Tests.Unit.Architecture;

/// <summary>Only the run itself reads its plan: what others want to know of it is a field of its status.</summary>
public sealed partial class ForeignPlanTests
{
    // Why each may.
    private static readonly Dictionary<string, string> Exceptions = new(StringComparer.Ordinal)
    {
        ["OmsInUse.cs"] = "a SnapshotRestore of an upgrade asks the guards of that upgrade, which says where to look",
        ["RunSample.cs"] = "the attempts of each step are counted and timed as the object itself records them",
        ["RunCounters.cs"] = "as RunSample",
        ["RunSpans.cs"] = "as RunSample: a span for each attempt of a step",
    };

    [Fact]
    public void Nobody_reads_the_plan_of_another_object()
    {
        var readers = Directory.EnumerateFiles(Repository.PathOf("src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => IsOfOthers(file) && File.ReadLines(file).Any(line => Plan().IsMatch(line)))
            .Select(file => Path.GetFileName(file)!);

        readers.ShouldBe(Exceptions.Keys, ignoreOrder: true);
    }

    // Controllers of other kinds, the process, metrics, and whatever reads upgrades by their kind.
    private static bool IsOfOthers(string file) =>
        Path.GetRelativePath(Repository.PathOf("src"), file) is var path
        && !path.StartsWith("Crds", StringComparison.Ordinal) && !path.StartsWith("Cli", StringComparison.Ordinal)
        && (path.StartsWith("Operator", StringComparison.Ordinal)
            || path.StartsWith("Clients", StringComparison.Ordinal)
            || path.Contains("/Snapshots/", StringComparison.Ordinal)
            || path.Contains("/Metrics/", StringComparison.Ordinal)
            || path.Contains("/Secrets/", StringComparison.Ordinal)
            || Exceptions.ContainsKey(Path.GetFileName(path))
            || File.ReadLines(file).Any(line => Upgrades().IsMatch(line)));

    [GeneratedRegex(
        @"\b(?:RollbackPlan|CleanupPlan|(?<!Crds\.)Plans)\b|(?:ActivePlan|PlanOf)\(|[sS]tatus[?!]*\.Plan\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex Plan();

    [GeneratedRegex(
        @"(?:List|Get|Watch)Async<(?:OmsUpgrade|DatabaseRollingUpgrade)>", RegexOptions.CultureInvariant)]
    private static partial Regex Upgrades();
}
