using System.Xml.Linq;
using RunPhases = Drydock.Crds.Common.RunPhases;

namespace Drydock.Tests.Unit.Architecture;

/// <summary>The pictures of docs/project/architecture.md show the house and the upgrade as they are.</summary>
public sealed partial class ArchitecturePageTests
{
    private static readonly string Page = File.ReadAllText(Repository.PathOf("docs", "project", "architecture.md"));

    private static IEnumerable<string> Projects =>
        Directory.EnumerateFiles(Repository.PathOf("src"), "*.csproj", SearchOption.AllDirectories);

    [Fact]
    public void Diagram_shows_exactly_the_references_of_the_projects()
    {
        var references = from project in Projects
                         let folder = Path.GetDirectoryName(project)!
                         from reference in XDocument.Load(project).Descendants("ProjectReference")
                         let target = Path.GetFullPath(Path.Combine(folder, reference.Attribute("Include")!.Value))
                         select $"{Box(folder)} --> {Box(Path.GetDirectoryName(target)!)}";

        Arrows("Projects").Order(StringComparer.Ordinal).ShouldBe(references.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Diagram_shows_every_project()
    {
        var drawn = Arrows("Projects").SelectMany(arrow => arrow.Split(" --> ")).Distinct();

        drawn.ShouldBe(Projects.Select(project => Box(Path.GetDirectoryName(project)!)), ignoreOrder: true);
    }

    [Fact]
    public void Step_diagram_observes_stores_the_receipt_acts_and_observes()
    {
        var arrows = Arrows("The life of a step");

        string[] cycle = ["Observe --> Receipt", "Receipt --> Act", "Act --> Observe"];
        cycle.Except(arrows).ShouldBeEmpty();
        arrows.Where(arrow => arrow.EndsWith(" Act", StringComparison.Ordinal)).ShouldBe(["Receipt --> Act"]);
    }

    [Fact]
    public void Upgrade_diagram_shows_the_plan_phases_in_order()
    {
        var arrows = Arrows("The life of an OMS upgrade");

        Chain([.. PhaseOrder.OfOms, RunPhases.Succeeded]).Except(arrows).ShouldBeEmpty();
    }

    [Fact]
    public void Upgrade_diagram_shows_the_rollback_phases_in_order()
    {
        var arrows = Arrows("The life of an OMS upgrade");
        var afterT1 = PhaseOrder.OfOmsRollback.Where(phase => phase != OmsUpgradePhases.Undo);

        Chain([.. afterT1, RunPhases.RolledBack]).Except(arrows).ShouldBeEmpty();
        arrows.ShouldContain(Chain([OmsUpgradePhases.Undo, RunPhases.RolledBack]).Single());
    }

    [Fact]
    public void Upgrade_diagram_shows_only_existing_phases()
    {
        var phases = PhaseOrder.OfOms.Concat(PhaseOrder.OfOmsRollback)
            .Append(RunPhases.Succeeded).Append(RunPhases.RolledBack);

        Arrows("The life of an OMS upgrade").SelectMany(arrow => arrow.Split(" --> ")).Distinct()
            .ShouldBe(phases.Distinct(), ignoreOrder: true);
    }

    [Theory]
    [InlineData(OmsUpgradePhases.StopOld, "T1")]
    [InlineData(OmsUpgradePhases.EnableHA, "T2")]
    [InlineData(OmsUpgradePhases.StopNew, "T3")]
    public void Upgrade_diagram_shows_each_moment_at_its_phase(string phase, string moment) =>
        Picture("The life of an OMS upgrade").ShouldContain($"{phase} -- \"{moment}:");

    private static IEnumerable<string> Chain(IReadOnlyList<string> phases) =>
        phases.Zip(phases.Skip(1), (from, to) => $"{from} --> {to}");

    // src/Clients/Docker is Clients_Docker.
    private static string Box(string folder) =>
        NotInIds().Replace(Path.GetRelativePath(Repository.PathOf("src"), folder), "_");

    private static string Picture(string heading)
    {
        var section = Page[Page.IndexOf($"## {heading}\n", StringComparison.Ordinal)..];
        var from = section.IndexOf("```mermaid\n", StringComparison.Ordinal);
        return section[from..section.IndexOf("\n```", from, StringComparison.Ordinal)];
    }

    // "A --> B & C" and "A -- words --> B --> C" as single arrows, labels and styles left out.
    private static List<string> Arrows(string heading)
    {
        var arrows = new List<string>();
        foreach (var line in Picture(heading).Split('\n').Where(line => Arrow().IsMatch(line)))
        {
            var boxes = Unlabelled(line).Split(" --> ")
                .Select(part => part.Split('&', StringSplitOptions.TrimEntries))
                .ToList();
            arrows.AddRange(
                from pair in boxes.Zip(boxes.Skip(1))
                from source in pair.First
                from target in pair.Second
                where source != "[*]" && target != "[*]"
                select $"{source} --> {target}");
        }

        return arrows;
    }

    private static string Unlabelled(string line) =>
        StateLabel().Replace(ArrowLabel().Replace(line, " --> "), "").Trim();

    [GeneratedRegex(@" (-->|\.->) ")]
    private static partial Regex Arrow();

    [GeneratedRegex("""\s+(--|-\.)\s+"[^"]*"\s+(-->|\.->)\s+""")]
    private static partial Regex ArrowLabel();

    [GeneratedRegex(": .*$")]
    private static partial Regex StateLabel();

    [GeneratedRegex("[^A-Za-z0-9]")]
    private static partial Regex NotInIds();
}
