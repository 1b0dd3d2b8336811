namespace Drydock.Tests.Unit.Docs;

/// <summary>The tables of the page of releases are those of the shipped data. DRYDOCK_REFRESH=oms writes them
/// again.</summary>
public sealed class OmsVersionsPageTests
{
    private static readonly OmsEdition[] Editions = [OmsEdition.Enterprise, OmsEdition.Community];

    [Fact]
    public void Page_lists_exactly_the_shipped_paths() =>
        Table("upgrades", "| edition | to | from |", edition => edition.Releases
            .Where(release => release.Facts.From is { Count: > 0 } || release.Facts.Note is not null)
            .Select(release => (release.Version.ToString(), Sources(release))));

    [Fact]
    public void Page_lists_exactly_the_shipped_procedures() =>
        Table("procedures", "| edition | from release | what |", edition => edition.Facts.Procedures
            .OrderBy(entry => OmsVersion.Parse(entry.Key))
            .Select(entry => (entry.Key, string.Join("; ", Fields(entry.Value)))));

    [Fact]
    public void Versions_page_explains_every_section_and_field()
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "reference", "oms-releases.md"));
        foreach (var type in new[]
        {
            typeof(EditionFacts), typeof(MergedFacts), typeof(FloorFacts), typeof(ReleaseFacts), typeof(QuestionFacts),
            typeof(OmsProcedure), typeof(FailureFacts), typeof(AdviceFacts)
        })
        {
            type.GetProperties().ShouldAllBe(field => page.Contains(
                $"`{JsonNamingPolicy.CamelCase.ConvertName(field.Name)}`", StringComparison.Ordinal));
        }
    }

    private static void Table(
        string part, string head, Func<OmsEditionVersions, IEnumerable<(string Release, string Text)>> rows) =>
        GeneratedPart.ShouldBe("docs/reference/oms-releases.md", part, "oms", string.Join('\n',
        [
            head, "|---|---|---|",
            .. Editions.SelectMany(edition => rows(OmsVersionData.Of(edition)).Select(
                row => $"| {edition} | {row.Release} | {row.Text} |")), "",
        ]));

    private static IEnumerable<string> Fields(JsonObject facts) =>
        facts.Where(field => field.Key != "source").Select(field => $"`{field.Key}: {field.Value}`");

    private static string Sources(OmsRelease release) => release.Facts.From is { Count: > 0 } from
        ? string.Join(", ", from).Replace("..", " to ", StringComparison.Ordinal)
            + (release.Facts.Questions is { Count: > 0 } questions ? $"; asks {string.Join(", ", questions.Keys)}" : "")
        : $"none: {release.Facts.Note}";
}
