using System.Text.Json.Serialization;

namespace Drydock.Tests.Unit.Budget;

/// <summary>
/// How large src may be: budget.json. The numbers fall freely, and rise only in a commit whose body says why.
/// </summary>
public sealed partial class BudgetTests
{
    private const int MostColumns = 120;
    private const int MostLinesOfFile = 600;

    // A number that is this much too high would let src grow unseen.
    private const double Slack = 0.03;

    private static readonly string[] Files = [.. Directory
        .EnumerateFiles(Repository.PathOf("src"), "*.cs", SearchOption.AllDirectories)
        .Where(path => !path.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
        .Order(StringComparer.Ordinal)];

    [Fact]
    public void Src_has_as_many_lines_and_files_as_its_budget()
    {
        var budget = JsonSerializer.Deserialize(File.ReadAllText(Repository.PathOf("tests", "Unit", "Budget", "budget.json")), BudgetJson.Default.Numbers)!;

        Fits("lines", Files.Sum(path => File.ReadLines(path).Count()), budget.Lines);
        Fits("files", Files.Length, budget.Files);
    }

    [Fact]
    public void Files_of_src_are_short_and_narrow()
    {
        foreach (var path in Files)
        {
            var lines = File.ReadAllLines(path);
            var name = Path.GetRelativePath(Repository.Root, path);

            lines.Length.ShouldBeLessThanOrEqualTo(MostLinesOfFile, $"{name} is more than one concept: divide it.");
            lines.ShouldAllBe(line => line.Length <= MostColumns, $"{name} has a line that is too long.");
        }
    }

    private static void Fits(string what, int actual, int budget)
    {
        actual.ShouldBeLessThanOrEqualTo(budget,
            $"src has more {what} than tests/Unit/Budget/budget.json allows. Find what can go; if nothing can, raise the number in a commit whose body says why.");
        actual.ShouldBeGreaterThanOrEqualTo((int)(budget * (1 - Slack)),
            $"src has far fewer {what} than tests/Unit/Budget/budget.json allows: lower the number.");
    }

    private sealed record Numbers(int Lines, int Files);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(Numbers))]
    private sealed partial class BudgetJson : JsonSerializerContext;
}
