using System.Text.Json;
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
        Rows("oms-upgrade.md").ShouldBe(Editions.SelectMany(edition => OmsVersionData.Shipped.Of(edition).Releases
            .Where(release => release.From is { Count: > 0 } || release.Note is not null)
            .Select(release => $"| {edition} | {release.Version} | {Sources(release)} |")));

    [Fact]
    public void Versions_page_lists_exactly_the_shipped_procedures() =>
        Rows("oms-versions.md").ShouldBe(Editions.SelectMany(edition => OmsVersionData.Shipped.Of(edition).Facts.Procedures
            .OrderBy(entry => OmsVersion.Parse(entry.Key))
            .Select(entry => $"| {edition} | {entry.Key} | {string.Join("; ", Fields(entry.Value))} |")));

    [Fact]
    public void Versions_page_explains_every_section_and_field()
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "oms-versions.md"));
        foreach (var type in new[] { typeof(EditionFacts), typeof(MergedFacts), typeof(FloorFacts), typeof(ReleaseFacts), typeof(QuestionFacts), typeof(ProcedureFacts), typeof(FailureFacts), typeof(AdviceFacts) })
        {
            type.GetProperties().ShouldAllBe(field => page.Contains($"`{JsonNamingPolicy.CamelCase.ConvertName(field.Name)}`", StringComparison.Ordinal));
        }
    }

    private static IEnumerable<string> Rows(string page) => File.ReadLines(Repository.PathOf("docs", page))
        .Where(line => Regex.IsMatch(line, @"^\| (Enterprise|Community) \| [0-9.]+ \|"));

    private static IEnumerable<string> Fields(ProcedureFacts facts) =>
        typeof(ProcedureFacts).GetProperties().Where(field => field.Name != nameof(ProcedureFacts.Source) && field.GetValue(facts) is not null)
            .Select(field => $"`{JsonNamingPolicy.CamelCase.ConvertName(field.Name)}: {(field.GetValue(facts) is bool yes ? yes ? "true" : "false" : field.GetValue(facts))}`");

    private static string Sources(OmsRelease release) => release.From is { Count: > 0 } from
        ? string.Join(", ", from).Replace("..", " to ", StringComparison.Ordinal) + (release.Questions.Count == 0 ? "" : $"; asks {string.Join(", ", release.Questions.Keys)}")
        : $"none: {release.Note}";
}
