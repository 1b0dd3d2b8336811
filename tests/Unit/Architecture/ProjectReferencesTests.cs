using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Drydock.Reconcilers.Databases;
using Drydock.Reconcilers.Databases.TiDb;
using Drydock.Reconcilers.Databases.Yugabyte;
using Drydock.Reconcilers.Oms;
using Drydock.Reconcilers.Snapshots;
using Drydock.Reconcilers.Upgrades;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Architecture;

/// <summary>
/// Arrows run one way: Operator → kinds → (Databases →) Upgrades → (Engine, Crds, Clients) → Abstractions. The plugin
/// for kubectl knows Crds and Clients only. A kind never refers to a kind. The project files are the proof.
/// </summary>
public sealed partial class ProjectReferencesTests
{
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["src/Abstractions"] = [],
        ["src/Crds"] = ["src/Abstractions"],
        ["src/Engine"] = ["src/Abstractions"],
        ["src/Clients/Kubernetes"] = ["src/Abstractions", "src/Clients/Safety"],
        ["src/Clients/Remote"] = [],
        ["src/Clients/Safety"] = ["src/Abstractions"],
        ["src/Clients/Ssh"] = ["src/Abstractions", "src/Clients/Remote", "src/Clients/Safety"],
        ["src/Clients/Docker"] = ["src/Abstractions", "src/Clients/Remote", "src/Clients/Safety", "src/Clients/Ssh"],
        ["src/Clients/MySql"] = ["src/Abstractions"],
        ["src/Clients/Snapshots"] = ["src/Abstractions", "src/Clients/MySql", "src/Clients/Safety"],
        ["src/Reconcilers/Upgrades"] =
        [
            "src/Abstractions", "src/Crds", "src/Engine", "src/Clients/Kubernetes", "src/Clients/Docker", "src/Clients/Safety",
            "src/Clients/Snapshots", "src/Clients/Ssh",
        ],
        ["src/Reconcilers/Oms"] = ["src/Reconcilers/Upgrades"],
        ["src/Reconcilers/Snapshots"] = ["src/Reconcilers/Upgrades"],
        ["src/Reconcilers/Databases"] = ["src/Reconcilers/Upgrades"],
        ["src/Reconcilers/Databases.TiDb"] = ["src/Reconcilers/Databases"],
        ["src/Reconcilers/Databases.Yugabyte"] = ["src/Reconcilers/Databases"],
        ["src/Operator"] =
        [
            "src/Reconcilers/Oms", "src/Reconcilers/Snapshots", "src/Reconcilers/Databases", "src/Reconcilers/Databases.TiDb",
            "src/Reconcilers/Databases.Yugabyte",
        ],
        ["src/Cli"] = ["src/Crds", "src/Clients/Kubernetes", "src/Clients/Docker"],
    };

    [Fact]
    public void Project_refers_only_to_projects_below_it()
    {
        var root = Repository.Root;
        var projects = Directory.EnumerateFiles(Path.Combine(root, "src"), "*.csproj", SearchOption.AllDirectories).ToList();
        projects.Select(p => Folder(root, p)).Order(StringComparer.Ordinal).ShouldBe(Allowed.Keys.Order(StringComparer.Ordinal), "each project stands in the house, and has its arrows here");
        foreach (var project in projects)
        {
            var name = Folder(root, project);
            var references = XDocument.Load(project).Descendants("ProjectReference")
                .Select(r => Folder(root, Path.GetFullPath(Path.Combine(Path.GetDirectoryName(project)!, r.Attribute("Include")!.Value))));
            references.Except(Allowed[name], StringComparer.Ordinal).ShouldBeEmpty($"{name} must not refer to these");
        }
    }

    [Fact]
    public void Project_reference_is_used_by_code_of_its_project()
    {
        var root = Repository.Root;
        foreach (var project in Directory.EnumerateFiles(Path.Combine(root, "src"), "*.csproj", SearchOption.AllDirectories))
        {
            var code = Code(project);
            foreach (var reference in XDocument.Load(project).Descendants("ProjectReference").Select(r => r.Attribute("Include")!.Value))
            {
                var namespaceRoot = XDocument.Load(Path.Combine(Path.GetDirectoryName(project)!, reference)).Descendants("RootNamespace").Single().Value;
                code.ShouldContain(text => text.Contains(namespaceRoot, StringComparison.Ordinal), $"{Folder(root, project)} refers to {reference} and uses nothing of it. Remove the reference.");
            }
        }
    }

    [Fact]
    public void Project_that_uses_Polly_refers_to_it()
    {
        var root = Repository.Root;
        var projects = Directory.EnumerateFiles(Path.Combine(root, "src"), "*.csproj", SearchOption.AllDirectories).ToList();
        var users = projects.Where(p => Code(p).Any(text => text.Contains("using Polly", StringComparison.Ordinal))).ToList();

        users.ShouldNotBeEmpty();
        users.ShouldBe(projects.Where(p => XDocument.Load(p).Descendants("PackageReference").Any(r => r.Attribute("Include")!.Value == "Polly.Core")));
    }

    [Fact]
    public void Engine_and_clients_do_not_know_the_kinds()
    {
        var root = Repository.Root;
        foreach (var folder in new[] { "src/Engine", "src/Clients/Kubernetes", "src/Clients/Docker", "src/Clients/Remote", "src/Clients/Safety", "src/Clients/Ssh", "src/Clients/MySql" })
        {
            foreach (var file in Directory.EnumerateFiles(Path.Combine(root, folder), "*.cs", SearchOption.AllDirectories))
            {
                var code = File.ReadLines(file).Where(l => !l.TrimStart().StartsWith("//", StringComparison.Ordinal));
                code.Any(l => l.Contains("OmsUpgrade", StringComparison.Ordinal) || l.Contains("oms_", StringComparison.Ordinal)).ShouldBeFalse($"{file} speaks of OMS");
            }
        }
    }

    [Fact]
    public void Run_frame_does_not_know_the_kinds()
    {
        string[] names = ["Oms", "OMS", "oms_", "DatabaseRollingUpgrade"];
        string[] words = ["ha.config", "container", "docker", "metadata database", "tidb", "yugabyte"];
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "src/Reconcilers/Upgrades/Frame"), "*.cs", SearchOption.AllDirectories))
        {
            var text = File.ReadAllText(file);
            names.Where(n => text.Contains(n, StringComparison.Ordinal)).Concat(words.Where(w => text.Contains(w, StringComparison.OrdinalIgnoreCase))).ShouldBeEmpty($"{file}: what only one kind has is told by that kind");
        }
    }

    [Fact]
    public void Reconcilers_have_no_public_type()
    {
        Assembly[] assemblies =
        [
            typeof(RunKind).Assembly, typeof(OmsServices).Assembly, typeof(DatabaseServices).Assembly, typeof(TiDbEngine).Assembly, typeof(YugabyteEngine).Assembly,
            typeof(BackupSnapshotController).Assembly,
        ];

        assemblies.SelectMany(a => a.GetExportedTypes()).Select(t => t.FullName).ShouldBeEmpty("only the operator composes them, and it sees internal types");
    }

    private static List<string> Code(string project) =>
        [.. Directory.EnumerateFiles(Path.GetDirectoryName(project)!, "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText)];

    private static string Folder(string root, string project) =>
        Path.GetRelativePath(root, Path.GetDirectoryName(project)!).Replace('\\', '/');

    // The models of the package have setters, and a cache gives the same object to all who ask.
    [Fact]
    public void Objects_are_copied_and_never_changed()
    {
        var changes = from file in Directory.EnumerateFiles(Repository.PathOf("src"), "*.cs", SearchOption.AllDirectories)
                      from line in File.ReadLines(file).Index()
                      where Change().IsMatch(line.Item)
                      select $"{file}:{line.Index + 1}: {line.Item.Trim()}";

        changes.ShouldBeEmpty("a change is a copy made with `with`");
        Change().IsMatch("entity.Metadata.Name = name;").ShouldBeTrue();
        Change().IsMatch("metadata.Labels!.Add(key, value);").ShouldBeTrue();
    }

    [GeneratedRegex(@"\.Metadata(\.\w+)? (\?\?)?= |\.(Labels|Annotations|Finalizers|OwnerReferences|Data)!?(\[[^\]]+\] = |\.(Add|Clear|Remove|TryAdd)\()", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Change();
}
