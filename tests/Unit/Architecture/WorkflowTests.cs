using YamlDotNet.RepresentationModel;

namespace Drydock.Tests.Unit.Architecture;

/// <summary>
/// Workflows run on the machines of the repository's host. Here it is shown that they can be read, and that the targets
/// and scripts they name exist.
/// </summary>
public sealed partial class WorkflowTests
{
    private static readonly string Hooks = Repository.PathOf(".pre-commit-config.yaml");

    private static List<string> Workflows =>
        [.. Directory.EnumerateFiles(Repository.PathOf(".github", "workflows"), "*.yml").Order(StringComparer.Ordinal)];

    [Fact]
    public void Workflows_are_those_that_are_named_here() =>
        Workflows.Select(Path.GetFileName)
            .ShouldBe(["campaign.yml", "ci.yml", "codeql.yml", "kind.yml", "release.yml"]);

    [Fact]
    public void Yaml_files_of_the_repository_host_can_be_read()
    {
        var files = Directory.EnumerateFiles(Repository.PathOf(".github"), "*.yml", SearchOption.AllDirectories)
            .Append(Hooks);

        foreach (var file in files)
        {
            Should.NotThrow(() => Load(file), file);
        }
    }

    [Fact]
    public void Workflow_has_a_trigger_permissions_and_job_timeouts()
    {
        foreach (var file in Workflows)
        {
            var workflow = Load(file);
            var sections = workflow.Children.Keys.Select(key => key.ToString()).ToList();
            new[] { "name", "on", "permissions", "jobs" }.Except(sections).ShouldBeEmpty(file);
            foreach (var (name, job) in ((YamlMappingNode)workflow["jobs"]).Children)
            {
                var keys = ((YamlMappingNode)job).Children.Keys.Select(key => key.ToString());
                keys.ShouldContain("timeout-minutes", $"{Path.GetFileName(file)}, job {name}");
            }
        }
    }

    [Fact]
    public void Workflow_and_hook_commands_name_existing_targets_and_scripts()
    {
        var makefile = File.ReadAllText(Repository.PathOf("Makefile"));
        var targets = MakeTarget().Matches(makefile).Select(m => m.Groups["name"].Value).ToList();
        var commands = Workflows.Append(Hooks)
            .SelectMany(file => Commands(Load(file)).Select(text => (file, text)))
            .ToList();

        commands.Count(command => command.text.Contains("make ", StringComparison.Ordinal)).ShouldBeGreaterThan(4);
        foreach (var (file, text) in commands)
        {
            var words = MakeCall().Matches(text).SelectMany(m => m.Groups["word"].Captures).Select(c => c.Value);
            foreach (var word in words.Where(word => !word.Contains('=', StringComparison.Ordinal)))
            {
                targets.ShouldContain(word, $"{file}: make {word}");
            }

            foreach (var path in RepositoryPath().Matches(text).Select(m => m.Value))
            {
                Path.Exists(Repository.PathOf(path)).ShouldBeTrue($"{file}: {path}");
            }
        }

        commands.ShouldContain(command => command.text == ".ci/run", "the whole check runs where a change is proposed");
    }

    // A tag can be moved; a commit and a digest cannot.
    [Fact]
    public void Action_is_used_at_a_commit_with_its_version_beside_it()
    {
        var lines = Workflows.SelectMany(File.ReadLines)
            .Where(line => line.Contains("uses:", StringComparison.Ordinal)).ToList();

        lines.Count.ShouldBe(Workflows.Sum(file => Values(Load(file), "uses").Count()));
        lines.ShouldAllBe(line => PinnedAction().IsMatch(line));
    }

    [Fact]
    public void Image_is_used_by_its_digest()
    {
        var images = Workflows.SelectMany(file => Values(Load(file), "image").Concat(Commands(Load(file))))
            .SelectMany(text => DebianImage().Matches(text))
            .ToList();

        images.Count.ShouldBeGreaterThan(2);
        images.ShouldAllBe(image => image.Groups["digest"].Success);
        images.Select(image => image.Value).Distinct(StringComparer.Ordinal).ShouldHaveSingleItem();
    }

