using Drydock.Tests.Unit.Crds.Specs;
using Drydock.Tests.Unit.Crds.Specs.Making;

namespace Drydock.Tests.Unit.Docs;

/// <summary>A manifest that a page shows can be applied as it is.</summary>
public sealed class PageManifestTests
{
    private static readonly IReadOnlyList<string> Paths =
    [
        Repository.PathOf("README.md"),
        .. Directory.EnumerateFiles(Repository.PathOf("docs"), "*.md", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal),
    ];

    public static TheoryData<string> Pages =>
        [.. Paths.Where(path => FencedManifests.Of(path).Count > 0)
            .Select(path => Path.GetRelativePath(Repository.Root, path))];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Manifest_of_a_page_fits_its_schema_and_breaks_no_rule(string page)
    {
        foreach (var (text, json) in FencedManifests.Of(Repository.PathOf(page)))
        {
            var (kind, spec) = (json["kind"]!.GetValue<string>(), json["spec"]!.AsObject());
            SchemaCheck.Errors(Schemas.Specs[kind], spec).ShouldBeEmpty(text);
            SchemaCheck.Stored(Schemas.Specs[kind], spec)!.ToJsonString()
                .ShouldBe(spec.ToJsonString(), "a server would drop a field that it does not know");
            KindSpecs.Findings(KindSpecs.Read(kind, spec)).ShouldBeEmpty(text);
        }
    }

    [Fact]
    public void Pages_that_begin_with_a_manifest_have_one() =>
        Pages.Select(row => row.Data)
            .ShouldBe(["docs/how-to/upgrade-at-night.md", "docs/how-to/approve-from-git.md"], ignoreOrder: true);
}
