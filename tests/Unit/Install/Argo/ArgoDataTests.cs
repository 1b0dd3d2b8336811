using System.Reflection;
using Drydock.CrdGen.Output;
using YamlText = Drydock.CrdGen.Output.YamlText;

namespace Drydock.Tests.Unit.Install;

/// <summary>
/// The test data of Argo CD's scripts are what the operator writes. <c>make argocd-data</c> writes them again; a file
/// that is stale fails here. The scripts themselves run in tests/Integration/Argo.
/// </summary>
public sealed partial class ArgoDataTests
{
    private const string Folder = "config/argocd/resource_customizations/drydock.dev/_";

    // Enough to tell what the scripts read; plans are long, and no script reads their steps.
    private static readonly string[] KeptOfSpec =
        ["mode", "desiredState", "paused", "holdBefore", "fromVersion", "toVersion", "databases"];
    private static readonly string[] KeptOfStatus =
        [
            "conditions", "observedGeneration", "phase", "message", "step", "progress", "holds", "findings", "plans",
            "usedTokens", "rolledBackBy", "abortedBy", "retryWord", "size"
        ];
    private static readonly string[] Actions = ["abort", "approve", "pause", "resume", "retry", "rollback"];

    [Fact]
    public async Task Data_and_expectations_are_what_the_operator_writes()
    {
        var files = await FilesAsync();
        if (Environment.GetEnvironmentVariable("DRYDOCK_REFRESH") == "argocd")
        {
            foreach (var (path, text) in files)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Repository.PathOf(path))!);
                await File.WriteAllTextAsync(Repository.PathOf(path), text, TestContext.Current.CancellationToken);
            }
        }

        foreach (var (path, text) in files)
        {
            File.Exists(Repository.PathOf(path)).ShouldBeTrue($"{path} is missing: run make argocd-data");
            (await File.ReadAllTextAsync(Repository.PathOf(path), TestContext.Current.CancellationToken))
                .ShouldBe(text, $"{path} is stale: run make argocd-data");
        }

        Directory.EnumerateFiles(Repository.PathOf(Folder), "*.yaml", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(Repository.Root, f))
            .Except(files.Keys, StringComparer.Ordinal).ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_reason_occurs_in_the_data()
    {
        var texts = string.Join('\n', (await FilesAsync()).Values);
        typeof(Reasons).GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.IsLiteral)
            .Select(f => (string)f.GetRawConstantValue()!)
            .Where(reason => !Regex.IsMatch(texts, $@"\breason: '?{reason}\b")).ShouldBeEmpty();
    }

    private static async Task<SortedDictionary<string, string>> FilesAsync()
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        List<YamlMap> health = [];
        List<YamlMap> discovery = [];
        List<YamlMap> actions = [];
        var written = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var example in ArgoCase.All.Append(EveryReason()))
        {
            var entity = Plain(await example.WriteAsync());
            written[example.Name] = entity;
            files[$"{Folder}/testdata/{example.Name}.yaml"] = Text(entity);
            var seen = (long?)entity["status"]!["observedGeneration"] == (long?)entity["metadata"]!["generation"];
            health.Add(new YamlMap()
                .Add("healthStatus", new YamlMap()
                    .Add("status", example.Health)
                    .Add("message", seen
                        ? (string?)entity["status"]!["message"] ?? ""
                        : "The operator has not seen this generation yet."))
                .Add("inputPath", $"testdata/{example.Name}.yaml"));
            if (example.Enabled is { } enabled)
            {
                discovery.Add(new YamlMap().Add("inputPath", $"../testdata/{example.Name}.yaml")
                    .Add("result", Discovered(entity, enabled)));
            }
        }

        foreach (var (action, on, annotation, value) in new[]
        {
            ("approve", "held", Annotations.Approve, (string)written["held"]["status"]!["holds"]![0]!["approval"]!),
            ("approve", "rollback-held", Annotations.Approve, "RollBack@0123abcd.1"),
            ("pause", "running", Annotations.Pause, "true"),
            ("resume", "paused", Annotations.Pause, "false"),
            ("retry", "failed", Annotations.Retry, (string)written["failed"]["status"]!["retryWord"]!),
            ("abort", "running", Annotations.Abort, "argocd-0"),
            ("rollback", "running", Annotations.Rollback, "argocd-0"),
        })
        {
            var after = written[on].DeepClone().AsObject();
            after["metadata"]!["annotations"] ??= new JsonObject();
            after["metadata"]!["annotations"]![annotation] = value;
            files[$"{Folder}/actions/testdata/{on}-{action}.yaml"] = Text(after);
            actions.Add(new YamlMap()
                .Add("action", action)
                .Add("inputPath", $"../testdata/{on}.yaml")
                .Add("expectedOutputPath", $"testdata/{on}-{action}.yaml")
                .Add("parameters", on == "rollback-held" ? new YamlMap().Add("approval", value) : null));
        }

        files[$"{Folder}/health_test.yaml"] = YamlText.Write(Notice, new YamlMap().Add("tests", health));
        files[$"{Folder}/actions/action_test.yaml"] = YamlText.Write(
            Notice, new YamlMap().Add("discoveryTests", discovery).Add("actionTests", actions));
        return files;
    }

    private const string Notice = "Written by make argocd-data from runs of the operator in memory.";

    private static List<YamlMap> Discovered(JsonObject entity, string[] enabled)
    {
        string[] offered = (string)entity["kind"]! switch
        {
            "BackupSnapshot" => ["retry"],
            "SnapshotRestore" => ["pause", "resume", "retry"],
            _ => Actions,
        };
        return
        [
            .. offered.Select(name => new YamlMap()
                .Add("name", name)
                .Add("disabled", !enabled.Contains(name))
                .Add("params", name == "approve" && enabled.Contains(name)
                    ? new List<YamlMap>
                    {
                        new YamlMap().Add("name", "approval").Add("type", "string")
                            .Add("default", (string)entity["status"]!["holds"]![0]!["approval"]!)
                    }
                    : null)),
        ];
    }

    // Preflight as it reports every reason at once.
    private static ArgoCase EveryReason() => new("every-reason", "Degraded", null, () =>
    {
        var kind = new OmsUpgradeKind(null!);
        var findings = typeof(Reasons).GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.IsLiteral)
            .Select(f => new Finding { Reason = (string)f.GetRawConstantValue()!, Message = "What is wrong." })
            .OrderBy(f => f.Reason, StringComparer.Ordinal).ToList();
        var upgrade = new OmsUpgrade
        {
            ApiVersion = ApiGroup.ApiVersion,
            Kind = OmsUpgrade.KindName,
            Metadata = new() { Name = "up", Namespace = "migration", Generation = 1 }
        };
        var status = new StatusProjection(kind, () => "k7f2m9x1").Compose(
            kind.Form.Read(upgrade), new OmsUpgradeStatus { Findings = findings }, RunMessages.Found(findings),
            DateTimeOffset.UnixEpoch);
        return Task.FromResult(JsonSerializer.SerializeToNode(
            upgrade with { Status = (OmsUpgradeStatus)status }, CrdsJsonContext.Default.OmsUpgrade)!.AsObject());
    });

    // Without what differs from run to run or from machine to machine.
    private static JsonObject Plain(JsonObject entity)
    {
        var uid = (string?)entity["metadata"]!["uid"] ?? "";
        Keep(entity["spec"], KeptOfSpec);
        Keep(entity["status"], KeptOfStatus);
        foreach (var plan in entity["status"]!["plans"]?.AsArray() ?? [])
        {
            Keep(plan, ["number", "kind", "hash", "hold"]);
        }

        var metadata = entity["metadata"]!.AsObject();
        entity["metadata"] = new JsonObject(
            ((string[])["name", "namespace", "generation", "deletionTimestamp", "annotations"])
                .Where(metadata.ContainsKey).Select(name => KeyValuePair.Create(name, metadata[name]?.DeepClone())));

        var text = entity.ToJsonString();
        if (uid.Length > 8)
        {
            text = text.Replace(uid, "00000000-0000-4000-8000-000000000000", StringComparison.Ordinal)
                .Replace(uid[..8], "00000000", StringComparison.Ordinal);
        }

        text = Time().Replace(text, "2026-03-01T02:00:00Z");
        text = Minute().Replace(text, "2026-03-01 02:00:00Z");
        return JsonNode.Parse(text)!.AsObject();
    }

    private static void Keep(JsonNode? node, string[] names)
    {
        foreach (var name in node?.AsObject().Select(m => m.Key).Except(names, StringComparer.Ordinal).ToList() ?? [])
        {
            node!.AsObject().Remove(name);
        }
    }

    private static string Text(JsonObject entity) => YamlText.Write(Notice, (YamlMap)Yaml(entity)!);

    private static object? Yaml(JsonNode? node) => node switch
    {
        null => null,
        JsonObject map => map.Aggregate(new YamlMap(), (yaml, member) => yaml.Add(member.Key, Yaml(member.Value))),
        JsonArray { Count: > 0 } list when list[0] is JsonObject => list.Select(i => (YamlMap)Yaml(i)!).ToList(),
        JsonArray list => list.Select(i => Yaml(i)!).ToList(),
        _ => node.GetValueKind() switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Number => node.GetValue<JsonElement>().GetInt64(),
            _ => node.GetValue<string>(),
        },
    };

    [GeneratedRegex(
        @"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00|\\u002B00:00)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Time();

    [GeneratedRegex(@"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Minute();
}
