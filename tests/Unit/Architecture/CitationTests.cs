using Drydock.Tests.Unit.Docs;

namespace Drydock.Tests.Unit.Architecture;

/// <summary>
/// Whoever reads this repository has nothing but it: what a comment, a page or a field refers to is in it, or public.
/// </summary>
public sealed partial class CitationTests
{
    private static readonly string[] Extensions =
        [".cs", ".go", ".py", ".sh", ".md", ".yml", ".yaml", ".csproj", ".props", ".json", ".tpl", ".txt"];

    private static readonly string[] NotOurs =
        [".git", "bin", "obj", "artifacts", ".lab", ".vs", ".idea", "TestResults"];

    private static readonly string ThisFile = Path.Combine("tests", "Unit", "Architecture", "CitationTests.cs");

    public static TheoryData<string> Private =>
    [
        "(facts A4)", "Facts A1b.1: after", "facts/databases.md", "the facts say (A5)", "runbook §4.3",
        "(runbook step 5)", "the notes, §4", "facts 5.1", "(RB0)", "see design §3.4", "design.md", "review §12",
    ];

    public static TheoryData<string> Harmless =>
    [
        "go on by your runbook", "facts learned from it", "RFC 9110 §10.2", "WatchReport.Of(all)",
        "docs/project/research/tidb.md#pd", "by design", "tests/Benchmarks/Upgrades/runbook.sh",
    ];

    [Theory]
    [MemberData(nameof(Private))]
    public void Citation_of_something_outside_the_repository_is_found(string text) =>
        Cited().IsMatch(text).ShouldBeTrue();

    [Theory]
    [MemberData(nameof(Harmless))]
    public void Plain_word_is_not_taken_for_a_citation(string text) => Cited().IsMatch(text).ShouldBeFalse();

    [Fact]
    public void Files_cite_nothing_outside_the_repository()
    {
        var found = from file in Files()
                    where file != ThisFile
                    from line in File.ReadLines(Repository.PathOf(file)).Index()
                    where Cited().IsMatch(line.Item)
                    select $"{file}:{line.Index + 1}: {line.Item.Trim()}";

        found.ShouldBeEmpty("Say the fact, and point to docs/research, a page of docs, or a public address.");
    }

    [Fact]
    public void Schemas_and_their_reference_cite_nothing()
    {
        var found = from folder in new[] { Repository.PathOf("config", "crd"), Repository.PathOf("docs", "reference") }
                    from file in Directory.EnumerateFiles(folder)
                    from line in File.ReadLines(file)
                    where line.Contains("runbook", StringComparison.OrdinalIgnoreCase)
                        || line.Contains("docs/project/research", StringComparison.Ordinal)
                    select $"{Path.GetFileName(file)}: {line.Trim()}";

        found.ShouldBeEmpty("kubectl explain shows no repository: the description says the fact itself.");
    }

    [Fact]
    public void Page_named_by_a_file_exists_with_its_heading()
    {
        var checkedPages = 0;
        foreach (var file in Files().Where(file => file != ThisFile))
        {
            foreach (Match named in NamedPage().Matches(File.ReadAllText(Repository.PathOf(file))))
            {
                checkedPages++;
                var page = Repository.PathOf(named.Groups["page"].Value);
                ShouldLead(file, page, named.Groups["anchor"].Value, named.Value);
            }
        }

        checkedPages.ShouldBeGreaterThan(100);
    }

    [Fact]
    public void Relative_link_of_a_page_has_a_target()
    {
        foreach (var file in Files().Where(file => file.EndsWith(".md", StringComparison.Ordinal)))
        {
            var folder = Path.GetDirectoryName(Repository.PathOf(file))!;
            foreach (Match link in Link().Matches(File.ReadAllText(Repository.PathOf(file))))
            {
                var page = link.Groups["page"].Value;
                ShouldLead(
                    file,
                    page.Length == 0 ? Repository.PathOf(file) : Path.GetFullPath(Path.Combine(folder, page)),
                    link.Groups["anchor"].Value,
                    link.Value);
            }
        }
    }

    [Fact]
    public void Path_named_by_a_page_exists()
    {
        var pages = Directory.EnumerateFiles(Repository.PathOf("docs"), "*.md", SearchOption.AllDirectories)
            .Append(Repository.PathOf("README.md"))
            .Append(Repository.PathOf("CONTRIBUTING.md"));
        var missing = from page in pages
                      from Match path in NamedPath().Matches(File.ReadAllText(page))
                      where !Path.Exists(Repository.PathOf(path.Groups["path"].Value))
                      select $"{Path.GetFileName(page)}: {path.Groups["path"].Value}";

        missing.ShouldBeEmpty();
    }

    private static void ShouldLead(string from, string target, string anchor, string words)
    {
        (File.Exists(target) || Directory.Exists(target)).ShouldBeTrue($"{from} names {words}, which is not there");
        if (anchor.Length > 0)
        {
            PageAnchors.Of(target).ShouldContain(anchor, $"{from} names {words}: the page has no such heading");
        }
    }

    private static List<string> Files() => [.. In(new DirectoryInfo(Repository.Root)).Order(StringComparer.Ordinal)];

    private static IEnumerable<string> In(DirectoryInfo folder) =>
        folder.EnumerateFiles()
            .Where(file => Extensions.Contains(file.Extension) || file.Name is "Makefile" or "Dockerfile")
            .Where(file => file.LinkTarget is null && file.Name != "packages.lock.json")
            .Select(file => Path.GetRelativePath(Repository.Root, file.FullName))
            .Concat(folder.EnumerateDirectories()
                .Where(below => below.LinkTarget is null && !NotOurs.Contains(below.Name))
                .SelectMany(In));

    [GeneratedRegex(
        @"\bfacts? ?(§|\(?[A-C]?\d)|\bfacts/|\bthe facts (say|name)|\bRB\d\b|(?<!\bRFC \d+,? )§|\bdesign\.md\b"
        + @"|\brunbook (step|oms-)",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Cited();

    [GeneratedRegex(
        @"(?<![\w.-]|(?<!/blob/main)/)(?<page>docs/[\w./-]+\.md)(#(?<anchor>[\w-]+))?", RegexOptions.ExplicitCapture)]
    private static partial Regex NamedPage();

    [GeneratedRegex(@"`(?<path>(src|tests|tools|config|charts|docs)/[\w./-]*[\w/])`", RegexOptions.ExplicitCapture)]
    private static partial Regex NamedPath();

    [GeneratedRegex(@"\]\((?!\w+:)(?<page>[^)#\s]*)(#(?<anchor>[^)\s]+))?\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Link();
}