    [Fact]
    public void Job_that_may_write_runs_no_code_of_the_repository()
    {
        string[] rights = ["contents", "packages", "id-token", "attestations"];
        var writers = 0;
        foreach (var file in Workflows)
        {
            var workflow = Load(file);
            MayWrite(workflow).ShouldBeFalse($"{file}: its jobs inherit the rights of the workflow");
            foreach (var job in ((YamlMappingNode)workflow["jobs"]).Children.Where(
                job => MayWrite((YamlMappingNode)job.Value)))
            {
                writers++;
                Values(job.Value, "uses")
                    .ShouldAllBe(action => !action.StartsWith("actions/checkout", StringComparison.Ordinal));
                Commands(job.Value)
                    .ShouldAllBe(command => !MakeCall().IsMatch(command) && !RepositoryPath().IsMatch(command)
                        && !command.Contains("bash ", StringComparison.Ordinal)
                        && !command.Contains("dotnet ", StringComparison.Ordinal));
            }
        }

        writers.ShouldBe(1, "the second job of release.yml");

        bool MayWrite(YamlMappingNode holder) =>
            holder.Children.TryGetValue("permissions", out var granted)
            && (granted is not YamlMappingNode map
                || map.Children.Any(
                    right => rights.Contains(right.Key.ToString()) && right.Value.ToString() == "write"));
    }

    [Fact]
    public void Generated_file_is_marked_as_such()
    {
        var marked = File.ReadAllLines(Repository.PathOf(".gitattributes"))
            .Where(line => line.EndsWith(" linguist-generated", StringComparison.Ordinal))
            .Select(line => line.Split(' ')[0])
            .Select(pattern => Regex.Escape(pattern).Replace(@"\*", "[^/]*", StringComparison.Ordinal))
            .Select(pattern => new Regex($"^{pattern}$"))
            .ToList();
        string[] folders = ["config", "charts", "docs"];
        var generated = folders
            .SelectMany(name => Directory.EnumerateFiles(Repository.PathOf(name), "*", SearchOption.AllDirectories))
            .Where(file => GeneratedHead().IsMatch(File.ReadLines(file).FirstOrDefault() ?? ""))
            .Select(file => Path.GetRelativePath(Repository.Root, file))
            .ToList();

        generated.Count.ShouldBeGreaterThan(10);
        generated.Where(file => !marked.Any(pattern => pattern.IsMatch(file))).ShouldBeEmpty();
    }

    [Fact]
    public void Development_container_is_readable_and_privileged()
    {
        var container = Json(".devcontainer", "devcontainer.json");

        container.GetProperty("privileged").GetBoolean().ShouldBeTrue("the lab makes namespaces and mounts");
        var sdk = Json("global.json").GetProperty("sdk");
        var feature = container.GetProperty("features").EnumerateObject().Single().Value;
        sdk.GetProperty("version").GetString()!.ShouldStartWith(feature.GetProperty("version").GetString()! + ".");
    }

    [Theory]
    [InlineData("LICENSE")]
    [InlineData("CONTRIBUTING.md")]
    [InlineData("CHANGELOG.md")]
    [InlineData("CODE_OF_CONDUCT.md")]
    [InlineData("SECURITY.md")]
    [InlineData(".github/CODEOWNERS")]
    [InlineData(".github/pull_request_template.md")]
    [InlineData(".git-blame-ignore-revs")]
    public void Page_for_contributors_exists(string path) =>
        new FileInfo(Repository.PathOf(path)).Length.ShouldBePositive();

    private static JsonElement Json(params string[] path) =>
        JsonElement.Parse(File.ReadAllText(Repository.PathOf(path)));

    private static YamlMappingNode Load(string file)
    {
        using var reader = File.OpenText(file);
        var stream = new YamlStream();
        stream.Load(reader);
        return (YamlMappingNode)stream.Documents.Single().RootNode;
    }

    private static IEnumerable<string> Commands(YamlNode root) => Values(root, "run").Concat(Values(root, "entry"));

    private static IEnumerable<string> Values(YamlNode root, string key) =>
        root.AllNodes.OfType<YamlMappingNode>().SelectMany(map => map.Children)
            .Where(pair => pair is { Key: YamlScalarNode name, Value: YamlScalarNode } && name.Value == key)
            .Select(pair => ((YamlScalarNode)pair.Value).Value!.Trim());

    [GeneratedRegex(@"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")]
    private static partial Regex PinnedAction();

    [GeneratedRegex(@"\bdebian:\w+(@sha256:(?<digest>[0-9a-f]{64}))?", RegexOptions.ExplicitCapture)]
    private static partial Regex DebianImage();

    [GeneratedRegex("^(?<name>[a-z][a-z-]*):", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex MakeTarget();

    [GeneratedRegex(@"(^|[;&|\n] *)make(?<space> (?<word>[\w=""$/:.-]+))+", RegexOptions.ExplicitCapture)]
    private static partial Regex MakeCall();

    [GeneratedRegex(@"(?<![\w/.-])(config|charts|tests|tools|src|docs|\.ci)/[\w./-]+", RegexOptions.ExplicitCapture)]
    private static partial Regex RepositoryPath();

    [GeneratedRegex(@"Generated by tools/CrdGen|config/assemble\.sh;")]
    private static partial Regex GeneratedHead();
}
