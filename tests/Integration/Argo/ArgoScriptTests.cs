using System.Reflection;
using Drydock.Lab.GitOps;
using Drydock.Tests.Unit.Crds;

namespace Drydock.Tests.Integration.Argo;

/// <summary>Argo CD's scripts under its own interpreter, on what the operator writes.</summary>
public sealed class ArgoScriptTests
{
    private static readonly ArgoScripts Scripts = new(Repository.Root);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Health_of_every_example_is_as_expected()
    {
        var tests = Read("health_test.yaml")["tests"]!.AsArray();
        tests.Count.ShouldBeGreaterThan(25);
        var answers = await ArgoScripts.RunAsync(
            tests.Select(test => (
                Script("health.lua"), Read((string)test!["inputPath"]!), (IReadOnlyDictionary<string, string>?)null,
                0L)),
            Token);
        foreach (var (test, answer) in tests.Zip(answers))
        {
            ((string?)answer!["error"]).ShouldBeNull((string?)test!["inputPath"]);
            ((string?)answer["value"]!["status"], (string?)answer["value"]!["message"])
                .ShouldBe(
                    ((string?)test["healthStatus"]!["status"], (string?)test["healthStatus"]!["message"] ?? ""),
                    (string?)test["inputPath"]);
        }

        tests.Select(t => (string?)t!["healthStatus"]!["status"]).Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal).ShouldBe(["Degraded", "Healthy", "Progressing", "Suspended"]);
    }

    [Fact]
    public async Task Actions_are_enabled_where_the_operator_heeds_them()
    {
        var tests = Read("actions/action_test.yaml")["discoveryTests"]!.AsArray();
        var answers = await ArgoScripts.RunAsync(
            tests.Concat(tests).Select((test, i) => (
                Script("actions/discovery.lua"),
                OfDatabase(Read($"actions/{(string)test!["inputPath"]!}"), i >= tests.Count),
                (IReadOnlyDictionary<string, string>?)null, 0L)),
            Token);
        foreach (var (test, answer) in tests.Concat(tests).Zip(answers))
        {
            ((string?)answer!["error"]).ShouldBeNull((string?)test!["inputPath"]);
            var offered = answer["value"]!.AsObject().OrderBy(a => a.Key, StringComparer.Ordinal).Select(a =>
            {
                var result = a.Value!.DeepClone().AsObject();
                result["name"] = a.Key;
                return Sorted(result);
            });
            offered.ShouldBe(test["result"]!.AsArray().Select(r => Sorted(r!.AsObject())), (string?)test["inputPath"]);
        }
    }

    [Fact]
    public async Task Actions_change_nothing_but_an_annotation()
    {
        var tests = Read("actions/action_test.yaml")["actionTests"]!.AsArray();
        tests.Select(t => (string)t!["action"]!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .ShouldBe(Scripts.Actions);
        foreach (var test in tests)
        {
            var parameters = test!["parameters"]?.AsObject().ToDictionary(
                p => p.Key, p => (string)p.Value!, StringComparer.Ordinal);
            var after = await Scripts.ActAsync(
                Read($"actions/{(string)test["inputPath"]!}"), (string)test["action"]!, parameters,
                cancellationToken: Token);
            Sorted(WithoutEmpty(after)!).ShouldBe(
                Sorted(WithoutEmpty(Read($"actions/{(string)test["expectedOutputPath"]!}"))!), (string?)test["action"]);
        }
    }

    [Fact]
    public async Task Approval_without_hold_is_an_error() =>
        (await Should.ThrowAsync<Drydock.Lab.LabException>(
            () => Scripts.ActAsync(Read("testdata/succeeded.yaml"), "approve", cancellationToken: Token))).Message
            .ShouldContain("nothing waits for an approval");

    // Conditions decide, with every reason: no reason alone changes the health.
    [Fact]
    public async Task Mapping_holds_for_every_reason()
    {
        var reasons = typeof(Reasons).GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.IsLiteral)
            .Select(f => (string)f.GetRawConstantValue()!).Append("NotKnownYet").ToList();
        var rows = reasons.SelectMany(reason => new (string Reason, string[] True, string Health)[]
        {
            (reason, ["Stalled"], "Degraded"),
            (reason, ["Stalled", "RolledBack"], "Degraded"),
            (reason, ["Reconciling", "Held"], "Suspended"),
            (reason, ["Reconciling"], reason is Reasons.Paused or Reasons.OutsideWindow ? "Suspended" : "Progressing"),
            (reason, ["Ready"], "Healthy"),
            (reason, ["Ready", "RolledBack"], "Healthy"),
            (reason, [], "Progressing"),
            (reason, ["NotKnownYet"], "Progressing"),
        }).ToList();
        var answers = await ArgoScripts.RunAsync(
            rows.Select(row => (
                Script("health.lua"), (JsonNode)Entity(row.Reason, row.True),
                (IReadOnlyDictionary<string, string>?)null, 0L)),
            Token);

        answers.Select(a => (string?)a!["value"]!["status"]).ShouldBe(rows.Select(r => r.Health));
    }

    [Fact]
    public async Task Object_without_a_status_of_its_generation_is_progressing()
    {
        foreach (var status in new[]
        {
            null, "{}", """{"observedGeneration":-1}""",
            """{"observedGeneration":1,"conditions":[{"type":"Ready","status":"True","reason":"Succeeded"}]}"""
        })
        {
            var entity = new JsonObject
            {
                ["metadata"] = new JsonObject { ["generation"] = 2 },
                ["status"] = status is null ? null : JsonNode.Parse(status)
            };
            ((string?)(await Scripts.HealthAsync(entity, Token))["status"]).ShouldBe("Progressing", status);
        }
    }

    [Fact]
    public async Task Interpreter_opens_no_other_library()
    {
        var scripts = new[]
        {
            "return string.upper('a')", "return ('a'):upper()", "return math.floor(1.5)", "return os.time()",
            "return io", "return require('os').exit"
        };
        var answers = await ArgoScripts.RunAsync(
            scripts.Select(s => (s, (JsonNode)new JsonObject(), (IReadOnlyDictionary<string, string>?)null, 0L)),
            Token);

        answers.Take(4).ShouldAllBe(a => a!["error"] != null);
        answers.Skip(4).ShouldAllBe(a => a!["value"] == null && a["error"] == null);
    }

    [Fact]
    public void Patch_of_argocd_cm_holds_these_scripts_for_every_kind()
    {
        var data = YamlToJson.ReadAll(Repository.PathOf("config", "argocd", "argocd-cm-patch.yaml")).Single()["data"]!
            .AsObject();
        var kinds = new[] { "BackupSnapshot", "DatabaseRollingUpgrade", "OmsUpgrade", "SnapshotRestore" };
        data.Count.ShouldBe(2 * kinds.Length);
        foreach (var kind in kinds)
        {
            ((string?)data[$"resource.customizations.health.drydock.dev_{kind}"]).ShouldBe(Script("health.lua"));
            var stream = new YamlDotNet.RepresentationModel.YamlStream();
            stream.Load(new StringReader((string)data[$"resource.customizations.actions.drydock.dev_{kind}"]!));
            var actions = YamlToJson.Read(stream.Documents[0].RootNode)!;
            ((string?)actions["discovery.lua"]).ShouldBe(Script("actions/discovery.lua"));
            actions["definitions"]!.AsArray().Select(d => (string)d!["name"]!).ShouldBe(Scripts.Actions);
            foreach (var definition in actions["definitions"]!.AsArray())
            {
                ((string?)definition!["action.lua"]).ShouldBe(Script($"actions/{definition["name"]}/action.lua"));
            }
        }
    }

    [Fact]
    public void Notifications_name_existing_templates()
    {
        var data = YamlToJson.ReadAll(Repository.PathOf(
            "config", "argocd", "notifications", "argocd-notifications-cm-patch.yaml")).Single()["data"]!.AsObject();
        var triggers = data.Where(d => d.Key.StartsWith("trigger.", StringComparison.Ordinal)).ToList();

        triggers.Count.ShouldBe(2);
        foreach (var (name, text) in triggers)
        {
            var stream = new YamlDotNet.RepresentationModel.YamlStream();
            stream.Load(new StringReader((string)text!));
            foreach (var rule in YamlToJson.Read(stream.Documents[0].RootNode)!.AsArray())
            {
                rule!["send"]!.AsArray().ShouldAllBe(template => data.ContainsKey($"template.{template}"), name);
            }
        }
    }

    // Both kinds of upgrade have the same status.
    private static JsonNode OfDatabase(JsonNode entity, bool isDatabase)
    {
        if (isDatabase && (string?)entity["kind"] == "OmsUpgrade")
        {
            entity["kind"] = "DatabaseRollingUpgrade";
        }

        return entity;
    }

    private static JsonObject Entity(string reason, string[] conditions) => new()
    {
        ["metadata"] = new JsonObject { ["generation"] = 1 },
        ["status"] = new JsonObject
        {
            ["observedGeneration"] = 1,
            ["conditions"] = new JsonArray([.. new[] { "Ready", "Reconciling", "Stalled", "Held", "RolledBack" }
                .Union(conditions).Select(type => new JsonObject
                {
                    ["type"] = type,
                    ["status"] = conditions.Contains(type) ? "True" : "False",
                    ["reason"] = reason
                })]),
        },
    };

    private static string Script(string name) => File.ReadAllText(Path.Combine(Scripts.Folder, name));

    private static JsonNode Read(string name) => YamlToJson.ReadAll(Path.Combine(Scripts.Folder, name)).Single();

    // An empty table is an empty list to Lua; Argo CD puts back what it was.
    private static JsonNode? WithoutEmpty(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.Where(m => m.Value is not (null or JsonArray { Count: 0 }
            or JsonObject { Count: 0 })).Select(m => KeyValuePair.Create(m.Key, WithoutEmpty(m.Value)))),
        JsonArray list => new JsonArray([.. list.Select(WithoutEmpty)]),
        _ => node?.DeepClone(),
    };

    private static string Sorted(JsonNode node) => (Order(node) ?? "").ToJsonString();

    private static JsonNode? Order(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(
            map.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => KeyValuePair.Create(m.Key, Order(m.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Order)]),
        JsonValue number when number.GetValueKind() == System.Text.Json.JsonValueKind.Number => JsonValue.Create(
            Convert.ToDouble(number.ToString(), System.Globalization.CultureInfo.InvariantCulture)),
        _ => node?.DeepClone(),
    };
}
