namespace Drydock.Tests.Unit.Docs;

/// <summary>docs/index.md leads to every page for users, and CONTRIBUTING.md to every page of docs/project.</summary>
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
    public void Contributing_links_to_every_page_of_the_project()
    {
        var pages = Directory.EnumerateFiles(Repository.PathOf("docs", "project"), "*.md", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Repository.Root, path))
            .Select(page => page.StartsWith("docs/project/adr/", StringComparison.Ordinal) ? "docs/project/adr" : page);

        pages.Except(Links(Repository.PathOf("CONTRIBUTING.md")), StringComparer.Ordinal)
            .ShouldBeEmpty("CONTRIBUTING.md does not lead there");
    }

    private static HashSet<string> Links(string path) =>
        [.. Link().Matches(File.ReadAllText(path)).Select(link => link.Groups["file"].Value)];

    [GeneratedRegex(@"\]\((?<file>[^)\s#]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Link();
}
