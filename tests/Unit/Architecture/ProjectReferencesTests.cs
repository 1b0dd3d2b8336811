using System.Reflection;
using System.Xml.Linq;
using Drydock.Reconcilers.Snapshots;

namespace Drydock.Tests.Unit.Architecture;

/// <summary>Arrows run one way: Operator → kinds → Upgrades → (Runs, Clients) → Crds. The plugin for kubectl knows Crds
/// and Clients only. A kind never refers to a kind, an engine never to an engine. The project files and, within a
/// project, the words of the code are the proof.</summary>
public sealed partial class ProjectReferencesTests
{
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["src/Crds"] = [],
        ["src/Runs"] = ["src/Crds"],
        ["src/Clients"] = ["src/Crds"],
        ["src/Reconcilers/Upgrades"] = ["src/Crds", "src/Runs", "src/Clients"],
        ["src/Reconcilers/Oms"] = ["src/Reconcilers/Upgrades"],
        ["src/Reconcilers/Snapshots"] = ["src/Reconcilers/Upgrades"],
        ["src/Reconcilers/Databases"] = ["src/Reconcilers/Upgrades"],
        ["src/Operator"] = ["src/Reconcilers/Oms", "src/Reconcilers/Snapshots", "src/Reconcilers/Databases"],
        ["src/Cli"] = ["src/Crds", "src/Clients"],
    };

    // What stands in one project is kept apart by its folders: a room, and the rooms beside it that it may not know.
    private static readonly Dictionary<string, string[]> Apart = new(StringComparer.Ordinal)
    {
        ["src/Crds/Values"] = ["src/Crds/Plans", "src/Crds/Common", "src/Crds/OmsUpgrades"],
        ["src/Crds/Plans"] = ["src/Crds/OmsUpgrades", "src/Crds/DatabaseRollingUpgrades", "src/Crds/BackupSnapshots"],
        ["src/Clients/Kubernetes"] =
            ["src/Clients/Docker", "src/Clients/MySql", "src/Clients/Snapshots", "src/Clients/Ssh"],
        ["src/Clients/Docker"] = ["src/Clients/Kubernetes", "src/Clients/MySql", "src/Clients/Snapshots"],
        ["src/Clients/MySql"] =
            ["src/Clients/Kubernetes", "src/Clients/Docker", "src/Clients/Snapshots", "src/Clients/Ssh"],
        ["src/Clients/Snapshots"] = ["src/Clients/Kubernetes", "src/Clients/Docker", "src/Clients/Ssh"],
        ["src/Clients/Ssh"] =
            ["src/Clients/Kubernetes", "src/Clients/Docker", "src/Clients/Snapshots", "src/Clients/MySql"],
        ["src/Clients/Remote"] = ["src/Clients/Ssh", "src/Clients/Docker"],
        ["src/Clients/Safety"] =
            ["src/Clients/Ssh", "src/Clients/Docker", "src/Clients/Kubernetes", "src/Clients/Snapshots"],
        ["src/Reconcilers/Databases/TiDb"] = ["src/Reconcilers/Databases/Yugabyte"],
        ["src/Reconcilers/Databases/Yugabyte"] = ["src/Reconcilers/Databases/TiDb"],
    };

    // The files of src by the types that they declare.
    private static readonly ILookup<string, string> Declared = CodeFiles("src")
        .SelectMany(
            file => Declaration().Matches(Uncommented(file)).Select(m => (Name: m.Groups["name"].Value, File: file)))
        .ToLookup(d => d.Name, d => d.File, StringComparer.Ordinal);

    private static readonly string[] Engines = ["src/Reconcilers/Databases/TiDb", "src/Reconcilers/Databases/Yugabyte"];

    [Fact]
    public void Project_refers_only_to_projects_below_it()
    {
        var root = Repository.Root;
        var projects = Directory.EnumerateFiles(Path.Combine(root, "src"), "*.csproj", SearchOption.AllDirectories)
            .ToList();
        projects.Select(p => Folder(root, p)).Order(StringComparer.Ordinal).ShouldBe(
            Allowed.Keys.Order(StringComparer.Ordinal), "each project stands in the house, and has its arrows here");
        foreach (var project in projects)
        {
            var name = Folder(root, project);
            var references = XDocument.Load(project).Descendants("ProjectReference")
                .Select(r => Folder(root, Path.GetFullPath(
                    Path.Combine(Path.GetDirectoryName(project)!, r.Attribute("Include")!.Value))));
            references.Except(Allowed[name], StringComparer.Ordinal).ShouldBeEmpty($"{name} must not refer to these");
        }
    }

    [Fact]
    public void Project_reference_is_used_by_code_of_its_project()
    {
        var root = Repository.Root;
        foreach (var project in Directory.EnumerateFiles(
            Path.Combine(root, "src"), "*.csproj", SearchOption.AllDirectories))
        {
            var code = Code(project);
            foreach (var reference in XDocument.Load(project).Descendants("ProjectReference")
                .Select(r => r.Attribute("Include")!.Value))
            {
                var namespaceRoot = XDocument.Load(Path.Combine(Path.GetDirectoryName(project)!, reference))
                    .Descendants("RootNamespace").Single().Value;
                code.ShouldContain(
                    text => text.Contains(namespaceRoot, StringComparison.Ordinal),
                    $"{Folder(root, project)} refers to {reference} and uses nothing of it. Remove the reference.");
            }
        }
    }

    [Fact]
    public void Room_does_not_know_a_room_beside_it()
    {
        foreach (var (room, others) in Apart)
        {
            Known(CodeFiles(room), others).ShouldBeEmpty($"{room} must not use these types");
        }
    }

    [Fact]
    public void What_engines_share_knows_no_engine()
    {
        var shared = CodeFiles("src/Reconcilers/Databases")
            .Where(
                file => !Engines.Any(engine => file.StartsWith(Repository.PathOf(engine), StringComparison.Ordinal)));

        shared.Where(file => EngineRoom().IsMatch(Uncommented(file)))
            .ShouldBeEmpty("an engine is added without a change to what engines share");
    }

    [Fact]
    public void Namespace_of_a_file_is_its_folder_or_one_above()
    {
        var strange = from file in CodeFiles("src").Concat(CodeFiles("tools"))
                      let space = Namespace().Match(File.ReadAllText(file))
                      where space.Success
                      let folder = Path.GetRelativePath(Repository.Root, Path.GetDirectoryName(file)!)
                          .Replace("tools/", "src/", StringComparison.Ordinal)
                          .Replace("src/", "Drydock/", StringComparison.Ordinal).Replace('/', '.')
                      where !(folder + ".").StartsWith(space.Groups["name"].Value + ".", StringComparison.Ordinal)
                      select $"{file}: {space.Groups["name"].Value}";

        strange.ShouldBeEmpty();
    }

    [Fact]
    public void Runs_and_clients_do_not_know_the_kinds()
    {
        string[] names = ["OmsUpgrade", "oms_"];
        var files = CodeFiles("src/Runs").Concat(CodeFiles("src/Clients"))
            .Where(file => !file.StartsWith(Repository.PathOf("src/Clients/Snapshots"), StringComparison.Ordinal));

        files.Where(file => names.Any(name => Uncommented(file).Contains(name, StringComparison.Ordinal)))
            .ShouldBeEmpty("these speak of OMS");
    }

    [Fact]
    public void Run_frame_does_not_know_the_kinds()
    {
        string[] names = ["Oms", "OMS", "oms_", "DatabaseRollingUpgrade"];
        string[] words = ["ha.config", "container", "docker", "metadata database", "tidb", "yugabyte"];
        string[] rooms = ["Control", "Flows", "Kinds", "Status", "Timing", "Words"];
        foreach (var file in rooms.SelectMany(room => CodeFiles($"src/Reconcilers/Upgrades/{room}")))
        {
            var text = File.ReadAllText(file);
            names.Where(n => text.Contains(n, StringComparison.Ordinal))
                .Concat(words.Where(w => text.Contains(w, StringComparison.OrdinalIgnoreCase)))
                .ShouldBeEmpty($"{file}: what only one kind has is told by that kind");
        }
    }

    [Fact]
    public void Reconcilers_have_no_public_type()
    {
        Assembly[] assemblies =
        [
            typeof(RunKind).Assembly, typeof(OmsServices).Assembly, typeof(DatabaseServices).Assembly,
            typeof(BackupSnapshotController).Assembly,
        ];

        assemblies.SelectMany(a => a.GetExportedTypes()).Select(t => t.FullName)
            .ShouldBeEmpty("only the operator composes them, and it sees internal types");
    }

    // Types by their names: a file that has the word of a type which only another room declares knows that room.
    private static IEnumerable<string> Known(IEnumerable<string> files, string[] rooms) =>
        from file in files
        from word in Word().Matches(Uncommented(file)).Select(m => m.Value).Distinct(StringComparer.Ordinal)
        where Declared.Contains(word)
            && Declared[word].All(
                f => rooms.Any(room => f.StartsWith(Repository.PathOf(room), StringComparison.Ordinal)))
        select $"{Path.GetRelativePath(Repository.Root, file)}: {word}";

    private static string Uncommented(string file) => string.Join(
        '\n', File.ReadLines(file).Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal)));

    private static IEnumerable<string> CodeFiles(string folder) =>
        Directory.EnumerateFiles(Repository.PathOf(folder), "*.cs", SearchOption.AllDirectories);

    private static List<string> Code(string project) =>
        [.. Directory.EnumerateFiles(Path.GetDirectoryName(project)!, "*.cs", SearchOption.AllDirectories)
            .Select(File.ReadAllText)];

    private static string Folder(string root, string project) =>
        Path.GetRelativePath(root, Path.GetDirectoryName(project)!).Replace('\\', '/');

    // The models of the package have setters, and a cache gives the same object to all who ask.
    [Fact]
    public void Objects_are_copied_and_never_changed()
    {
        var changes = from file in Directory.EnumerateFiles(
            Repository.PathOf("src"), "*.cs", SearchOption.AllDirectories)
                      from line in File.ReadLines(file).Index()
                      where Change().IsMatch(line.Item)
                      select $"{file}:{line.Index + 1}: {line.Item.Trim()}";

        changes.ShouldBeEmpty("a change is a copy made with `with`");
        Change().IsMatch("entity.Metadata.Name = name;").ShouldBeTrue();
        Change().IsMatch("metadata.Labels!.Add(key, value);").ShouldBeTrue();
    }

    [GeneratedRegex(@"^namespace (?<name>[\w.]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Namespace();

    [GeneratedRegex(
        @"^[a-z][a-z ]* (class|record struct|record|struct|interface|enum) (?<name>[A-Z]\w*)",
        RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Declaration();

    // A method that is called, a member and an initializer may have the name of a type.
    [GeneratedRegex(
        @"(?<=\bnew )[A-Z]\w*\b|(?<!\.)\b[A-Z]\w*\b(?!\s*\(|\s*=[^=>])", RegexOptions.CultureInvariant)]
    private static partial Regex Word();

    // The namespaces of the engines are in no global using.
    [GeneratedRegex(@"\b(TiDb|Yugabyte)[.;]", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex EngineRoom();

    [GeneratedRegex(
        @"\.Metadata(\.\w+)? (\?\?)?= "
        + @"|\.(Labels|Annotations|Finalizers|OwnerReferences|Data)!?(\[[^\]]+\] = |\.(Add|Clear|Remove|TryAdd)\()",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Change();
}
