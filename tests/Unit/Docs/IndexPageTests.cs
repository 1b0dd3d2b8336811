using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Docs;

/// <summary>docs/index.md leads to every page.</summary>
public sealed partial class IndexPageTests
{
    [Fact]
    public void Index_links_to_every_page()
    {
        var links = Links(Repository.PathOf("docs", "index.md"));
        var pages = Directory.EnumerateFiles(Repository.PathOf("docs"), "*.md", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Repository.PathOf("docs"), path))
            .Where(page => page != "index.md" && !page.StartsWith("project/adr/", StringComparison.Ordinal));

        pages.Except(links, StringComparer.Ordinal).ShouldBeEmpty("docs/index.md does not lead there");
    }

    [Fact]
    public void Readme_links_to_the_index() =>
        Links(Repository.PathOf("README.md")).ShouldContain("docs/index.md");

    private static HashSet<string> Links(string path) =>
        [.. Link().Matches(File.ReadAllText(path)).Select(link => link.Groups["file"].Value)];

    [GeneratedRegex(@"\]\((?<file>[^)\s#]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Link();
}
