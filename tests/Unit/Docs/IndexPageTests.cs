using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Docs;

/// <summary>docs/index.md leads to every page but those of docs/project, to which one line leads.</summary>
public sealed partial class IndexPageTests
{
    [Fact]
    public void Index_links_to_every_page()
    {
        var links = Links(Repository.PathOf("docs", "index.md"));
        var pages = Directory.EnumerateFiles(Repository.PathOf("docs"), "*.md", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Repository.PathOf("docs"), path))
            .Where(page => page != "index.md" && !page.StartsWith("project/", StringComparison.Ordinal));

        pages.Except(links, StringComparer.Ordinal).ShouldBeEmpty("docs/index.md does not lead there");
        links.Where(page => page.StartsWith("project/", StringComparison.Ordinal)).ShouldBe(["project/development.md"]);
    }

    [Fact]
    public void Readme_links_to_index_and_support_matrix()
    {
        var links = Links(Repository.PathOf("README.md"));

        links.ShouldContain("docs/index.md");
        links.ShouldContain("docs/explanation/support-matrix.md");
    }

    [Fact]
    public void Development_page_leads_to_every_page_of_the_project()
    {
        var links = Links(Repository.PathOf("docs", "project", "development.md"));
        var pages = Directory.EnumerateFiles(Repository.PathOf("docs", "project"), "*.md", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Repository.PathOf("docs", "project"), path))
            .Where(page => page != "development.md" && !page.StartsWith("adr/", StringComparison.Ordinal));

        links.ShouldContain("adr");
        pages.Except(links, StringComparer.Ordinal).ShouldBeEmpty("docs/project/development.md does not lead there");
    }

    private static HashSet<string> Links(string path) =>
        [.. Link().Matches(File.ReadAllText(path)).Select(link => link.Groups["file"].Value)];

    [GeneratedRegex(@"\]\((?<file>[^)\s#]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Link();
}
