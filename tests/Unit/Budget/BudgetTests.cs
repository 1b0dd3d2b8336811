using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Drydock.Tests.Unit.Budget;

/// <summary>
/// How large src may be: budget.json. The numbers fall freely, and rise only in a commit whose body says why. How wide
/// the lines of src and tests may be.
/// </summary>
public sealed partial class BudgetTests
{
    private const int MostColumns = 120;
    private const int MostLinesOfFile = 600;

    // A number that is this much too high would let src grow unseen.
    private const double Slack = 0.03;

    private static readonly string[] Files = FilesOf("src");

    [Fact]
    public void Src_has_as_many_lines_and_files_as_its_budget()
    {
        var budget = JsonSerializer.Deserialize(
            File.ReadAllText(Repository.PathOf("tests", "Unit", "Budget", "budget.json")), BudgetJson.Default.Numbers)!;

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

    [Fact]
    public void Lines_of_tests_are_narrow()
    {
        foreach (var path in FilesOf("tests"))
        {
            var lines = WithoutRawText(File.ReadAllText(path)).Split('\n');
            var name = Path.GetRelativePath(Repository.Root, path);

            lines.ShouldAllBe(line => line.Length <= MostColumns, $"{name} has a line that is too long.");
        }
    }

    [Theory]
    [InlineData("a(\"\"\"bc\"\"\", d)", "a(, d)")]
    [InlineData("a(\"\"\"\n  b\n  \"\"\", c)", "a(\n, c)")]
    [InlineData("a($$\"\"\"\"b\"\"\"c\"\"\"\")", "a($$)")]
    [InlineData("a(\"b\", \"\")", "a(\"b\", \"\")")]
    public void Raw_text_is_not_measured(string code, string measured) => WithoutRawText(code).ShouldBe(measured);

    private static string[] FilesOf(string folder) =>
    [
        .. Directory.EnumerateFiles(Repository.PathOf(folder), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
            .Order(StringComparer.Ordinal),
    ];

    // What is between a run of three or more quotes and the next run of as many is data, and as wide as that is.
    private static string WithoutRawText(string code) =>
        RawText().Replace(code, text => text.Value.Contains('\n', StringComparison.Ordinal) ? "\n" : "");

    [GeneratedRegex(
        "(?<quotes>(?>\"{3,})).*?\\k<quotes>", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RawText();

    private static void Fits(string what, int actual, int budget)
    {
        actual.ShouldBeLessThanOrEqualTo(budget,
            $"src has more {what} than tests/Unit/Budget/budget.json allows. Find what can go; if nothing can, raise "
            + "the number in a commit whose body says why.");
        actual.ShouldBeGreaterThanOrEqualTo((int)(budget * (1 - Slack)),
            $"src has far fewer {what} than tests/Unit/Budget/budget.json allows: lower the number.");
    }

    private sealed record Numbers(int Lines, int Files);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(Numbers))]
    private sealed partial class BudgetJson : JsonSerializerContext;
}
