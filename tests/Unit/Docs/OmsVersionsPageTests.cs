using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Oms;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Docs;

/// <summary>The tables of versions in the pages are those of the shipped data.</summary>
public sealed class OmsVersionsPageTests
{
    private static readonly OmsEdition[] Editions = [OmsEdition.Enterprise, OmsEdition.Community];

    [Fact]
    public void Upgrade_page_lists_exactly_the_shipped_paths() =>
        Rows("explanation/oms.md").ShouldBe(Editions.SelectMany(edition => OmsVersionData.Of(edition).Releases
            .Where(release => release.Facts.From is { Count: > 0 } || release.Facts.Note is not null)
            .Select(release => $"| {edition} | {release.Version} | {Sources(release)} |")));

    [Fact]
    public void Versions_page_lists_exactly_the_shipped_procedures() =>
        Rows("reference/oms-releases.md").ShouldBe(Editions.SelectMany(edition => OmsVersionData.Of(edition).Facts.Procedures
            .OrderBy(entry => OmsVersion.Parse(entry.Key))
            .Select(entry => $"| {edition} | {entry.Key} | {string.Join("; ", Fields(entry.Value))} |")));

    [Fact]
    public void Versions_page_explains_every_section_and_field()
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "reference", "oms-releases.md"));
        foreach (var type in new[] { typeof(EditionFacts), typeof(MergedFacts), typeof(FloorFacts), typeof(ReleaseFacts), typeof(QuestionFacts), typeof(OmsProcedure), typeof(FailureFacts), typeof(AdviceFacts) })
        {
            type.GetProperties().ShouldAllBe(field => page.Contains($"`{JsonNamingPolicy.CamelCase.ConvertName(field.Name)}`", StringComparison.Ordinal));
        }
    }

    private static IEnumerable<string> Rows(string page) => File.ReadLines(Repository.PathOf("docs", page))
        .Where(line => Regex.IsMatch(line, @"^\| (Enterprise|Community) \| [0-9.]+ \|"));

    private static IEnumerable<string> Fields(JsonObject facts) =>
        facts.Where(field => field.Key != "source").Select(field => $"`{field.Key}: {field.Value}`");

    private static string Sources(OmsRelease release) => release.Facts.From is { Count: > 0 } from
        ? string.Join(", ", from).Replace("..", " to ", StringComparison.Ordinal) + (release.Facts.Questions is { Count: > 0 } questions ? $"; asks {string.Join(", ", questions.Keys)}" : "")
        : $"none: {release.Facts.Note}";
}
