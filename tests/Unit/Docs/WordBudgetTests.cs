using System.Text.Json.Serialization;

namespace Drydock.Tests.Unit.Docs;

/// <summary>How many words a page may have: docs/budget.json. A word is what <c>wc -w</c> counts.</summary>
public sealed partial class WordBudgetTests
{
    // A number that is this much too high would let a page grow unseen.
    private const double Slack = 0.15;

    private static readonly WordNumbers Budget =
        JsonSerializer.Deserialize(
            File.ReadAllText(Repository.PathOf("docs", "budget.json")), WordBudgetJson.Default.WordNumbers)!;

    private static readonly IReadOnlyList<string> Counted =
    [
        .. Directory.EnumerateFiles(Repository.PathOf("docs"), "*.md", SearchOption.AllDirectories)
            .Append(Repository.PathOf("README.md"))
            .Select(path => Path.GetRelativePath(Repository.Root, path))
            .Where(page => !page.StartsWith(
                Path.Combine("docs", "project") + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    public static TheoryData<string> Pages => [.. Counted];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Page_has_as_many_words_as_its_budget(string page)
    {
        var words = File.ReadAllText(Repository.PathOf(page))
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;

        Budget.Pages.ShouldContainKey(page, "docs/budget.json has no number for the page");
        words.ShouldBeLessThanOrEqualTo(
            Budget.Pages[page], $"{page}: say it shorter, or where it is said already link there.");
        words.ShouldBeGreaterThanOrEqualTo(
            (int)(Budget.Pages[page] * (1 - Slack)), $"{page}: lower its number in docs/budget.json.");
    }

    [Fact]
    public void Budget_has_only_pages_that_exist_and_keeps_its_total()
    {
        Budget.Pages.Keys.Except(Counted, StringComparer.Ordinal)
            .ShouldBeEmpty("docs/budget.json names pages that are gone");
        Budget.Pages.Where(page => page.Key != "README.md").Sum(page => page.Value)
            .ShouldBeLessThanOrEqualTo(Budget.Total, "the pages of docs");
    }

    private sealed record WordNumbers(int Total, SortedDictionary<string, int> Pages);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(WordNumbers))]
    private sealed partial class WordBudgetJson : JsonSerializerContext;
}
