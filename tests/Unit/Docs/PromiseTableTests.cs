namespace Drydock.Tests.Unit.Docs;

/// <summary>The table of promises in docs/project/development.md names tests that exist, each in the loop that runs
/// it.</summary>
public sealed partial class PromiseTableTests
{
    private const string Heading = "### What shows each promise";

    private static readonly string[] Unit = ["tests/Unit"];
    private static readonly string[] OnRealParts = ["tests/Integration", "tests/EndToEnd"];

    [Fact]
    public void Tests_of_each_promise_exist_and_run_in_the_named_loop()
    {
        foreach (var cells in Rows())
        {
            cells.Length.ShouldBe(5, cells[0]);
            Names(cells[1]).Where(name => Find(Unit, name) is null).ShouldBeEmpty($"{cells[0]}: make unit");
            Names(cells[2]).Where(name => Find(OnRealParts, name) is not { IsOfCampaign: false })
                .ShouldBeEmpty($"{cells[0]}: make test");
            Names(cells[3]).Where(name => Find(OnRealParts, name) is not { IsOfCampaign: true })
                .ShouldBeEmpty($"{cells[0]}: campaign");
        }
    }

    [Fact]
    public void Each_promise_is_shown_and_names_what_would_break_it()
    {
        Rows().Count.ShouldBeGreaterThan(30);
        Rows().Where(cells => !cells[1..4].Any(cell => Names(cell).Any())).Select(cells => cells[0]).ShouldBeEmpty();
        foreach (var cells in Rows())
        {
            var place = Code().Match(cells[4]).Groups["code"].Value;
            (File.Exists(Repository.PathOf(place)) || Directory.Exists(Repository.PathOf(place)))
                .ShouldBeTrue($"{cells[0]}: {place}");
        }
    }

    [Fact]
    public void Tests_that_decisions_name_exist()
    {
        var named = Directory.EnumerateFiles(Repository.PathOf("docs", "project", "adr"), "*.md")
            .SelectMany(page => Names(File.ReadAllText(page)))
            .Where(name => TestName().IsMatch(name))
            .ToHashSet();
        named.Count.ShouldBeGreaterThan(40);
        named.Where(name => Find([.. Unit, .. OnRealParts], name) is null).ShouldBeEmpty();
    }

    private static IReadOnlyList<string[]> Rows() =>
    [
        .. File.ReadAllText(Repository.PathOf("docs", "project", "development.md")).Split(Heading)[1].Split("\n#")[0]
            .Split('\n')
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .Skip(1)
            .Select(line => line.Trim('|').Split('|').Select(cell => cell.Trim()).ToArray()),
    ];

    private static IEnumerable<string> Names(string cell) =>
        Code().Matches(cell).Select(match => match.Groups["code"].Value);

    private static Found? Find(string[] folders, string name)
    {
        var (type, method) = (name.Split('.')[0], name.Split('.')[1]);
        var declaration = new Regex($@"(?<traits>(\n\[[^\n]+)*)\npublic [^\n]*class {type}\b");
        var test = new Regex($@"(?<attributes>(\n    \[[^\n]+)+)\n    public [^\n]*\b{method}\(");
        return folders.SelectMany(
            folder => Directory.EnumerateFiles(Repository.PathOf(folder), "*.cs", SearchOption.AllDirectories))
            .Select(File.ReadAllText)
            .Select(text => (Class: declaration.Match(text), Test: test.Match(text)))
            .Where(x => x.Class.Success && x.Test.Success)
            .Select(x => new Found(
                IsOfCampaign(x.Class.Groups["traits"].Value) || IsOfCampaign(x.Test.Groups["attributes"].Value)))
            .FirstOrDefault();
    }

    // A theory belongs to the campaign if each of its cases does.
    private static bool IsOfCampaign(string attributes)
    {
        var cases = attributes.Split('\n')
            .Where(line => line.Contains("[InlineData(", StringComparison.Ordinal)).ToList();
        return attributes.Contains("[Trait(SampleTrait.Name, SampleTrait.All)]", StringComparison.Ordinal)
            || (cases.Count > 0
                && cases.TrueForAll(line => line.Contains("SampleTrait.All", StringComparison.Ordinal)));
    }

    [GeneratedRegex(@"^\w+Tests\.\w+$")]
    private static partial Regex TestName();

    [GeneratedRegex("`(?<code>[^`]+)`", RegexOptions.ExplicitCapture)]
    private static partial Regex Code();

    private sealed record Found(bool IsOfCampaign);
}
