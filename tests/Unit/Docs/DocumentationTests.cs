using System.CommandLine;
using System.CommandLine.Help;
using System.Reflection;
using System.Xml.Linq;
using Drydock.Operator;

namespace Drydock.Tests.Unit.Docs;

/// <summary>What people read must be true of what they run.</summary>
public sealed partial class DocumentationTests
{
    private static readonly IReadOnlyList<string> Pages =
    [
        Repository.PathOf("README.md"),
        .. Directory.EnumerateFiles(Repository.PathOf("docs"), "*.md", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal),
    ];

    [Fact]
    public void Conditions_page_explains_every_condition()
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "reference", "conditions.md"));
        foreach (var condition in Constants(typeof(ConditionTypes)))
        {
            page.ShouldContain($"`{condition}`");
        }
    }

    [Fact]
    public void Development_page_lists_every_package_in_its_table()
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "project", "development.md"));
        var packages = XDocument.Load(Repository.PathOf("Directory.Packages.props")).Descendants("PackageVersion")
            .Select(p => p.Attribute("Include")!.Value).ToList();

        packages.Count.ShouldBeGreaterThan(10);
        packages.Where(p => !page.Contains($"| {p} |", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void Status_on_its_page_has_the_columns_of_kubectl()
    {
        var columns = typeof(Drydock.Crds.OmsUpgrades.OmsUpgrade)
            .GetCustomAttributes<Drydock.Crds.Entities.AdditionalPrinterColumnAttribute>()
            .OrderBy(c => c.Priority).ToList();
        var header = File.ReadAllLines(Repository.PathOf("docs", "explanation", "how-it-works.md"))
            .First(l => l.StartsWith("NAME ", StringComparison.Ordinal));

        header.Split(' ', StringSplitOptions.RemoveEmptyEntries).ShouldBe(["NAME", .. columns.Select(c => c.Name)]);
    }

    [Fact]
    public void Install_page_names_every_kind_and_its_short_name()
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "how-to", "install.md"));
        var kinds = typeof(Drydock.Crds.OmsUpgrades.OmsUpgrade).Assembly.GetTypes()
            .Select(type => (Entity: type.GetCustomAttribute<KubernetesEntityAttribute>(), Names: type
                .GetCustomAttribute<Drydock.Crds.Entities.KubernetesEntityShortNamesAttribute>()))
            .Where(kind => kind.Entity is not null)
            .ToList();

        kinds.Count.ShouldBe(4, "and install.md says so in words");
        page.ShouldContain("What is installed: four CRDs");
        var deleted = Regex.Match(page, "kubectl delete ([a-z,]+) --all --all-namespaces").Groups[1].Value.Split(',');
        deleted.ShouldBe(kinds.Select(kind => kind.Names!.ShortNames[0]), ignoreOrder: true);
        var rights = OperatorPage().Single(line => line.Contains("| its work |", StringComparison.Ordinal));
        foreach (var kind in kinds)
        {
            rights.ShouldContain(kind.Entity!.Kind);
        }
    }

    [Fact]
    public void Operator_page_lists_every_folder_of_config()
    {
        var rows = OperatorPage().SkipWhile(l => l != "## What config has")
            .Where(l => l.StartsWith("| `", StringComparison.Ordinal)).Select(l => l.Split('|')[1]).ToList();

        foreach (var folder in Directory.EnumerateDirectories(Repository.PathOf("config")).Select(Path.GetFileName))
        {
            rows.ShouldContain(
                row => row.Contains($"`{folder}`", StringComparison.Ordinal),
                $"docs/reference/operator.md does not list config/{folder}");
        }
    }

    [Fact]
    public void Operator_page_lists_every_flag_with_its_default()
    {
        var rows = OperatorPage().SkipWhile(l => l != "## Flags").TakeWhile(l => l != "## Probes")
            .Where(l => l.StartsWith("| `", StringComparison.Ordinal)).Select(l => l.Split('|')).ToList();
        var listed = rows.SelectMany(row => CodeWord().Matches(row[1]).Select(m => m.Groups[1].Value));
        var command = OperatorCommand.Create();
        var flags = command.Options.Where(option => option is not (HelpOption or VersionOption)).ToList();

        listed.ShouldBe(flags.Select(option => option.Name), ignoreOrder: true);
        var parsed = command.Parse([]);
        foreach (var option in flags.Where(option => option.ValueType == typeof(string) && option.HasDefaultValue))
        {
            rows.Single(row => row[1].Contains($"`{option.Name}`", StringComparison.Ordinal))[2].Trim()
                .ShouldBe($"`{parsed.GetValue<string>(option.Name)}`");
        }
    }

    [Fact]
    public void Threat_model_names_the_types_that_enforce_its_caps()
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "project", "threat-model.md"));
        var enforcedBy = page[page.IndexOf("## Caps", StringComparison.Ordinal)..].Split('\n')
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .SelectMany(line => CodeWord().Matches(line.Split('|')[3]))
            .Select(match => match.Groups[1].Value)
            .ToList();
        var sources = Directory.EnumerateFiles(Repository.PathOf("src"), "*.cs", SearchOption.AllDirectories)
            .Select(File.ReadAllText)
            .ToList();

        enforcedBy.Count.ShouldBeGreaterThan(50);
        enforcedBy.Where(word => word.StartsWith("src/", StringComparison.Ordinal)
                ? !File.Exists(Repository.PathOf(word))
                : !sources.Exists(text => Regex.IsMatch(text, $@"\b{word.Split('.')[^1]}\b")))
            .ShouldBeEmpty();
    }

    [Fact]
    public void Link_of_a_page_has_a_target()
    {
        foreach (var page in Pages)
        {
            foreach (var link in Link().Matches(File.ReadAllText(page)).Select(m => m.Groups[1].Value)
                .Where(l => !l.Contains("://", StringComparison.Ordinal)))
            {
                var parts = link.Split('#', 2);
                var target = parts[0].Length == 0
                    ? page
                    : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(page)!, parts[0]));
                (File.Exists(target) || Directory.Exists(target))
                    .ShouldBeTrue($"{Path.GetRelativePath(Repository.Root, page)} links to {link}");
                if (parts.Length == 2)
                {
                    PageAnchors.Of(target)
                        .ShouldContain(parts[1], $"{Path.GetRelativePath(Repository.Root, page)} links to {link}");
                }
            }
        }
    }

    [Fact]
    public void Named_make_targets_annotations_and_labels_exist()
    {
        var makefile = File.ReadAllText(Repository.PathOf("Makefile"));
        var words = Constants(typeof(Annotations)).Concat(Constants(typeof(Labels)))
            .Append("drydock.dev/v1alpha1")
            // Only the policy reads it.
            .Append("drydock.dev/authors").ToList();
        foreach (var page in Pages)
        {
            var text = File.ReadAllText(page);
            foreach (var target in MakeTarget().Matches(text).Select(m => m.Groups["target"].Value))
            {
                Regex.IsMatch(makefile, $"^{target}:", RegexOptions.Multiline)
                    .ShouldBeTrue($"{Path.GetFileName(page)} says make {target}");
            }

            foreach (var word in OwnName().Matches(text).Select(m => m.Value))
            {
                words.ShouldContain(word, Path.GetFileName(page));
            }
        }
    }

    private static string[] OperatorPage() => File.ReadAllLines(Repository.PathOf("docs", "reference", "operator.md"));

    private static List<string> Constants(Type type) =>
        [.. type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.IsLiteral)
            .Select(f => (string)f.GetRawConstantValue()!)];

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex CodeWord();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"(`|^)make (?<target>[a-z][a-z-]*)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex MakeTarget();

    [GeneratedRegex(@"(?<![.\w])drydock\.dev/[a-z0-9]+(-[a-z0-9]+)*", RegexOptions.ExplicitCapture)]
    private static partial Regex OwnName();
}
