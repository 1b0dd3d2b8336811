using System.Text.RegularExpressions;
using Drydock.Abstractions.Entities;
using Drydock.Clients.Kubernetes.CoreTypes;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Oms;
using Drydock.Reconcilers.Upgrades;
using Drydock.Tests.Unit.Fakes;
using Shouldly;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace Drydock.Tests.Unit.Docs;

/// <summary>The tables of versions in the pages are those of the shipped data, and the example works.</summary>
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
        Rows("oms-versions.md").ShouldBe(Editions.SelectMany(edition => OmsVersionData.Shipped.Entries
            .Where(entry => entry.Edition == edition && entry.Section == VersionSchema.Procedures)
            .OrderBy(entry => OmsVersion.Parse(entry.Key!))
            .Select(entry => $"| {edition} | {entry.Key} | {string.Join("; ", Fields(entry))} |")));

    [Fact]
    public void Versions_page_explains_every_section_and_field()
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "oms-versions.md"));
        foreach (var (name, section) in VersionSchema.Sections)
        {
            page.ShouldContain($"| `{name}` |");
            section.Fields.ShouldAllBe(field => page.Contains($"`{field.Name}`", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Example_of_the_versions_page_teaches_its_release()
    {
        var map = Example();
        var world = new OmsWorld(new WorldSetup
        {
            Community = true,
            FromVersion = "4.2.8",
            ToVersion = "4.2.12",
            Nodes = 1,
            NeedsJar = false,
        });
        world.Api.Create(map with { Metadata = map.Metadata with { Namespace = OmsWorld.Namespace } });
        world.Apply(s => s with { VersionsConfigMapRef = new ConfigMapKeyReference { Name = map.Metadata.Name, Key = map.Data!.Keys.Single() } });
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        world.Step("InitMetadata/oms-a/wait").Arguments<WaitBeforeInit.Args>().For.ShouldBe("10m");
        world.Plan.Notes.ShouldContain(note => note.Contains("adds editions.Community.releases.4.2.12", StringComparison.Ordinal));
        world.Status.ActionRequired.ShouldContain(action => action.Subject == "check-kafka");
        world.Plan.Steps.Single(s => s.Is<RunDockerInit>()).Arguments<RunDockerInit.Args>().KnownFailures!
            .ShouldContain(failure => failure.Advice.Contains("in rm_340", StringComparison.Ordinal));
    }

    private static V1ConfigMap Example()
    {
        var text = Fence.In(File.ReadAllText(Repository.PathOf("docs", "oms-versions.md"))).First(block => block.Language == "yaml").Text;
        var stream = new YamlStream();
        using var reader = new StringReader(text);
        stream.Load(reader);
        var root = (YamlMappingNode)stream.Documents.Single().RootNode;
        ((string?)root["kind"]).ShouldBe("ConfigMap");
        return new V1ConfigMap
        {
            Metadata = new V1ObjectMeta { Name = (string)root["metadata"]["name"]! },
            Data = ((YamlMappingNode)root["data"]).ToDictionary(entry => (string)entry.Key!, entry => (string)entry.Value!, StringComparer.Ordinal),
        };
    }

    private static IEnumerable<string> Rows(string page) => File.ReadLines(Repository.PathOf("docs", page))
        .Where(line => Regex.IsMatch(line, @"^\| (Enterprise|Community) \| [0-9.]+ \|"));

    private static IEnumerable<string> Fields(VersionEntry entry) =>
        VersionSchema.Sections[VersionSchema.Procedures].Fields
            .Where(field => field.Name != "source" && entry[field.Name] is not null)
            .Select(field => $"`{field.Name}: {entry[field.Name]}`");

    private static string Sources(OmsRelease release) => release.From is { Count: > 0 } from
        ? string.Join(", ", from).Replace("..", " to ", StringComparison.Ordinal)
        : $"none: {release.Note}";
}
